using System.Text.Json;
using Samtala.Crypto;
using Samtala.Hypercore.Manifests;
using Samtala.Vectors;

namespace Samtala.Hypercore.Tests.Manifests;

public sealed class ManifestsVectorTests
{
    [Fact]
    public void Encodings_keys_and_refusals_are_those_of_the_reference() =>
        VectorFile.ForEachCase("manifests.json", item =>
        {
            bool isError = item.TryGetProperty("error", out _);
            if (isError && item.TryGetProperty("encoded", out _))
                Assert.False(Manifest.TryDecode(item.Hex("encoded"), out _));
            else if (isError)
                Assert.ThrowsAny<ArgumentException>(() => ManifestJson.Read(item.GetProperty("input")));
            else if (item.GetProperty("input").TryGetProperty("compat", out _))
                CheckCompat(item);
            else if (item.TryGetProperty("encoded", out _))
                CheckManifest(item);
            else
                Assert.Fail($"Unknown kind of case: {item.Text("name")}");
        });

    [Fact]
    public void No_prefix_and_no_flipped_bit_throws()
    {
        byte[] encoded = Manifest.Create(new ManifestParts
        {
            Signers = [new ManifestSigner(default(PublicKey)), new ManifestSigner(default(PublicKey))],
            Linked = [default],
            UserData = new byte[3],
        }).Encode();
        for (int length = 0; length < encoded.Length; length++)
            Assert.False(Manifest.TryDecode(encoded.AsSpan(0, length), out _));
        for (int bit = 0; bit < encoded.Length * 8; bit++)
        {
            byte[] flipped = [.. encoded];
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            Manifest.TryDecode(flipped, out _);
        }
    }

    [Fact]
    public void A_count_that_the_bytes_cannot_hold_allocates_nothing()
    {
        byte[] bomb = [1, 0, 0, 1, 0xfe, 0xff, 0xff, 0x0f, 0];
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.False(Manifest.TryDecode(bomb, out _));
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 4096);
    }

    private static void CheckCompat(JsonElement item)
    {
        Hash32 key = new(item.GetProperty("input").Hex("publicKey"));
        Assert.Equal(item.Text("key"), key.ToString());
        Assert.Equal(item.Text("discoveryKey"), Manifest.DiscoveryKey(key).ToString());
    }

    private static void CheckManifest(JsonElement item)
    {
        Manifest manifest = ManifestJson.Read(item.GetProperty("input"));
        Check(item, manifest);
        Assert.True(Manifest.TryDecode(item.Hex("encoded"), out Manifest? decoded));
        Check(item, decoded!);
    }

    private static void Check(JsonElement item, Manifest manifest)
    {
        Assert.Equal(item.Text("encoded"), Convert.ToHexStringLower(manifest.Encode()));
        Hash32 key = manifest.ComputeKey();
        Assert.Equal(item.Text("key"), key.ToString());
        Assert.Equal(item.Text("discoveryKey"), Manifest.DiscoveryKey(key).ToString());
        Assert.Equal(item.GetProperty("quorum").GetInt32(), manifest.Quorum);
    }
}
