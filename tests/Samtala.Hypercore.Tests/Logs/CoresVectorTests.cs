using System.Text.Json;
using Samtala.Crypto;
using Samtala.Hypercore.Logs;
using Samtala.Hypercore.Tree;
using Samtala.Vectors;

namespace Samtala.Hypercore.Tests.Logs;

/// <summary>Every log of cores.json, built by appending: roots, hashes, signatures, nodes, seeks.</summary>
public sealed class CoresVectorTests
{
    private static CancellationToken Now => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Logs_are_those_of_JavaScript()
    {
        await using LogWorld world = new();
        Dictionary<string, Log> logs = [];
        VectorFile.ForEachCase("cores.json", item => RunAsync(world, logs, item).GetAwaiter().GetResult());
        Assert.Equal(3, logs.Count);
    }

    private static async Task RunAsync(LogWorld world, Dictionary<string, Log> logs, JsonElement item)
    {
        if (item.TryGetProperty("blocks", out JsonElement blocks))
            await BuildAsync(world, logs, item, blocks);
        else if (item.TryGetProperty("blocksAppended", out JsonElement appended))
            await ContinueAsync(logs[item.Text("key")], item, appended);
        else if (item.TryGetProperty("seeks", out JsonElement seeks))
            await SeekAsync(logs[item.Text("key")], seeks, item.GetProperty("byteOffsets"));
        else
            throw new InvalidOperationException($"A case of another kind: {item}");
    }

    private static async Task BuildAsync(
        LogWorld world, Dictionary<string, Log> logs, JsonElement item, JsonElement blocks)
    {
        LogCreation creation = new()
        {
            SecretKey = world.Key(item.Hex("seed")),
            IsCompat = item.Text("kind") == "compat",
        };
        Log log = await world.Logs.CreateAsync(creation, Now);
        Assert.Equal(item.Text("key"), log.Key.ToString());
        logs.Add(item.Text("key"), log);
        if (item.TryGetProperty("discoveryKey", out JsonElement discovery))
            Assert.Equal(discovery.GetString(), log.DiscoveryKey.ToString());
        JsonElement states = item.GetProperty("states");
        List<ReadOnlyMemory<byte>> all =
            [.. blocks.EnumerateArray().Select(b => (ReadOnlyMemory<byte>)Convert.FromHexString(b.GetString()!))];
        foreach (JsonElement state in states.EnumerateArray())
        {
            int length = state.GetProperty("length").GetInt32();
            await log.AppendAsync(all[(int)log.Length..length], cancellationToken: Now);
            Check(log, state);
        }

        Assert.Equal((ulong)all.Count, log.Length);
        for (int i = 0; i < all.Count; i++)
            Assert.Equal(all[i], await log.GetAsync((ulong)i, cancellationToken: Now));
        foreach (JsonElement node in item.GetProperty("nodes").EnumerateArray())
        {
            ulong index = node.GetProperty("index").GetUInt64();
            Assert.Equal(Node(node), await log.Replicated.ReadNodeAsync(index, Now));
        }
    }

    private static async Task ContinueAsync(Log log, JsonElement item, JsonElement appended)
    {
        JsonElement[] states = [.. item.GetProperty("states").EnumerateArray()];
        await log.TruncateAsync(
            states[0].GetProperty("length").GetUInt64(), states[0].GetProperty("fork").GetUInt64(), Now);
        Check(log, states[0]);
        ReadOnlyMemory<byte>[] blocks =
            [.. appended.EnumerateArray().Select(b => (ReadOnlyMemory<byte>)Convert.FromHexString(b.GetString()!))];
        await log.AppendAsync(blocks, cancellationToken: Now);
        Check(log, states[1]);
    }

    private static async Task SeekAsync(Log log, JsonElement seeks, JsonElement offsets)
    {
        foreach (JsonElement seek in seeks.EnumerateArray())
        {
            (ulong Index, ulong Offset)? found = await log.SeekAsync(seek.GetProperty("bytes").GetUInt64(), Now);
            JsonElement result = seek.GetProperty("result");
            (ulong, ulong)? expected = result.ValueKind == JsonValueKind.Null
                ? null
                : (result[0].GetUInt64(), result[1].GetUInt64());
            Assert.Equal(expected, found);
        }

        foreach (JsonElement offset in offsets.EnumerateArray())
        {
            ulong block = offset.GetProperty("blockIndex").GetUInt64();
            ulong? bytes = await Proofs.OffsetOf(log, block, Now);
            JsonElement expected = offset.GetProperty("byteOffset");

            // Behind the first root the reference adds sizes that are not numbers, which JSON has no word for.
            if (expected.ValueKind == JsonValueKind.Null)
                Assert.True(bytes > 0);
            else
                Assert.Equal(expected.GetUInt64(), bytes);
        }
    }

    private static void Check(Log log, JsonElement state)
    {
        Assert.Equal(state.GetProperty("length").GetUInt64(), log.Length);
        Assert.Equal(state.GetProperty("byteLength").GetUInt64(), log.ByteLength);
        Assert.Equal(state.GetProperty("fork").GetUInt64(), log.Fork);
        Assert.Equal(state.GetProperty("roots").EnumerateArray().Select(Node), log.Head.Roots);
        Assert.Equal(state.Text("treeHash"), log.Head.TreeHash().ToString());
        Assert.Equal(state.Text("signature"), Convert.ToHexStringLower(log.Head.Signature.Span));
        if (!state.TryGetProperty("signable", out JsonElement signable))
            return;
        Assert.Equal(
            signable.GetString(),
            Convert.ToHexStringLower(
                new Samtala.Hypercore.Proofs.LogAuthority(log.Key, log.Manifest).Signable(0, log.Head)));
    }

    private static MerkleNode Node(JsonElement node) => new(
        node.GetProperty("index").GetUInt64(), node.GetProperty("size").GetUInt64(), Hash32.Parse(node.Text("hash")));

    private static class Proofs
    {
        public static ValueTask<ulong?> OffsetOf(Log log, ulong block, CancellationToken cancellationToken) =>
            Samtala.Hypercore.Proofs.ByteSeek.FindOffsetAsync(log.Head, log.Replicated, block, cancellationToken);
    }
}
