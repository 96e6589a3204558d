using Samtala.Crypto;
using Samtala.Hypercore.Blobs;
using Samtala.Storage;
using Samtala.Vectors;

namespace Samtala.Hypercore.Tests.Blobs;

public sealed class BlobOwnersTests
{
    private static readonly TimeSpan s_grace = TimeSpan.FromHours(1);

    [Fact]
    public async Task A_blob_lives_as_long_as_its_last_owner_and_a_grace()
    {
        await using BlobWorld world = new(TestSeed.NewRandom());
        byte[] bytes = world.NewBytes(5000);
        BlobInfo info = await world.PutAsync(bytes, "space:one");
        Assert.True(await world.Blobs.AddOwnerAsync(info.Id, "pin", BlobWorld.Stop));
        Assert.True(await world.Blobs.RemoveOwnerAsync(info.Id, "space:one", BlobWorld.Stop));
        Assert.False(await world.Blobs.RemoveOwnerAsync(info.Id, "space:one", BlobWorld.Stop));
        world.Clock.Now += TimeSpan.FromDays(1);
        Assert.Equal(default, await world.Blobs.SweepAsync(s_grace, BlobWorld.Stop));

        Assert.True(await world.Blobs.RemoveOwnerAsync(info.Id, "pin", BlobWorld.Stop));
        world.Clock.Now += s_grace - TimeSpan.FromMilliseconds(1);
        Assert.Equal(default, await world.Blobs.SweepAsync(s_grace, BlobWorld.Stop));
        Assert.Equal(bytes, await world.ReadAllAsync(info.Id));

        world.Clock.Now += TimeSpan.FromMilliseconds(1);
        Assert.Equal(new BlobSweepResult(1, 5000), await world.Blobs.SweepAsync(s_grace, BlobWorld.Stop));
        Assert.Null(await world.Blobs.StatAsync(info.Id, BlobWorld.Stop));
        Assert.Null(await world.Blobs.FindAsync(info.Sha256, BlobWorld.Stop));
        Assert.False(await world.Blobs.AddOwnerAsync(info.Id, "pin", BlobWorld.Stop));
        Assert.Equal(info, await world.PutAsync(bytes));
        Assert.Equal(bytes, await world.ReadAllAsync(info.Id));
    }

    [Fact]
    public async Task A_blob_taken_up_again_during_the_grace_stays()
    {
        await using BlobWorld world = new(TestSeed.NewRandom());
        byte[] bytes = world.NewBytes(5000);
        BlobInfo info = await world.PutAsync(bytes);
        await world.Blobs.RemoveOwnerAsync(info.Id, BlobWorld.Owner, BlobWorld.Stop);
        world.Clock.Now += s_grace;
        await world.PutAsync(bytes, "space:two");
        Assert.Equal(default, await world.Blobs.SweepAsync(s_grace, BlobWorld.Stop));

        // Released again later: the grace counts from then.
        await world.Blobs.RemoveOwnerAsync(info.Id, "space:two", BlobWorld.Stop);
        Assert.Equal(default, await world.Blobs.SweepAsync(s_grace, BlobWorld.Stop));
        world.Clock.Now += s_grace;
        Assert.Equal(new BlobSweepResult(1, 5000), await world.Blobs.SweepAsync(s_grace, BlobWorld.Stop));
    }

    [Fact]
    public async Task A_blob_being_read_is_swept_only_afterwards()
    {
        await using BlobWorld world = new(TestSeed.NewRandom());
        byte[] bytes = world.NewBytes(100_000);
        BlobInfo info = await world.PutAsync(bytes);
        BlobView view = (await world.Blobs.OpenAsync(info.Id, BlobWorld.Stop))!;
        await world.Blobs.RemoveOwnerAsync(info.Id, BlobWorld.Owner, BlobWorld.Stop);
        Assert.Equal(default, await world.Blobs.SweepAsync(TimeSpan.Zero, BlobWorld.Stop));
        byte[] read = new byte[bytes.Length];
        Assert.Equal(read.Length, await view.ReadAsync(0, read, BlobWorld.Stop));
        Assert.Equal(bytes, read);
        view.Dispose();
        Assert.Equal(new BlobSweepResult(1, 100_000), await world.Blobs.SweepAsync(TimeSpan.Zero, BlobWorld.Stop));
    }

