using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Samtala.Hypercore.Bees;
using Samtala.Vectors;

namespace Samtala.Hypercore.Tests.Bees;

/// <summary>hyperbee.json and hyperbee-more.json: what the JavaScript package writes and reads.</summary>
public sealed class HyperbeeVectorTests
{
    private static readonly JsonSerializerOptions s_json = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    [Theory]
    [InlineData("hyperbee.json")]
    [InlineData("hyperbee-more.json")]
    public void Blocks_entries_history_ranges_and_differences_are_those_of_the_reference(string file) =>
        VectorFile.ForEachCase(file, static item =>
        {
            switch (item.Text("name"))
            {
                case "header":
                    CheckHeader(item);
                    break;
                case "extension":
                    CheckExtension(item);
                    break;
                default:
                    CheckTree(item).GetAwaiter().GetResult();
                    break;
            }
        });

    private static async Task CheckTree(JsonElement item)
    {
        Codec codec = new(item.GetProperty("encodings"));
        bool always = !item.TryGetProperty("alwaysDuplicate", out JsonElement duplicate) || duplicate.GetBoolean();
        ListLog log = new();
        Bee bee = new(log, new BeeOptions { AlwaysDuplicate = always });
        foreach (JsonElement step in item.GetProperty("ops").EnumerateArray())
        {
            await Apply(bee, step.GetProperty("op"), codec);
            Assert.Equal(step.GetProperty("lengthAfter").GetUInt64(), log.Length);
        }

        int seq = 0;
        foreach (JsonElement block in item.GetProperty("blocks").EnumerateArray())
            Assert.Equal($"{seq}:{block.Text("hex")}", $"{seq}:{Convert.ToHexStringLower(log.Blocks[seq++])}");
        Assert.Equal(seq, log.Blocks.Count);
        foreach (JsonProperty property in item.EnumerateObject())
            await CheckReading(bee, property, codec);
    }

    private static async Task CheckReading(Bee bee, JsonProperty property, Codec codec)
    {
        switch (property.Name)
        {
            case "name" or "encodings" or "ops" or "blocks" or "alwaysDuplicate":
                break;
            case "entries":
                List<string> entries = [];
                await foreach (BeeEntry entry in bee.RangeAsync())
                    entries.Add(codec.Show(entry));
                Assert.Equal(property.Value.EnumerateArray().Select(codec.Show), entries);
                foreach (JsonElement entry in property.Value.EnumerateArray())
                {
                    BeeEntry? got = await bee.GetAsync(codec.Key(entry.GetProperty("key")));
                    Assert.Equal(codec.Show(entry), codec.Show(got!));
                }

                break;
            case "history":
                List<string> history = [];
                await foreach (BeeHistoryEntry step in bee.HistoryAsync())
                    history.Add($"{(step.IsDeletion ? "del" : "put")} {step.Entry.Seq} {codec.Show(step.Entry.Key)}");
                Assert.Equal(
                    property.Value.EnumerateArray().Select(x =>
                        $"{x.Text("type")} {x.GetProperty("seq").GetUInt64()} {x.Text("key")}"),
                    history);
                break;
            case "ranges":
                foreach (JsonElement range in property.Value.EnumerateArray())
                    await CheckRange(bee, range, codec);
                break;
            case "diffs":
                foreach (JsonElement diff in property.Value.EnumerateArray())
                    await CheckDiff(bee, diff, codec);
                break;
            default:
                Assert.Fail($"Unknown part '{property.Name}'.");
                break;
        }
    }

