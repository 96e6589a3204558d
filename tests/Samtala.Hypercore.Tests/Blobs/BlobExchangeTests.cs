using System.Security.Cryptography;
using Samtala.Crypto;
using Samtala.Hypercore.Blobs;
using Samtala.Hypercore.Logs;
using Samtala.Hypercore.Manifests;
using Samtala.Hypercore.Proofs;
using Samtala.Hypercore.Tests.Replication;
using Samtala.Hypercore.Tree;
using Samtala.Vectors;

namespace Samtala.Hypercore.Tests.Blobs;

public sealed class BlobExchangeTests
{
    private const int Block = BlobLimits.BlockSize;

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1024)]
    [InlineData(Block)]
    [InlineData(Block + 1)]
    [InlineData((5 * Block) + 17)]
    [InlineData(200 * Block)]
    public async Task A_blob_goes_from_node_to_node_and_any_holder_serves_it(int length)
    {
        await using BlobPeers net = new(TestSeed.NewRandom());
        BlobPeer first = net.Add();
        BlobPeer second = net.Add();
        BlobPeer third = net.Add();
        byte[] bytes = first.World.NewBytes(length);
        BlobInfo info = await first.PutSharedAsync(bytes);
        SimLink link = net.Connect(first, second);
        await using BlobDownload download = await second.DownloadAsync(info.Id);
        Assert.Equal(info, await net.RunAsync(download.WaitAsync(Now)));
        Assert.Equal(new BlobProgress(length, length), length == 0 ? new BlobProgress(0, 0) : download.Progress);
        Assert.Equal(bytes, await second.World.ReadAllAsync(info.Id));
        link.Drop();

        // The one that has just fetched it serves it, also while the download is still held.
        second.Exchange.Share(info.Id);
        net.Connect(second, third);
        await using BlobDownload again = await third.DownloadAsync(info.Id);
        Assert.Equal(info, await net.RunAsync(again.WaitAsync(Now)));
        Assert.Equal(bytes, await third.World.ReadAllAsync(info.Id));
        third.World.Crash();
        Assert.Equal(bytes, await third.World.ReadAllAsync(info.Id));
    }

    [Fact]
    public async Task A_peer_that_changes_bits_is_not_believed_and_another_brings_the_rest()
    {
        Random random = TestSeed.NewRandom();
        await using BlobPeers net = new(random);
        BlobPeer liar = net.Add();
        BlobPeer honest = net.Add();
        BlobPeer reader = net.Add();
        byte[] bytes = liar.World.NewBytes((70 * Block) + 5);
        BlobInfo info = await liar.PutSharedAsync(bytes);
        await honest.PutSharedAsync(bytes);
        SimLink link = net.Connect(liar, reader);
        link.Tamper = (fromLiar, frame) =>
        {
            if (fromLiar && frame.Length > Block / 2 && random.Next(3) == 0)
                frame[random.Next(200, frame.Length)] ^= (byte)(1 << random.Next(8));
            return frame;
        };
        await using BlobDownload download = await reader.DownloadAsync(info.Id);
        ValueTask<BlobInfo> waiting = download.WaitAsync(Now);
        await net.SettleAsync();
        long before = download.Progress.ReceivedBytes;
        if (before < bytes.Length)
            Assert.Null(await reader.World.Blobs.StatAsync(info.Id, Now));
        net.Connect(honest, reader);
        Assert.Equal(info, await net.RunAsync(waiting));
        Assert.Equal(bytes, await reader.World.ReadAllAsync(info.Id));
    }

    [Fact]
    public async Task A_download_goes_on_where_it_was_when_another_peer_comes_and_is_not_seen_before_it_is_whole()
    {
        await using BlobPeers net = new(TestSeed.NewRandom());
        BlobPeer first = net.Add();
        BlobPeer second = net.Add();
        BlobPeer reader = net.Add();

        // More than twice what may be on its way at once, or all of it may arrive before the link drops.
        byte[] bytes = first.World.NewBytes(300 * Block);
        BlobInfo info = await first.PutSharedAsync(bytes);
        await second.PutSharedAsync(bytes);
        SimLink link = net.Connect(first, reader);
        await using BlobDownload download = await reader.DownloadAsync(info.Id);
        await net.RunUntilAsync(() => download.Progress.ReceivedBytes > 40 * Block);
        link.Drop();
        await net.SettleAsync();
        long half = download.Progress.ReceivedBytes;
        Assert.InRange(half, 40 * Block, bytes.Length - 1);
        Assert.Equal(bytes.Length, download.Progress.Length);
        Assert.Null(await reader.World.Blobs.StatAsync(info.Id, Now));
        Assert.Null(await reader.World.Blobs.FindAsync(info.Sha256, Now));

        SimLink other = net.Connect(second, reader);
        Assert.Equal(info, await net.RunAsync(download.WaitAsync(Now)));
        Assert.InRange(other.A.BytesSent, bytes.Length - half, bytes.Length - half + (2L * 1024 * 1024));
        byte[] streamed = new byte[1000];
        Assert.Equal(1000, await download.ReadAsync(bytes.Length - 1000, streamed, Now));
        Assert.Equal(bytes[^1000..], streamed);
        Assert.Equal(0, await download.ReadAsync(bytes.Length, streamed, Now));
    }

    [Fact]
    public async Task What_was_not_expected_is_not_kept()
    {
        await using BlobPeers net = new(TestSeed.NewRandom());
        BlobPeer holder = net.Add();
        BlobPeer reader = net.Add();
        byte[] bytes = holder.World.NewBytes(3 * Block);
        BlobInfo info = await holder.PutSharedAsync(bytes);
        net.Connect(holder, reader);
        BlobDigest other = new(DigestAlgorithm.Sha256, SHA256.HashData(bytes.AsSpan(1)));
        await using (BlobDownload download = await reader.DownloadAsync(info.Id, BlobExpectation.Of(other)))
        {
            await Assert.ThrowsAsync<BlobDigestMismatchException>(() => net.RunAsync(download.WaitAsync(Now)));
        }

        await using (BlobDownload download = await reader.DownloadAsync(info.Id, lengthMax: (3 * Block) - 1))
        {
            InvalidDataException e = await Assert.ThrowsAsync<InvalidDataException>(
                () => net.RunAsync(download.WaitAsync(Now)));
            Assert.Contains("SAM0311", e.Message, StringComparison.Ordinal);
        }

        Assert.Null(await reader.World.Blobs.StatAsync(info.Id, Now));
        await using BlobDownload right = await reader.DownloadAsync(info.Id, BlobExpectation.Of(info.Sha256));
        Assert.Equal(info, await net.RunAsync(right.WaitAsync(Now)));
    }

    [Fact]
    public async Task A_log_that_can_grow_is_no_blob()
    {
        await using BlobPeers net = new(TestSeed.NewRandom());
        BlobPeer holder = net.Add();
        BlobPeer reader = net.Add();
        using SecretSlab slab = new();
        using SecretKey key = SecretKey.FromSeed(slab, new byte[SecretKey.SeedSize]);
        await using Log log = await holder.Logs.CreateAsync(new LogCreation { SecretKey = key }, Now);
        await log.AppendAsync(new byte[Block], cancellationToken: Now);
        net.Connect(holder, reader);
        await using BlobDownload download = await reader.DownloadAsync(new BlobId(log.Key));
        InvalidDataException e = await Assert.ThrowsAsync<InvalidDataException>(
            () => net.RunAsync(download.WaitAsync(Now)));
        Assert.Contains("SAM0310", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_static_log_whose_blocks_have_other_sizes_is_no_blob_though_its_root_looks_like_one()
    {
        await using BlobWorld world = new(TestSeed.NewRandom());
        MerkleNode[] nodes =
        [
            new(0, 0, MerkleHash.Leaf([])),
            default,
            new(2, 2 * Block, MerkleHash.Leaf(new byte[2 * Block])),
        ];
        nodes[1] = MerkleHash.Parent(nodes[0], nodes[2]);
        LogHead head = LogHead.Of(0, [nodes[1]]);
        Manifest manifest = Manifest.Static(head.TreeHash(), 2);
        BlobId id = new(manifest.ComputeKey());
        ProofRequest request = new() { Block = new NodeRequest(0, 0), Upgrade = new UpgradeRequest(0, 2) };
        ProverResult proven = await Prover.CreateAsync(head, new Nodes(nodes), request, manifest, Now);
        await using BlobReceiver receiver = new(world.Blobs, id, world.Blobs.Begin(BlobWorld.Owner), long.MaxValue);
        await receiver.AcceptAsync(proven.Proof! with { Manifest = manifest }, Now);
        InvalidDataException e = await Assert.ThrowsAsync<InvalidDataException>(() => receiver.Completion.WaitAsync(
            TimeSpan.FromSeconds(30), Now));
        Assert.Contains("SAM0310", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_head_of_more_blocks_than_its_bytes_fill_is_no_blobs()
    {
        // 2^48 blocks of 64 KiB are 2^64 bytes.
        MerkleNode[] roots = [new((1UL << 48) - 1, 0, default), new(1UL << 49, 5, default)];
        Assert.False(BlobTree.IsBlob(LogHead.Of(0, [.. roots])));
    }

    [Fact]
    public async Task What_is_not_shared_is_not_given()
    {
        await using BlobPeers net = new(TestSeed.NewRandom());
        BlobPeer holder = net.Add();
        BlobPeer reader = net.Add();
        BlobInfo info = await holder.World.PutAsync(holder.World.NewBytes(Block));
        net.Connect(holder, reader);
        await using BlobDownload download = await reader.DownloadAsync(info.Id);
        await net.SettleAsync();
        Assert.Equal(new BlobProgress(0, null), download.Progress);
    }

    private sealed class Nodes(MerkleNode[] nodes) : INodeReader
    {
        public ValueTask<MerkleNode?> ReadNodeAsync(ulong index, CancellationToken cancellationToken) =>
            new(nodes[(int)index]);
    }
}
