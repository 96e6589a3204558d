using System.Text.Json;
using Samtala.Hypercore.Hyperblobs;
using Samtala.Hypercore.Logs;
using Samtala.Vectors;

namespace Samtala.Hypercore.Tests.Hyperblobs;

/// <summary>hyperblobs.json: ids of blobs that were put one after another, and parts of them.</summary>
public sealed class HyperblobsVectorTests
{
    [Fact]
    public async Task Blobs_get_the_ids_and_blocks_of_the_reference_and_parts_are_the_same_bytes()
    {
        await using Structures world = new();
        await using Log log = await world.NewLogAsync();
        Dictionary<HyperblobId, byte[]> contents = [];
        VectorFile.ForEachCase("hyperblobs.json", item => RunAsync(log, contents, item).GetAwaiter().GetResult());
    }

    private static async Task RunAsync(Log log, Dictionary<HyperblobId, byte[]> contents, JsonElement item)
    {
        HyperblobId id = Id(item.GetProperty("id"));
        if (item.TryGetProperty("op", out JsonElement op))
        {
            Assert.Equal("range", op.GetString());
            JsonElement opts = item.GetProperty("opts");
            ulong start = opts.TryGetProperty("start", out JsonElement first) ? first.GetUInt64() : 0;
            ulong? length = opts.TryGetProperty("length", out JsonElement count) ? count.GetUInt64() : null;
            if (opts.TryGetProperty("end", out JsonElement end))
                length = end.GetUInt64() + 1 - start;
            byte[] part = await ReadAsync(new HyperblobStore(log), id, start, length);
            Assert.Equal(Convert.FromHexString(item.Text("data")).Length, part.Length);
            Assert.Equal(contents[id].Skip((int)start).Take(part.Length), part);
            return;
        }

        byte[] content = new byte[item.GetProperty("size").GetInt32()];
        new Random(content.Length).NextBytes(content);
        HyperblobStore store = new(log, item.GetProperty("blockSize").GetInt32());
        Assert.Equal(id, await store.PutAsync(content));
        contents[id] = content;
        Assert.Equal(content, await store.GetAsync(id));
        int block = 0;
        foreach (JsonElement size in item.GetProperty("blocks").EnumerateArray())
            Assert.Equal(size.GetInt32(), (await log.GetAsync(id.BlockOffset + (ulong)block++))!.Length);
        Assert.Equal((ulong)block, id.BlockLength);
    }

    private static HyperblobId Id(JsonElement id) => new(
        id.GetProperty("blockOffset").GetUInt64(),
        id.GetProperty("blockLength").GetUInt64(),
        id.GetProperty("byteOffset").GetUInt64(),
        id.GetProperty("byteLength").GetUInt64());

    private static async Task<byte[]> ReadAsync(HyperblobStore store, HyperblobId id, ulong start, ulong? length)
    {
        List<byte> all = [];
        await foreach (ReadOnlyMemory<byte> part in store.ReadAsync(id, start, length))
            all.AddRange(part.Span);
        return [.. all];
    }
}
