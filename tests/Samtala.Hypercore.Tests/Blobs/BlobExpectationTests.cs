using System.Security.Cryptography;
using Samtala.Hypercore.Blobs;
using Samtala.Storage;
using Samtala.Vectors;

namespace Samtala.Hypercore.Tests.Blobs;

public sealed class BlobExpectationTests
{
    [Theory]
    [InlineData(10)]
    [InlineData(200_000)]
    public async Task Bytes_other_than_promised_are_refused_and_nothing_is_kept(int size)
    {
        await using BlobWorld world = new(TestSeed.NewRandom());
        byte[] promised = world.NewBytes(size);
        byte[] tampered = [.. promised];
        tampered[size / 2] ^= 1;
        BlobDigest digest = Sha512Of(promised);

        var refusal = await Assert.ThrowsAsync<BlobDigestMismatchException>(
            () => world.PutAsync(tampered, expected: BlobExpectation.Of(digest)));
        Assert.Equal(digest.ToString(), refusal.Expected);
        Assert.Equal(Sha512Of(tampered).ToString(), refusal.Seen);
        Assert.Contains("SAM0301", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(0, world.Store.CommitCount);
        Assert.Null(await world.Blobs.FindAsync(digest, BlobWorld.Stop));
        Assert.Null(await world.Blobs.FindAsync(Sha512Of(tampered), BlobWorld.Stop));

        BlobInfo info = await world.PutAsync(promised, expected: BlobExpectation.Of(digest, size));
        Assert.Equal(info.Id, await world.Blobs.FindAsync(digest, BlobWorld.Stop));
    }

    [Fact]
    public async Task One_wrong_digest_among_right_ones_is_enough_to_refuse()
    {
        await using BlobWorld world = new(TestSeed.NewRandom());
        byte[] bytes = world.NewBytes(500);
        BlobExpectation expected = new()
        {
            Digests = [Sha512Of(bytes), new BlobDigest(DigestAlgorithm.Sha256, new byte[32])],
        };
        await Assert.ThrowsAsync<BlobDigestMismatchException>(() => world.PutAsync(bytes, expected: expected));
    }

    [Fact]
    public async Task A_promise_that_comes_at_the_end_counts_too()
    {
        await using BlobWorld world = new(TestSeed.NewRandom());
        await using BlobWriter writer = world.Blobs.Begin(BlobWorld.Owner);
        await writer.WriteAsync(world.NewBytes(500), BlobWorld.Stop);
        await Assert.ThrowsAsync<BlobDigestMismatchException>(async () => await writer.CompleteAsync(
            BlobExpectation.Of(new BlobDigest(DigestAlgorithm.Sha1, new byte[20])), BlobWorld.Stop));
        await Assert.ThrowsAsync<InvalidOperationException>(
            async () => await writer.CompleteAsync(null, BlobWorld.Stop));
    }

    [Fact]
    public async Task More_bytes_than_promised_stop_the_writer_at_once_and_fewer_at_the_end()
    {
        await using BlobWorld world = new(TestSeed.NewRandom());
        BlobExpectation expected = new() { Length = 100 };
        await using BlobWriter writer = world.Blobs.Begin(BlobWorld.Owner, expected);
        await writer.WriteAsync(world.NewBytes(60), BlobWorld.Stop);
        await Assert.ThrowsAsync<BlobDigestMismatchException>(
            async () => await writer.WriteAsync(world.NewBytes(41), BlobWorld.Stop));
        var shorter = await Assert.ThrowsAsync<BlobDigestMismatchException>(
            () => world.PutAsync(world.NewBytes(99), expected: expected));
        Assert.Equal("99 bytes", shorter.Seen);
        Assert.Equal(0, world.Store.CommitCount);
    }

    [Fact]
    public async Task A_source_that_breaks_leaves_nothing_behind()
    {
        await using BlobWorld world = new(TestSeed.NewRandom());
        await Assert.ThrowsAsync<IOException>(
            () => world.Blobs.PutAsync(Broken(world.NewBytes(300_000)), null, BlobWorld.Owner, BlobWorld.Stop));
        Assert.Equal(0, world.Store.CommitCount);
    }

    [Fact]
    public async Task A_refusing_disk_is_told_and_trying_again_works()
    {
        Random random = TestSeed.NewRandom();
        await using BlobWorld world = new(random, new Testing.SimStoreOptions { FlushFailureRatio = 0.5 });
        int refused = 0;
        for (int round = 0; round < 50; round++)
        {
            byte[] bytes = world.NewBytes(random.Next(100_000));
            BlobInfo? info = null;
            while (info is null)
            {
                try
                {
                    info = await world.PutAsync(bytes);
                }
                catch (StoreException)
                {
                    refused++;
                }
            }

            Assert.Equal(bytes, await world.ReadAllAsync(info.Id));
        }

        Assert.True(refused > 0);
    }

    [Theory]
    [InlineData("sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", true)]
    [InlineData("sha256:E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855", true)]
    [InlineData("sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709", true)]
    [InlineData("sha1:da39a3ee5e6b4b0d3255bfef95601890afd8070", false)]
    [InlineData("md5:d41d8cd98f00b204e9800998ecf8427e", false)]
    [InlineData("sha256", false)]
    [InlineData("sha256:zzb0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void Text_is_a_digest_or_is_refused(string? text, bool valid)
    {
        Assert.Equal(valid, BlobDigest.TryParse(text, out BlobDigest digest));
        Assert.Equal(valid ? text!.ToUpperInvariant() : "NONE", digest.ToString().ToUpperInvariant());
    }

    private static BlobDigest Sha512Of(byte[] bytes) => new(DigestAlgorithm.Sha512, SHA512.HashData(bytes));

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> Broken(byte[] bytes)
    {
        yield return bytes;
        await Task.Yield();
        throw new IOException("the line went dead");
    }
}
