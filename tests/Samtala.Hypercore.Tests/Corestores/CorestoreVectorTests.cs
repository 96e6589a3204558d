using System.Text;
using System.Text.Json;
using Samtala.Crypto;
using Samtala.Hypercore.Corestores;
using Samtala.Hypercore.Manifests;
using Samtala.Vectors;

namespace Samtala.Hypercore.Tests.Corestores;

/// <summary>corestore.json: the keys of named logs.</summary>
public sealed class CorestoreVectorTests
{
    [Fact]
    public void Names_and_namespaces_give_the_keys_of_the_reference()
    {
        using SecretSlab slab = new();
        VectorFile.ForEachCase("corestore.json", item =>
        {
            if (item.TryGetProperty("op", out JsonElement op))
            {
                Assert.Equal("constants", op.GetString());
                Assert.Equal(item.Text("NS"), HypercoreNamespace.Derive("corestore", 0).ToString());
                Assert.Equal(item.Text("DEFAULT_NAMESPACE"), default(Hash32).ToString());
                return;
            }

            Hash32 logNamespace = default;
            foreach (JsonElement part in item.GetProperty("namespacePath").EnumerateArray())
                logNamespace = CorestoreKeys.ChildNamespace(logNamespace, Name(part));
            Assert.Equal(item.Text("namespace"), logNamespace.ToString());
            using SymmetricKey primary = SymmetricKey.FromBytes(slab, item.Hex("primaryKey"));
            using SecretKey pair =
                CorestoreKeys.DeriveKey(slab, primary, logNamespace, Name(item.GetProperty("name")));
            Assert.Equal(item.Text("publicKey"), pair.PublicKey.ToString());
            using (SecretLease secret = pair.Open())
                Assert.Equal(item.Text("secretKey"), Convert.ToHexStringLower(secret.Bytes));
            Hash32 key = Manifest.Single(pair.PublicKey).ComputeKey();
            Assert.Equal(item.Text("coreKey"), key.ToString());
            Assert.Equal(item.Text("discoveryKey"), Manifest.DiscoveryKey(key).ToString());
        });
    }

    private static byte[] Name(JsonElement name) => name.ValueKind == JsonValueKind.Object
        ? name.Hex("hex")
        : Encoding.UTF8.GetBytes(name.GetString()!);
}