    private static async Task CheckRange(Bee bee, JsonElement item, Codec codec)
    {
        BeeRange range = BeeRange.All;
        foreach (JsonProperty bound in item.GetProperty("range").EnumerateObject())
        {
            range = bound.Name switch
            {
                "gt" => range with { Above = codec.Key(bound.Value) },
                "gte" => range with { AtLeast = codec.Key(bound.Value) },
                "lt" => range with { Below = codec.Key(bound.Value) },
                "lte" => range with { AtMost = codec.Key(bound.Value) },
                "reverse" => range with { Reverse = bound.Value.GetBoolean() },
                "limit" => range with { Limit = bound.Value.GetInt32() },
                _ => throw new InvalidDataException($"Unknown bound '{bound.Name}'."),
            };
        }

        Bee view = item.TryGetProperty("sub", out JsonElement sub) ? bee.Sub(sub.GetString()!) : bee;
        if (item.TryGetProperty("version", out JsonElement version))
            view = view.Checkout(version.GetUInt64());
        List<string> keys = [];
        await foreach (BeeEntry entry in view.RangeAsync(range))
            keys.Add(codec.Show(entry.Key));
        Assert.Equal(item.GetProperty("keys").EnumerateArray().Select(x => x.GetString()), keys);
    }

    private static async Task CheckDiff(Bee bee, JsonElement item, Codec codec)
    {
        List<string> found = [];
        await foreach (BeeDifference difference in bee.DiffAsync(item.GetProperty("against").GetUInt64()))
            found.Add($"{Side(difference.Left)} {Side(difference.Right)}");
        Assert.Equal(
            item.GetProperty("diff").EnumerateArray().Select(x =>
                $"{Expected(x.GetProperty("left"))} {Expected(x.GetProperty("right"))}"),
            found);

        string Side(BeeEntry? entry) => entry is null ? "-" : $"{entry.Seq}:{codec.Show(entry.Key)}";
        string Expected(JsonElement side) => side.ValueKind == JsonValueKind.Null
            ? "-"
            : $"{side.GetProperty("seq").GetUInt64()}:{side.Text("key")}";
    }

    private static async Task Apply(Bee bee, JsonElement op, Codec codec)
    {
        switch (op[0].GetString())
        {
            case "put":
                await bee.PutAsync(codec.Key(op[1]), codec.Value(op[2]));
                break;
            case "del":
                await bee.DeleteAsync(codec.Key(op[1]));
                break;
            case "sub-put":
                await bee.Sub(op[1].GetString()!).PutAsync(codec.Key(op[2]), codec.Value(op[3]));
                break;
            case "sub-del":
                await bee.Sub(op[1].GetString()!).DeleteAsync(codec.Key(op[2]));
                break;
            case "cas-put":
                await bee.PutAsync(codec.Key(op[1]), codec.Value(op[2]), Swap(op[3], codec));
                break;
            case "cas-del":
                await bee.DeleteAsync(codec.Key(op[1]), Swap(op[2], codec));
                break;
            case "batch":
                await using (BeeBatch batch = bee.BeginBatch())
                {
                    foreach (JsonElement inner in op[1].EnumerateArray())
                        await ApplyTo(batch, inner, codec);
                    await batch.FlushAsync();
                }

                break;
            default:
                Assert.Fail($"Unknown operation '{op[0]}'.");
                break;
        }
    }

    private static async Task ApplyTo(BeeBatch batch, JsonElement op, Codec codec)
    {
        switch (op[0].GetString())
        {
            case "put":
                await batch.PutAsync(codec.Key(op[1]), codec.Value(op[2]));
                break;
            case "del":
                await batch.DeleteAsync(codec.Key(op[1]));
                break;
            case "cas-put":
                await batch.PutAsync(codec.Key(op[1]), codec.Value(op[2]), Swap(op[3], codec));
                break;
            case "cas-del":
                await batch.DeleteAsync(codec.Key(op[1]), Swap(op[2], codec));
                break;
            default:
                Assert.Fail($"Unknown operation '{op[0]}'.");
                break;
        }
    }

    /// <summary>The reference does not ask when nothing is there.</summary>
    private static BeeWrite Swap(JsonElement expected, Codec codec)
    {
        byte[] value = codec.Value(expected);
        return new BeeWrite { If = there => there is null || there.Value!.Value.Span.SequenceEqual(value) };
    }

