using Samtala.Hypercore.Blobs;
using Samtala.Storage;
using Samtala.Testing;
using Samtala.Vectors;

namespace Samtala.Hypercore.Tests.Blobs;

public sealed class BlobCrashTests
{
    [Fact]
    public async Task After_a_crash_every_acknowledged_blob_is_whole_and_no_other_is_half()
    {
        Random random = TestSeed.NewRandom();
        await using BlobWorld world = new(
            random, new SimStoreOptions { FlushLatencyMax = TimeSpan.FromMilliseconds(1) });
        Dictionary<BlobId, byte[]> acknowledged = [];
        HashSet<BlobId> released = [];
        for (int round = 0; round < 20; round++)
        {
            byte[][] contents = [.. Enumerable.Range(0, 8).Select(_ => world.NewBytes(random.Next(150_000)))];
            Task<BlobInfo>[] puts = [.. contents.Select(bytes => world.PutAsync(bytes))];
            await Task.WhenAny(puts);
            world.Crash();
            for (int i = 0; i < puts.Length; i++)
                await RecordAsync(puts[i], contents[i], acknowledged);

            foreach (BlobId id in acknowledged.Keys.Where(_ => random.Next(4) == 0).Except(released).ToArray())
            {
                if (await world.Blobs.RemoveOwnerAsync(id, BlobWorld.Owner, BlobWorld.Stop))
                    released.Add(id);
            }

            await world.Blobs.SweepAsync(TimeSpan.Zero, BlobWorld.Stop);
            foreach (var (id, bytes) in acknowledged)
            {
                byte[]? read = await world.ReadAllAsync(id);
                Assert.True(released.Contains(id) ? read is null : read.AsSpan().SequenceEqual(bytes), $"{id}");
            }

            foreach (byte[] bytes in contents)
                await CheckWholeOrAbsentAsync(world, bytes);
        }

        Assert.NotEmpty(acknowledged);
        Assert.NotEmpty(released);
    }

    private static async Task RecordAsync(Task<BlobInfo> put, byte[] bytes, Dictionary<BlobId, byte[]> acknowledged)
    {
        try
        {
            acknowledged[(await put).Id] = bytes;
        }
        catch (StoreException)
        {
            // Not acknowledged: it may be there or not.
        }
    }

    private static async Task CheckWholeOrAbsentAsync(BlobWorld world, byte[] bytes)
    {
        BlobDigest digest = new(DigestAlgorithm.Sha256, System.Security.Cryptography.SHA256.HashData(bytes));
        BlobId? id = await world.Blobs.FindAsync(digest, BlobWorld.Stop);
        if (id is { } found)
            Assert.Equal(bytes, await world.ReadAllAsync(found));
    }
}
