using System.Text.Json;
using Samtala.Encodings;
using Samtala.Vectors;

namespace Samtala.Protocol.Tests.Mux;

/// <summary>What the reference wrote in the same situations, byte for byte.</summary>
public sealed class ProtomuxVectorTests
{
    private static readonly byte[] s_id =
        Convert.FromHexString("e35cb05ac51c8030e5274853dabdd8d45d1bfad4ff4a535acb84e2791bc8be45");

    private static readonly Dictionary<string, Action<Scenario>> s_scenarios = new(StringComparer.Ordinal)
    {
        ["open a channel without id and handshake"] = s => s.Open("test/1"),
        ["open with id"] = s => s.Open("test/1", s_id),
        ["open with id and handshake(uint 300)"] = s => s.Open("test/1", s_id, [0xfd, 0x2c, 0x01]),
        ["long protocol name (300 chars)"] = s => s.Open(new string('p', 300)),
        ["send 3 message types after open"] = s =>
        {
            Channel channel = s.Open("test/1");
            channel.Send(0, [5, .. "hello"u8]);
            channel.Send(1, [0xfe, 0x70, 0x11, 0x01, 0x00]);
            channel.Send(2, [0, 1, 2, 3, 4]);
        },
        ["message type 253 (3-byte type)"] = s =>
        {
            Channel channel = s.Open("test/1");
            channel.Send(252, [1]);
            channel.Send(253, [2]);
        },
        ["cork: batch of 4 messages on one channel"] = s =>
        {
            Channel channel = s.Open("test/1");
            s.Mux.Cork();
            channel.Send(0, [1, (byte)'a']);
            channel.Send(0, [1, (byte)'b']);
            channel.Send(1, [1]);
            channel.Send(1, [2]);
            s.Mux.Uncork();
        },
        ["cork: batch over two channels"] = s =>
        {
            Channel a = s.Open("a");
            Channel b = s.Open("b");
            s.Mux.Cork();
            a.Send(0, [1, (byte)'x']);
            b.Send(0, [1, (byte)'y']);
            b.Send(0, [1, (byte)'z']);
            a.Send(0, [1, (byte)'w']);
            s.Mux.Uncork();
        },
        ["cork: opening inside batch (control session batched)"] = s =>
        {
            s.Mux.Cork();
            s.Open("a").Send(0, [1, (byte)'x']);
            s.Mux.Uncork();
        },
        ["cork: empty"] = s =>
        {
            s.Mux.Cork();
            s.Mux.Cork();
            s.Mux.Uncork();
            s.Mux.Uncork();
        },
        ["close"] = s => s.Open("a").Close(),
        ["remote opens unknown protocol -> reject"] = s => s.Replay(),
        ["remote opens paired protocol (pair callback creates channel)"] = s =>
        {
            s.Mux.OnRemoteOpen("foo", _ => s.Open("foo"));
            s.Replay();
        },
        ["message before pairing finished is buffered then delivered"] = s =>
        {
            TaskCompletionSource decided = new();
            s.Mux.OnRemoteOpenDeferred("foo", async _ =>
            {
                await decided.Task;
                s.Open("foo");
            });
            s.ReplayRemote();
            Assert.Empty(s.Handler.Messages);
            decided.SetResult();
            s.ExpectEvents();
        },
        ["both open simultaneously"] = s =>
        {
            Channel channel = s.Open("foo");
            s.Replay();
            channel.Send(0, [2, .. "yo"u8]);
        },
        ["alias: local protocol hypercore/alpha alias hypercore, remote opens \"hypercore\""] = s =>
        {
            s.Open("hypercore/alpha", s_id, aliases: ["hypercore"]);
            s.Replay();
        },
        ["remote close"] = s =>
        {
            s.Open("foo");
            s.Replay();
        },
        ["invalid reject -> stream destroyed"] = s => s.Replay(),
        ["message for closed/unknown channel is ignored"] = s => s.Replay(),
        ["unknown message type is ignored"] = s =>
        {
            s.Open("foo");
            s.Replay();
        },
        ["incoming batch switching channels"] = s =>
        {
            s.Open("a");
            s.Open("b");
            s.Replay();
        },
        ["malformed message payload -> stream destroyed"] = s =>
        {
            s.Open("foo");
            s.Replay();
        },
        ["empty frame ignored"] = s =>
        {
            s.Replay();
            s.Open("q");
        },
        ["ids are reused after close is acknowledged"] = s =>
        {
            Channel channel = s.Open("a");
            s.Replay();
            channel.Close();
            s.Open("b");
        },
    };

