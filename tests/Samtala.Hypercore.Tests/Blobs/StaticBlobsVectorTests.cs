using Samtala.Crypto;
using Samtala.Hypercore.Blobs;
using Samtala.Hypercore.Manifests;
using Samtala.Vectors;

namespace Samtala.Hypercore.Tests.Blobs;

public sealed class StaticBlobsVectorTests
{
    private static readonly int[] s_pieceSizes = [1 << 30, 65536, 65537, 4096, 1000];

    [Fact]
    public void Ids_are_the_keys_that_the_reference_gives_to_static_cores()
    {
        BlobWorld world = new(TestSeed.NewRandom());
        VectorFile.ForEachCase("static-blobs.json", item =>
        {
            byte[] content = Recipe.Content("static-blob", item.GetProperty("size").GetInt32());
            foreach (int pieceSize in s_pieceSizes)
            {
                BlobInfo info = Put(world, content, pieceSize);
                Assert.Equal(item.Text("key"), info.Id.ToString());
                Assert.Equal(item.Text("treeHash"), info.TreeHash.ToString());
                Assert.Equal(item.GetProperty("blocks").GetInt64(), info.BlockCount);
                Assert.Equal("sha1:" + item.Text("sha1"), info.Sha1.ToString());
                Assert.Equal("sha256:" + item.Text("sha256"), info.Sha256.ToString());
                Assert.Equal("sha512:" + item.Text("sha512"), info.Sha512.ToString());
                Manifest manifest = Manifest.Static(info.TreeHash, (ulong)info.BlockCount);
                Assert.Equal(item.Text("manifest"), Convert.ToHexStringLower(manifest.Encode()));
                Assert.Equal(item.Text("discoveryKey"), Manifest.DiscoveryKey(info.Id.Key).ToString());
            }

            BlobRecord record = Run(world.Blobs.GetRecordAsync(BlobId.Parse(item.Text("key")), BlobWorld.Stop))!;
            Hash32[] leaves = Run(world.Blobs.ReadLeavesAsync(record, 0, int.MaxValue, BlobWorld.Stop));
            Assert.Equal(
                item.GetProperty("leaves").EnumerateArray().Select(e => e.GetString()),
                leaves.Select(l => l.ToString()));
        });
    }

    private static BlobInfo Put(BlobWorld world, byte[] content, int pieceSize) => Task.Run(async () =>
    {
        await using BlobWriter writer = world.Blobs.Begin(BlobWorld.Owner);
        for (int at = 0; at < content.Length; at += Math.Min(pieceSize, content.Length - at))
            await writer.WriteAsync(content.AsMemory(at, Math.Min(pieceSize, content.Length - at)), BlobWorld.Stop);
        return await writer.CompleteAsync(null, BlobWorld.Stop);
    }).GetAwaiter().GetResult();

    private static T Run<T>(ValueTask<T> task) => task.AsTask().GetAwaiter().GetResult();
}
