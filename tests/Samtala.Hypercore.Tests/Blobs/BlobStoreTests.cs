using Samtala.Hypercore.Blobs;
using Samtala.Vectors;

namespace Samtala.Hypercore.Tests.Blobs;

public sealed class BlobStoreTests
{
    private static readonly int[] s_edges =
    [
        0, 1, BlobLimits.InlineSizeMax, BlobLimits.InlineSizeMax + 1,
        BlobLimits.BlockSize - 1, BlobLimits.BlockSize, BlobLimits.BlockSize + 1, BlobLimits.BlockSize * 2,
    ];

    [Fact]
    public async Task Any_range_of_any_size_reads_back_however_the_bytes_came()
    {
        Random random = TestSeed.NewRandom();
        await using BlobWorld world = new(random);
        foreach (int size in s_edges.Concat(Enumerable.Range(0, 40).Select(_ => random.Next(300_000))))
        {
            byte[] bytes = world.NewBytes(size);
            await using BlobWriter writer = world.Blobs.Begin(BlobWorld.Owner);
            for (int at = 0; at < size;)
            {
                int piece = Math.Min(size - at, random.Next(1, 100_000));
                await writer.WriteAsync(bytes.AsMemory(at, piece), BlobWorld.Stop);
                at += piece;
                Assert.Equal(at, writer.Length);
            }

            BlobInfo info = await writer.CompleteAsync(null, BlobWorld.Stop);
            Assert.Equal(bytes, await world.ReadAllAsync(info.Id));
            for (int round = 0; round < 10; round++)
            {
                int offset = random.Next(size + 1);
                byte[] target = new byte[random.Next(100_000)];
                int? read = await world.Blobs.ReadAsync(info.Id, offset, target, BlobWorld.Stop);
                Assert.Equal(Math.Min(target.Length, size - offset), read);
                Assert.True(bytes.AsSpan(offset, read!.Value).SequenceEqual(target.AsSpan(0, read.Value)));
            }
        }
    }

    [Fact]
    public async Task Every_digest_finds_the_blob_in_one_read()
    {
        await using BlobWorld world = new(TestSeed.NewRandom());
        BlobInfo info = await world.PutAsync(world.NewBytes(3000));
        foreach (BlobDigest digest in (BlobDigest[])[info.Sha1, info.Sha256, info.Sha512])
        {
            int before = world.Store.GetCount;
            Assert.Equal(info.Id, await world.Blobs.FindAsync(BlobDigest.Parse(digest.ToString()), BlobWorld.Stop));
            Assert.Equal(before + 1, world.Store.GetCount);
        }

        Assert.Equal(info, await world.Blobs.StatAsync(info.Id, BlobWorld.Stop));
        Assert.Null(await world.Blobs.FindAsync(new BlobDigest(DigestAlgorithm.Sha1, new byte[20]), BlobWorld.Stop));
        Assert.Null(await world.Blobs.StatAsync(default, BlobWorld.Stop));
        Assert.Null(await world.Blobs.OpenAsync(default, BlobWorld.Stop));
        Assert.Null(await world.Blobs.ReadAsync(default, 0, new byte[1], BlobWorld.Stop));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(900)]
    [InlineData(3000)]
    [InlineData(200_000)]
    public async Task A_new_blob_takes_one_commit_and_the_same_bytes_again_take_none(int size)
    {
        await using BlobWorld world = new(TestSeed.NewRandom());
        byte[] bytes = world.NewBytes(size);
        BlobInfo info = await world.PutAsync(bytes);
        Assert.Equal(1, world.Store.CommitCount);
        Assert.Equal(info, await world.PutAsync(bytes));
        Assert.Equal(1, world.Store.CommitCount);
        Assert.Equal(info, await world.PutAsync(bytes, "plugin:other"));
        Assert.Equal(2, world.Store.CommitCount);
        Assert.Equal(bytes, await world.ReadAllAsync(info.Id));
    }