    [Fact]
    public void Frames_and_events_are_those_of_the_reference() => VectorFile.ForEachCase("protomux.json", item =>
    {
        string name = item.Text("name");
        Assert.True(s_scenarios.TryGetValue(name, out Action<Scenario>? run), $"Unknown case: {name}");
        Scenario scenario = new(item);
        run(scenario);
        Assert.Equal(
            item.GetProperty("framesWritten").EnumerateArray().Select(f => f.GetString()),
            scenario.Output.Frames.Select(Convert.ToHexStringLower));
        Assert.Equal(item.TryGetProperty("error", out _), scenario.Mux.IsDestroyed);
        Assert.Null(scenario.Mux.Fault);
    });

    private sealed class Scenario
    {
        private readonly JsonElement _item;
        private readonly List<string> _got = [];

        public Scenario(JsonElement item)
        {
            _item = item;
            Mux = new Protomux(Output, new StreamIdentity(true, default, new byte[64]));
            Handler = new RecordingHandler { Message = OnMessage };
        }

        public FrameLog Output { get; } = new();

        public Protomux Mux { get; }

        public RecordingHandler Handler { get; }

        public Channel Open(
            string protocol, byte[]? id = null, byte[]? handshake = null, IReadOnlyList<string>? aliases = null) =>
            Mux.Open(
                new ChannelOptions
                {
                    Protocol = protocol,
                    Id = id,
                    Handshake = handshake,
                    Aliases = aliases ?? [],
                },
                Handler)!;

        /// <summary>Gives the remote frames, then looks whether everything happened that the reference saw.</summary>
        public void Replay()
        {
            ReplayRemote();
            ExpectEvents();
        }

        public void ReplayRemote()
        {
            foreach (JsonElement step in _item.GetProperty("events").EnumerateArray())
            {
                if (step.TryGetProperty("remote", out JsonElement frame))
                    Mux.Receive(Convert.FromHexString(frame.GetString()!));
            }
        }

        public void ExpectEvents()
        {
            List<string> got = [];
            foreach (JsonElement step in _item.GetProperty("events").EnumerateArray())
            {
                JsonProperty property = step.EnumerateObject().Single();
                switch (property.Name)
                {
                    case "remote" or "local":
                        break;
                    case "got":
                        got.Add(property.Value.GetString()!);
                        break;
                    case "opened":
                        Assert.Contains("open ", Handler.Events);
                        break;
                    case "closedRemotely":
                        Assert.Contains("closed by remote", Handler.Events);
                        break;
                    case "destroyed":
                        Assert.True(Mux.IsDestroyed);
                        break;
                    default:
                        Assert.Fail($"Unknown event: {property.Name}");
                        break;
                }
            }

            Assert.Equal(got, _got);
        }

        // The reference's cases have one message of type 0: a string (or raw text where two channels are told apart).
        private void OnMessage(Channel channel, ulong type, ReadOnlyMemory<byte> payload)
        {
            if (type != 0)
                return;
            CompactReader reader = new(payload.Span);
            if (!reader.TryReadString(out string text))
            {
                channel.Mux.Destroy("The message is malformed.");
                return;
            }

            bool hasTwo = _item.Text("name").StartsWith("incoming", StringComparison.Ordinal);
            _got.Add(hasTwo ? $"{channel.Protocol}:{text}" : text);
        }
    }
}
