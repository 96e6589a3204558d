using System.Text.Json;
using Samtala.Crypto;
using Samtala.Hypercore.Manifests;
using Samtala.Hypercore.Tree;
using Samtala.Vectors;

namespace Samtala.Hypercore.Tests.Tree;

public sealed class HashesVectorTests
{
    [Fact]
    public void Hashes_and_namespaces_are_those_of_the_reference() =>
        VectorFile.ForEachCase("hashes.json", item =>
        {
            switch (item.Text("op"))
            {
                case "leaf":
                    Assert.Equal(item.Text("hash"), MerkleHash.Leaf(LeafData(item)).ToString());
                    break;
                case "parent":
                    CheckParent(item);
                    break;
                case "tree":
                    MerkleNode[] roots = [.. item.GetProperty("roots").EnumerateArray().Select(Node)];
                    Assert.Equal(item.Text("hash"), MerkleHash.Tree(roots).ToString());
                    break;
                case "namespace":
                    CheckNamespaces(item);
                    break;
                case "named-namespaces":
                    CheckNamedNamespaces(item.GetProperty("hypercore"));
                    break;
                case "treeSignable":
                    CheckSignable(item);
                    break;
                case "treeSignableCompat":
                    CheckCompatSignable(item);
                    break;
                case "replicationCapability":
                    CheckCapability(item);
                    break;
                case "blake2b":
                    CheckBlake2b(item);
                    break;
                default:
                    Assert.Fail($"Unknown kind of case: {item.Text("op")}");
                    break;
            }
        });

    private static byte[] LeafData(JsonElement item)
    {
        int length = item.GetProperty("dataLength").GetInt32();
        if (item.GetProperty("data").ValueKind == JsonValueKind.String)
            return item.Hex("data");
        string recipe = item.Text("dataRecipe");
        int start = recipe.IndexOf('"', StringComparison.Ordinal) + 1;
        return Recipe.Content(recipe[start..recipe.IndexOf('#', StringComparison.Ordinal)], length);
    }

    private static void CheckParent(JsonElement item)
    {
        MerkleNode left = Node(item.GetProperty("left"));
        MerkleNode right = Node(item.GetProperty("right"));
        MerkleNode parent = MerkleHash.Parent(left, right);
        Assert.Equal(item.Text("hash"), parent.Hash.ToString());
        Assert.Equal(item.GetProperty("size").GetUInt64(), parent.Size);
        if (item.TryGetProperty("parentIndex", out JsonElement index))
            Assert.Equal(index.GetUInt64(), parent.Index);
        if (item.TryGetProperty("swappedInputSameHash", out JsonElement same) && same.GetBoolean())
            Assert.Equal(parent, MerkleHash.Parent(right, left));
    }

    private static void CheckNamespaces(JsonElement item)
    {
        var expected = item.GetProperty("namespaces").EnumerateArray().Select(e => e.GetString());
        var derived = item.GetProperty("ids").EnumerateArray()
            .Select(id => HypercoreNamespace.Derive(item.Text("name"), id.GetByte()).ToString());
        Assert.Equal(expected, derived);
    }

    private static void CheckNamedNamespaces(JsonElement names)
    {
        Assert.Equal(names.Text("TREE"), HypercoreNamespace.Tree.ToString());
        Assert.Equal(names.Text("REPLICATE_INITIATOR"), HypercoreNamespace.ReplicateInitiator.ToString());
        Assert.Equal(names.Text("REPLICATE_RESPONDER"), HypercoreNamespace.ReplicateResponder.ToString());
        Assert.Equal(names.Text("MANIFEST"), HypercoreNamespace.Manifest.ToString());
        Assert.Equal(names.Text("DEFAULT_NAMESPACE"), HypercoreNamespace.Default.ToString());
        Assert.Equal(names.Text("DEFAULT_ENCRYPTION"), HypercoreNamespace.DefaultEncryption.ToString());
    }

    private static void CheckSignable(JsonElement item)
    {
        byte[] signable = TreeSignable.Create(
            Hash32.Parse(item.Text("manifestHash")), Hash32.Parse(item.Text("treeHash")), Length(item), Fork(item));
        Assert.Equal(item.Text("signable"), Convert.ToHexStringLower(signable));
    }

    private static void CheckCompatSignable(JsonElement item)
    {
        Hash32 treeHash = Hash32.Parse(item.Text("treeHash"));
        byte[] signable = TreeSignable.CreateCompat(treeHash, Length(item), Fork(item));
        Assert.Equal(item.Text("signable"), Convert.ToHexStringLower(signable));
        Assert.Equal(item.Text("ultraLegacySignable"), Convert.ToHexStringLower(signable.AsSpan(Hash32.Size)));
    }

    private static void CheckCapability(JsonElement item)
    {
        Hash32 key = Hash32.Parse(item.Text("key"));
        byte[] handshake = item.Hex("handshakeHash");
        Assert.Equal(
            item.Text("initiator"),
            ReplicationCapability.Create(isInitiator: true, key, handshake).ToString());
        Assert.Equal(
            item.Text("responder"),
            ReplicationCapability.Create(isInitiator: false, key, handshake).ToString());
    }

    private static void CheckBlake2b(JsonElement item)
    {
        byte[] hash = new byte[item.GetProperty("outLength").GetInt32()];
        byte[] key = item.GetProperty("key").ValueKind == JsonValueKind.Null ? [] : item.Hex("key");
        Blake2b.HashData(item.Hex("data"), hash, key);
        Assert.Equal(item.Text("hash"), Convert.ToHexStringLower(hash));
    }

    private static ulong Length(JsonElement item) => item.GetProperty("length").GetUInt64();

    private static ulong Fork(JsonElement item) => item.GetProperty("fork").GetUInt64();

    private static MerkleNode Node(JsonElement item) => new(
        item.GetProperty("index").GetUInt64(),
        item.GetProperty("size").GetUInt64(),
        Hash32.Parse(item.Text("hash")));
}