    [Fact]
    public async Task Bytes_that_come_as_a_stream_or_in_pieces_are_the_same_blob()
    {
        await using BlobWorld world = new(TestSeed.NewRandom());
        byte[] bytes = world.NewBytes(150_000);
        BlobInfo whole = await world.PutAsync(bytes);
        using MemoryStream stream = new(bytes);
        Assert.Equal(whole, await world.Blobs.PutAsync(stream, null, "a", BlobWorld.Stop));
        Assert.Equal(whole, await world.Blobs.PutAsync(Pieces(bytes), null, "b", BlobWorld.Stop));
    }

    [Fact]
    public async Task Writers_of_the_same_bytes_at_the_same_time_store_them_once()
    {
        await using BlobWorld world = new(
            TestSeed.NewRandom(), new Testing.SimStoreOptions { FlushLatencyMax = TimeSpan.FromMilliseconds(2) });
        byte[] bytes = world.NewBytes(100_000);
        BlobInfo[] infos = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => world.PutAsync(bytes, $"owner {i}")));
        Assert.Single(infos.Distinct());
        for (int i = 0; i < 16; i++)
        {
            BlobPage page = await world.Blobs.ListAsync($"owner {i}", 0, 10, BlobWorld.Stop);
            Assert.Equal([infos[0].Id], page.Ids);
            Assert.True(await world.Blobs.RemoveOwnerAsync(infos[0].Id, $"owner {i}", BlobWorld.Stop));
        }

        Assert.Equal(new BlobSweepResult(1, 100_000), await world.Blobs.SweepAsync(TimeSpan.Zero, BlobWorld.Stop));
    }

    [Fact]
    public async Task A_blob_of_more_blocks_than_fit_behind_it_keeps_its_leaf_hashes_in_a_second_extent()
    {
        await using BlobWorld world = new(TestSeed.NewRandom());
        byte[] bytes = new byte[(BlobLimits.LeafTailMax * BlobLimits.BlockSize) + 1];
        bytes[^1] = 1;
        BlobInfo info = await world.PutAsync(bytes);
        BlobRecord record = (await world.Blobs.GetRecordAsync(info.Id, BlobWorld.Stop))!;
        Assert.NotNull(record.Leaves);
        var leaves = await world.Blobs.ReadLeavesAsync(record, 0, 2000, BlobWorld.Stop);
        Assert.Equal(BlobLimits.LeafTailMax + 1, leaves.Length);
        Assert.True((await world.Blobs.VerifyAsync(info.Id, BlobWorld.Stop))!.IsIntact);

        BlobInfo smaller = await world.PutAsync(bytes[..^1]);
        Assert.Null((await world.Blobs.GetRecordAsync(smaller.Id, BlobWorld.Stop))!.Leaves);
        Assert.True((await world.Blobs.VerifyAsync(smaller.Id, BlobWorld.Stop))!.IsIntact);
    }

    [Fact]
    public async Task A_small_blob_shows_its_bytes_and_a_range_behind_the_end_is_refused()
    {
        await using BlobWorld world = new(TestSeed.NewRandom());
        byte[] bytes = world.NewBytes(100);
        BlobInfo info = await world.PutAsync(bytes);
        using BlobView view = (await world.Blobs.OpenAsync(info.Id, BlobWorld.Stop))!;
        Assert.Equal(bytes, view.Bytes!.Value.ToArray());
        Assert.Null(view.File);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            async () => await view.ReadAsync(101, new byte[1], BlobWorld.Stop));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            async () => await view.ReadAsync(-1, new byte[1], BlobWorld.Stop));
        view.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(
            async () => await view.ReadAsync(0, new byte[1], BlobWorld.Stop));
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    public void A_blob_without_an_owner_is_refused(string? owner)
    {
        BlobWorld world = new(TestSeed.NewRandom());
        Assert.ThrowsAny<ArgumentException>(() => world.Blobs.Begin(owner!));
        Assert.Throws<ArgumentException>(() => world.Blobs.Begin(new string('x', BlobLimits.OwnerSizeMax + 1)));
    }

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> Pieces(byte[] bytes)
    {
        for (int at = 0; at < bytes.Length; at += 7000)
        {
            yield return bytes.AsMemory(at, Math.Min(7000, bytes.Length - at));
            await Task.Yield();
        }
    }
}