    private static void CheckHeader(JsonElement item)
    {
        JsonElement metadata = item.GetProperty("metadata");
        BeeHeader header = metadata.ValueKind == JsonValueKind.Null
            ? new BeeHeader()
            : new BeeHeader { ContentFeed = Bytes(metadata, "contentFeed"), UserData = Bytes(metadata, "userData") };
        Assert.Equal(item.Text("hex"), Convert.ToHexStringLower(header.Encode()));
        Assert.True(BeeHeader.TryRead(item.Hex("hex"), out BeeHeader? read));
        Assert.Equal(item.Text("hex"), Convert.ToHexStringLower(read!.Encode()));
        Assert.Equal(BeeHeader.BeeProtocol, read.Protocol);
        Assert.Equal(header.ContentFeed?.ToArray(), read.ContentFeed?.ToArray());
        Assert.Equal(header.UserData?.ToArray(), read.UserData?.ToArray());

        static ReadOnlyMemory<byte>? Bytes(JsonElement from, string name) =>
            from.GetProperty(name).ValueKind == JsonValueKind.Null ? (ReadOnlyMemory<byte>?)null : from.Hex(name);
    }

    private static void CheckExtension(JsonElement item)
    {
        Assert.True(BeeExtensionMessage.TryRead(item.Hex("hex"), out BeeExtensionMessage message));
        Assert.Equal(item.Text("hex"), Convert.ToHexStringLower(message.Encode()));
        foreach (JsonProperty property in item.GetProperty("value").EnumerateObject())
        {
            switch (property.Name)
            {
                case "cache":
                    Assert.Equal(property.Value.GetProperty("start").GetUInt64(), message.Cache!.Start);
                    Assert.Equal(property.Value.GetProperty("end").GetUInt64(), message.Cache.End);
                    Assert.Equal(
                        property.Value.GetProperty("blocks").EnumerateArray().Select(x => x.GetUInt64()),
                        message.Cache.Blocks);
                    break;
                case "get":
                    Assert.Equal(property.Value.GetProperty("version").GetUInt64(), message.Get!.Version);
                    break;
                case "iterator":
                    Assert.NotNull(message.Iterator);
                    break;
                default:
                    Assert.Fail($"Unknown message '{property.Name}'.");
                    break;
            }
        }
    }

    private sealed class Codec(JsonElement encodings)
    {
        private readonly string _keys = Name(encodings, "keyEncoding");
        private readonly string _values = Name(encodings, "valueEncoding");

        public byte[] Key(JsonElement key) => Encode(_keys, key);

        public byte[] Value(JsonElement value) => Encode(_values, value);

        public string Show(ReadOnlyMemory<byte> key) => Decode(_keys, key);

        public string Show(BeeEntry entry) =>
            $"{entry.Seq} {Show(entry.Key)}={(entry.Value is { } value ? Decode(_values, value) : "null")}";

        public string Show(JsonElement entry)
        {
            JsonElement value = entry.GetProperty("value");
            string shown = _values == "json" ? JsonSerializer.Serialize(value, s_json) : value.GetString() ?? "null";
            return $"{entry.GetProperty("seq").GetUInt64()} {entry.Text("key")}={shown}";
        }

        private static string Name(JsonElement encodings, string which) =>
            encodings.TryGetProperty(which, out JsonElement name) ? name.GetString()! : "binary";

        private static byte[] Encode(string encoding, JsonElement item) => encoding switch
        {
            "utf-8" => Encoding.UTF8.GetBytes(item.GetString()!),
            "json" => Encoding.UTF8.GetBytes(JsonSerializer.Serialize(item, s_json)),
            "binary" => Convert.FromHexString(item.GetString()!),
            _ => throw new InvalidDataException($"Unknown encoding '{encoding}'."),
        };

        private static string Decode(string encoding, ReadOnlyMemory<byte> bytes) =>
            encoding == "binary" ? Convert.ToHexStringLower(bytes.Span) : Encoding.UTF8.GetString(bytes.Span);
    }
}
