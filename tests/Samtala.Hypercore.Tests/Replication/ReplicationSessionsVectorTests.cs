using System.Text;
using System.Text.Json;
using Samtala.Crypto;
using Samtala.Hypercore.Messages;
using Samtala.Vectors;

namespace Samtala.Hypercore.Tests.Replication;

/// <summary>Whole sessions of the reference, once with us in the place of the writer, once in that of the reader.
/// </summary>
public sealed class ReplicationSessionsVectorTests
{
    private const string FileName = "replication-sessions.json";
    private static readonly SecretSlab s_slab = new();

    [Fact]
    public void A_recorded_reader_gets_from_us_what_the_recorded_writer_gave() =>
        VectorFile.ForEachCase(FileName, item =>
        {
            if (Script(item.Text("name")) is not { } script)
                return;
            MemoryLog log = MemoryLog.Create(SecretKey.FromSeed(s_slab, item.Hex("seed")));
            Assert.Equal(item.Text("key"), log.Key.ToString());
            Queue<byte[]> blocks = new(script.Blocks.Select(Encoding.UTF8.GetBytes));
            RecordedPeer peer = new(item.Hex("handshakeHash"), isInitiator: false);
            Advance(log, First(item, "sync"), blocks);
            foreach (ulong cleared in script.Cleared)
                log.Clear(cleared, 1);
            peer.Serve(log);
            foreach (JsonElement frame in item.GetProperty("frames").EnumerateArray())
            {
                if (frame.Text("from").StartsWith("reader", StringComparison.Ordinal))
                    peer.Receive(frame.Hex("hex"));
                else
                    ExpectWriter(log, peer, frame, blocks);
            }

            Assert.False(peer.Mux.IsDestroyed, peer.Mux.Reason);
        });

    [Fact]
    public void A_recorded_writer_fills_our_log_to_the_recorded_length() =>
        VectorFile.ForEachCase(FileName, item =>
        {
            MemoryLog log = new(Hash32.Parse(item.Text("key")), null);
            RecordedPeer peer = new(item.Hex("handshakeHash"), isInitiator: true);
            ReplicationWorld.Node node = peer.Serve(log).Live();
            List<Task> fetches = [];
            foreach (JsonElement frame in item.GetProperty("frames").EnumerateArray())
            {
                if (!frame.Text("from").StartsWith("writer", StringComparison.Ordinal))
                    continue;
                foreach (JsonElement message in Messages(frame))
                {
                    if (message.TryGetProperty("name", out JsonElement name) && name.ValueEquals("data")
                        && message.GetProperty("value").GetProperty("block") is var block
                        && block.ValueKind == JsonValueKind.Object)
                    {
                        ulong index = block.GetProperty("index").GetUInt64();
                        fetches.Add(node.Replicator.FetchAsync(index, CancellationToken.None).AsTask());
                    }
                }

                peer.ReceiveAsAnswer(frame.Hex("hex"));
            }

            Assert.False(peer.Mux.IsDestroyed, peer.Mux.Reason);
            Assert.Equal(item.GetProperty("readerLength").GetUInt64(), log.Head.Length);
            SpinWait.SpinUntil(() => fetches.TrueForAll(fetch => fetch.IsCompleted), TimeSpan.FromSeconds(10));
            Assert.All(fetches, fetch => Assert.True(fetch.IsCompletedSuccessfully));
            JsonElement opened = item.GetProperty("frames").EnumerateArray().First(
                frame => frame.Text("from").StartsWith("reader", StringComparison.Ordinal));
            Assert.Equal(opened.Text("hex"), Convert.ToHexStringLower(peer.SentFrames[0]));
        });

    [Fact]
    public void Names_of_extensions_are_sent_once()
    {
        MemoryLog log = MemoryLog.Create(ReplicationWorld.Secret(1));
        ReplicationWorld world = new(TestSeed.NewRandom());
        ReplicationWorld.Node a = world.Add(log).Live(), b = world.Add(log.Reader()).Live();
        SimLink link = world.Connect(a, b);
        List<string> received = [], frames = [];
        link.Tamper = (_, frame) =>
        {
            frames.Add(Convert.ToHexStringLower(frame));
            return frame;
        };
        using var sender = new Samtala.Hypercore.Replication.LogExtension(a.Replicator, "ext-a", (_, _) => { });
        using var receiver = new Samtala.Hypercore.Replication.LogExtension(
            b.Replicator, "ext-a", (_, payload) => received.Add(Encoding.UTF8.GetString(payload.Span)));
        world.Settle();
        sender.Broadcast("hi"u8.ToArray());
        sender.Broadcast("again"u8.ToArray());
        world.Settle();
        Assert.Equal(["hi", "again"], received);
        Assert.Contains("0109056578742d616869", frames);
        Assert.Contains("010900616761696e", frames);
    }

    private static (string[] Blocks, ulong[] Cleared)? Script(string name) => name switch
    {
        "reader downloads 4 blocks of a 4-block core" => (["a", "b", "c", "d"], []),
        "reader gets block 2 of 10 then writer appends" =>
            ([.. Enumerable.Range(0, 10).Select(i => $"block{i}"), "new"], []),
        "empty writer, later append" => (["first"], []),
        "writer truncates (fork 1) and appends" => (["a", "b", "c", "d", "e", "X", "Y"], []),
        "sparse writer (cleared block 1), bitfield/want" =>
            ([.. Enumerable.Range(0, 40).Select(i => $"n{i}")], [1, 2]),
        "extension messages" => (["x"], []),

        // Its blocks are not in the file.
        "seek on the reader" => null,
        _ => throw new InvalidOperationException($"Unknown session: {name}"),
    };

    private static void ExpectWriter(MemoryLog log, RecordedPeer peer, JsonElement frame, Queue<byte[]> blocks)
    {
        foreach (JsonElement message in Messages(frame))
        {
            if (!message.TryGetProperty("name", out JsonElement name))
                continue;
            JsonElement value = message.GetProperty("value");
            if (name.ValueEquals("sync"))
                Advance(log, value, blocks);
        }

        foreach ((ulong type, byte[] payload) in RecordedPeer.Split(frame.Hex("hex")))
        {
            if ((MessageType)type is MessageType.Data or MessageType.Bitfield or MessageType.NoData)
            {
                bool wasSent = peer.Sent.Remove((type, Convert.ToHexStringLower(payload)));
                Assert.True(wasSent, $"Not sent: {frame.Text("hex")}");
            }
        }
    }

    private static void Advance(MemoryLog log, JsonElement sync, Queue<byte[]> blocks)
    {
        ulong length = sync.GetProperty("length").GetUInt64();
        if (sync.GetProperty("fork").GetUInt64() > log.Head.Fork)
            log.Truncate(length);
        if (length > log.Head.Length)
            log.Append([.. Enumerable.Range(0, (int)(length - log.Head.Length)).Select(_ => blocks.Dequeue())]);
    }

    private static JsonElement First(JsonElement item, string name) =>
        item.GetProperty("frames").EnumerateArray()
            .Where(frame => frame.Text("from").StartsWith("writer", StringComparison.Ordinal))
            .SelectMany(frame => Messages(frame))
            .First(message => message.TryGetProperty("name", out JsonElement found) && found.ValueEquals(name))
            .GetProperty("value");

    private static IEnumerable<JsonElement> Messages(JsonElement frame) =>
        frame.GetProperty("decoded").EnumerateArray().SelectMany(entry =>
            entry.TryGetProperty("batch", out JsonElement batch)
                ? batch.EnumerateArray().AsEnumerable()
                : Enumerable.Repeat(entry, 1));
}
