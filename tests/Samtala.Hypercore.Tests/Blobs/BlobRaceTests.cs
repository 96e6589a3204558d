using Samtala.Hypercore.Blobs;
using Samtala.Testing;
using Samtala.Vectors;

namespace Samtala.Hypercore.Tests.Blobs;

/// <summary>Writers, readers, owners and the sweep on the same few blobs at once.</summary>
public sealed class BlobRaceTests
{
    private const int OwnerCount = 4;
    private const int RoundCount = 150;

    [Fact]
    public async Task An_owned_blob_is_always_whole_whatever_happens_around_it()
    {
        Random random = TestSeed.NewRandom();
        await using BlobWorld world = new(
            random, new SimStoreOptions { FlushLatencyMax = TimeSpan.FromMilliseconds(1) });
        byte[][] contents = [.. Enumerable.Range(0, 6).Select(i => world.NewBytes(i * 40_000))];
        using CancellationTokenSource done = new();
        Task sweeper = SweepUntilAsync(world, done.Token);
        Task[] owners =
        [
            .. Enumerable.Range(0, OwnerCount).Select(i => OwnAsync(world, $"owner {i}", contents, new Random(i))),
        ];
        await Task.WhenAll(owners);
        await done.CancelAsync();
        await sweeper;

        // Nobody holds anything any more: everything goes, and nothing is left in any keyspace that lists blobs.
        await world.Blobs.SweepAsync(TimeSpan.Zero, BlobWorld.Stop);
        foreach (byte[] bytes in contents)
        {
            BlobDigest digest = new(DigestAlgorithm.Sha256, System.Security.Cryptography.SHA256.HashData(bytes));
            Assert.Null(await world.Blobs.FindAsync(digest, BlobWorld.Stop));
        }

        for (int i = 0; i < OwnerCount; i++)
        {
            BlobPage page = await world.Blobs.ListAsync($"owner {i}", 0, 100, BlobWorld.Stop);
            Assert.Empty(page.Ids);
            Assert.Null(page.NextCursor);
        }
    }

    private static async Task OwnAsync(BlobWorld world, string owner, byte[][] contents, Random random)
    {
        for (int round = 0; round < RoundCount; round++)
        {
            byte[] bytes = contents[random.Next(contents.Length)];
            BlobInfo info = await world.PutAsync(bytes, owner);
            byte[]? read = await world.ReadAllAsync(info.Id);
            Assert.NotNull(read);
            Assert.Equal(bytes, read);
            if (random.Next(3) == 0)
                Assert.True((await world.Blobs.VerifyAsync(info.Id, BlobWorld.Stop))!.IsIntact);
            Assert.True(await world.Blobs.RemoveOwnerAsync(info.Id, owner, BlobWorld.Stop));
        }
    }

    private static async Task SweepUntilAsync(BlobWorld world, CancellationToken done)
    {
        while (!done.IsCancellationRequested)
        {
            await world.Blobs.SweepAsync(TimeSpan.Zero, BlobWorld.Stop);
            await Task.Yield();
        }
    }
}