    [Fact]
    public async Task An_owner_lists_and_releases_everything_it_holds_and_nothing_else()
    {
        Random random = TestSeed.NewRandom();
        await using BlobWorld world = new(random);
        HashSet<BlobId> mine = [];
        for (int i = 0; i < 300; i++)
        {
            BlobInfo info = await world.PutAsync(world.NewBytes(random.Next(50, 100)), "mine");
            mine.Add(info.Id);
            if (i % 3 == 0)
                await world.Blobs.AddOwnerAsync(info.Id, "yours", BlobWorld.Stop);
        }

        Assert.Equal(mine, [.. await ListAllAsync(world, "mine", 7)]);
        List<BlobId> yours = await ListAllAsync(world, "yours", 1000);
        Assert.Equal(100, yours.Count);

        Assert.Equal(300, await world.Blobs.ReleaseOwnerAsync("mine", BlobWorld.Stop));
        Assert.Empty(await ListAllAsync(world, "mine", 10));
        BlobSweepResult swept = await world.Blobs.SweepAsync(TimeSpan.Zero, BlobWorld.Stop);
        Assert.Equal(200, swept.Count);
        Assert.Equal(yours.ToHashSet(), [.. await ListAllAsync(world, "yours", 13)]);
        Assert.Equal(0, await world.Blobs.ReleaseOwnerAsync("mine", BlobWorld.Stop));
    }

    [Fact]
    public async Task A_bucket_grows_and_shrinks_over_several_pages()
    {
        Random random = TestSeed.NewRandom();
        await using BlobWorld world = new(random);
        OwnerShelf shelf = new(world.Store);
        OwnerToken owner = OwnerToken.Of("crowded");
        List<BlobId> ids = [.. Enumerable.Range(0, 700).Select(i => SameBucket(i, random))];
        foreach (BlobId id in ids)
            await CommitAsync(world, batch => shelf.StageAddAsync(batch, owner, id, BlobWorld.Stop));
        Assert.Equal(ids.ToHashSet(), [.. await ReadBucketAsync(shelf, owner)]);
        Assert.False(await shelf.StageAddAsync(new WriteBatch(), owner, ids[600], BlobWorld.Stop));

        for (int i = ids.Count - 1; i > 0; i--)
        {
            int other = random.Next(i + 1);
            (ids[i], ids[other]) = (ids[other], ids[i]);
        }

        while (ids.Count > 0)
        {
            BlobId id = ids[^1];
            await CommitAsync(world, batch => shelf.StageRemoveAsync(batch, owner, id, BlobWorld.Stop));
            ids.RemoveAt(ids.Count - 1);
            if (ids.Count % 100 == 0)
                Assert.Equal(ids.ToHashSet(), [.. await ReadBucketAsync(shelf, owner)]);
        }
    }

    [Fact]
    public async Task A_blob_has_as_many_owners_as_want_it()
    {
        const int Many = 1000;
        await using BlobWorld world = new(TestSeed.NewRandom());
        BlobInfo info = await world.PutAsync([1], "owner 0");
        for (int i = 0; i < Many; i++)
        {
            Assert.True(await world.Blobs.AddOwnerAsync(info.Id, $"owner {i}", BlobWorld.Stop));
            Assert.True(await world.Blobs.AddOwnerAsync(info.Id, $"owner {i}", BlobWorld.Stop));
        }

        for (int i = 0; i < Many; i++)
        {
            Assert.Equal(default, await world.Blobs.SweepAsync(TimeSpan.Zero, BlobWorld.Stop));
            Assert.True(await world.Blobs.RemoveOwnerAsync(info.Id, $"owner {i}", BlobWorld.Stop));
            Assert.False(await world.Blobs.RemoveOwnerAsync(info.Id, $"owner {i}", BlobWorld.Stop));
        }

        Assert.Equal(new BlobSweepResult(1, 1), await world.Blobs.SweepAsync(TimeSpan.Zero, BlobWorld.Stop));
    }

    private static BlobId SameBucket(int number, Random random)
    {
        byte[] bytes = new byte[Hash32.Size];
        random.NextBytes(bytes);
        bytes[0] = 0;
        bytes[1] = (byte)(number & 15);
        return new BlobId(bytes.AsSpan());
    }

    private static async Task CommitAsync(BlobWorld world, Func<WriteBatch, ValueTask<bool>> stage)
    {
        WriteBatch batch = new();
        Assert.True(await stage(batch));
        Assert.True((await world.Store.CommitAsync(batch, Durability.Durable, BlobWorld.Stop)).Committed);
    }

    private static async Task<List<BlobId>> ReadBucketAsync(OwnerShelf shelf, OwnerToken owner)
    {
        List<BlobId> found = [];
        for (int page = 0; await shelf.ReadPageAsync(owner, 0, page, BlobWorld.Stop) is { } ids; page++)
            found.AddRange(ids);
        return found;
    }

    private static async Task<List<BlobId>> ListAllAsync(BlobWorld world, string owner, int limit)
    {
        List<BlobId> all = [];
        for (long? cursor = 0; cursor is { } from;)
        {
            BlobPage page = await world.Blobs.ListAsync(owner, from, limit, BlobWorld.Stop);
            all.AddRange(page.Ids);
            cursor = page.NextCursor;
        }

        Assert.Equal(all.Count, all.Distinct().Count());
        return all;
    }
}
