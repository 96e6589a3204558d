using System.Text.Json;
using Samtala.Crypto;
using Samtala.Hypercore.Manifests;
using Samtala.Hypercore.Proofs;
using Samtala.Hypercore.Signatures;
using Samtala.Hypercore.Tests.Manifests;
using Samtala.Hypercore.Tree;
using Samtala.Vectors;

namespace Samtala.Hypercore.Tests.Signatures;

public sealed class SignaturesVectorTests
{
    [Fact]
    public void Signatures_are_made_and_judged_as_by_the_reference() =>
        VectorFile.ForEachCase("signatures.json", item =>
        {
            Manifest? manifest = item.TryGetProperty("manifest", out JsonElement parts)
                ? ManifestJson.Read(parts)
                : null;
            LogAuthority authority = new(new Hash32(item.Hex("key")), manifest);
            byte[] signature = item.Hex("signature");
            SignedTree tree = new(
                new Hash32(item.Hex("treeHash")),
                item.GetProperty("length").GetUInt64(),
                item.GetProperty("fork").GetUInt64(),
                []);
            bool isValid = authority.TryVerify(tree, signature, out byte[] kept);
            Assert.Equal(item.GetProperty("verifies").GetBoolean(), isValid);
            if (isValid)
                Assert.Equal(signature, kept);
            if (item.TryGetProperty("decoded", out JsonElement decoded) && decoded.ValueKind == JsonValueKind.Object)
                CheckContainer(manifest!.Version, signature, decoded);
            if (item.TryGetProperty("seed", out _))
            {
                using SecretSlab slab = new();
                using SecretKey key = SecretKey.FromSeed(slab, item.Hex("seed"));
                Assert.Equal(signature, authority.Sign(key, tree));
            }
        });

    private static void CheckContainer(int version, byte[] signature, JsonElement decoded)
    {
        Assert.True(MultiSignature.TryDecode(version, signature, out MultiSignature? container));
        Assert.Equal(decoded.GetProperty("proofs").GetArrayLength(), container!.Proofs.Length);
        int i = 0;
        foreach (JsonElement proof in decoded.GetProperty("proofs").EnumerateArray())
        {
            Assert.Equal(proof.GetProperty("signer").GetUInt64(), container.Proofs[i].Signer);
            Assert.Equal(proof.Text("signature"), container.Proofs[i].Signature.ToString());
            Assert.Equal(proof.GetProperty("patch").GetUInt64(), container.Proofs[i++].Patch);
        }

        Assert.Equal(signature, container.Encode(version));
    }
}
