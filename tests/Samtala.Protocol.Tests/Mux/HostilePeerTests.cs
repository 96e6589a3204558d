using System.Text;
using Samtala.Encodings;
using Samtala.Vectors;

namespace Samtala.Protocol.Tests.Mux;

/// <summary>Strangers' frames end the stream with a reason, or are ignored; they never throw and cost little.</summary>
public sealed class HostilePeerTests
{
    [Theory]
    [InlineData("01", "head")]
    [InlineData("ff00", "head")]
    [InlineData("0000", "names no channel")]
    [InlineData("00000105", "longer than the rest")]
    [InlineData("000001fe00000080", "longer than the rest")]
    [InlineData("00000100", "longer than the rest")]
    [InlineData("00000101fd", "no type")]
    [InlineData("000000020000", "inside a batch")]
    [InlineData("0001", "Invalid open")]
    [InlineData("00010003666f6f00", "Invalid open")]
    [InlineData("00010203666f6f00", "Invalid open")]
    [InlineData("000101ff666f6f00", "Invalid open")]
    [InlineData("000101036f", "Invalid open")]
    [InlineData("0002", "Invalid reject")]
    [InlineData("000201", "Invalid reject")]
    [InlineData("0003", "Invalid close")]
    public void A_malformed_frame_ends_the_stream(string frame, string reason)
    {
        MuxPair pair = new();
        pair.Left.Receive(Convert.FromHexString(frame));
        Assert.Contains(reason, pair.Left.Reason, StringComparison.Ordinal);
        Assert.Null(pair.Left.Fault);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0000 01")]
    [InlineData("0004 aabb")]
    [InlineData("0003 09")]
    [InlineData("0003 00")]
    [InlineData("ffffffffffffff1f00 00 aa")]
    [InlineData("fe ffffffff 00 aa")]
    public void What_may_come_from_newer_or_faster_peers_is_ignored(string frame)
    {
        MuxPair pair = new();
        pair.Left.Receive(Convert.FromHexString(frame.Replace(" ", "", StringComparison.Ordinal)));
        Assert.Null(pair.Left.Reason);
    }

    [Fact]
    public void An_id_opened_twice_ends_the_stream()
    {
        MuxPair pair = new();
        pair.Left.Open(new ChannelOptions { Protocol = "a" }, new RecordingHandler());
        pair.Left.Receive(OpenFrame(1, "a"));
        pair.Left.Receive(OpenFrame(1, "b"));
        Assert.Contains("Invalid open", pair.Left.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_ids_and_handshakes_beyond_the_limits_end_the_stream()
    {
        ProtomuxOptions options = new() { ProtocolSizeMax = 10, IdSizeMax = 10, HandshakeSizeMax = 10 };
        foreach ((int name, int id, int handshake) in new[] { (11, 0, 0), (1, 11, 0), (1, 0, 11) })
        {
            MuxPair pair = new(options);
            pair.Left.Receive(OpenFrame(1, new string('x', name), new byte[id], new byte[handshake]));
            Assert.Contains("Invalid open", pair.Left.Reason, StringComparison.Ordinal);
        }

        MuxPair fine = new(options);
        fine.Left.Receive(OpenFrame(1, new string('x', 10), new byte[10], new byte[10]));
        Assert.Null(fine.Left.Reason);
    }

    [Fact]
    public void A_flood_of_opens_that_are_rejected_keeps_nothing()
    {
        MuxPair pair = new();
        byte[] frame = OpenFrame(1, "nobody", new byte[32]);
        for (int i = 0; i < 10_000; i++)
        {
            pair.Left.Receive(frame);
            pair.LeftOutput.Frames.Clear();
        }

        Assert.Null(pair.Left.Reason);
        Assert.False(pair.Left.IsInputHeld);
        Assert.Equal(0, pair.Left.Table.EntryCount);
        Assert.Null(pair.Left.Table.FindRemote(1));
    }

    [Fact]
    public void A_flood_of_opens_that_are_accepted_ends_at_the_limit()
    {
        MuxPair pair = new(new ProtomuxOptions { ChannelsMax = 100 });
        int opened = 0;
        pair.Left.OnRemoteOpen("p", id =>
        {
            if (pair.Left.Open(new ChannelOptions { Protocol = "p", Id = id }, new RecordingHandler()) is not null)
                opened++;
        });
        for (int i = 1; i < 1_000; i++)
            pair.Left.Receive(OpenFrame((ulong)i, "p", BitConverter.GetBytes(i)));
        Assert.Equal(100, opened);
        Assert.Contains("Invalid open", pair.Left.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_flood_of_opens_that_nobody_decides_ends_at_the_backlog()
    {
        MuxPair pair = new(new ProtomuxOptions { BacklogMax = 50 });
        TaskCompletionSource never = new();
        pair.Left.OnRemoteOpenDeferred("p", _ => new ValueTask(never.Task));
        for (int i = 1; i <= 50; i++)
            pair.Left.Receive(OpenFrame((ulong)i, "p", BitConverter.GetBytes(i)));
        Assert.Null(pair.Left.Reason);
        pair.Left.Receive(OpenFrame(51, "p", [9]));
        Assert.Contains("Too many channels", pair.Left.Reason, StringComparison.Ordinal);
        never.SetResult();
    }

    [Fact]
    public void Messages_before_a_decision_hold_the_input_and_end_the_stream_at_the_limit()
    {
        MuxPair pair = new(new ProtomuxOptions { BufferedBytesMax = 200_000, BufferedBytesPause = 32_768 });
        TaskCompletionSource decision = new();
        int released = 0;
        pair.Left.InputReleased = () => released++;
        RecordingHandler handler = new();
        pair.Left.OnRemoteOpenDeferred("p", async _ =>
        {
            await decision.Task;
            pair.Left.Open(new ChannelOptions { Protocol = "p" }, handler);
        });
        pair.Left.Receive(OpenFrame(1, "p"));
        Assert.False(pair.Left.IsInputHeld);
        byte[] message = [1, 0, .. new byte[10_000]];
        for (int i = 0; i < 4; i++)
            pair.Left.Receive(message);
        Assert.True(pair.Left.IsInputHeld);
        decision.SetResult();
        Assert.Equal(4, handler.Messages.Count);
        Assert.False(pair.Left.IsInputHeld);
        Assert.Equal(1, released);

        MuxPair flooded = new(new ProtomuxOptions { BufferedBytesMax = 200_000 });
        flooded.Left.OnRemoteOpenDeferred("p", _ => new ValueTask(new TaskCompletionSource().Task));
        flooded.Left.Receive(OpenFrame(1, "p"));
        for (int i = 0; i < 100 && flooded.Left.Reason is null; i++)
            flooded.Left.Receive(message);
        Assert.Contains("before a channel was accepted", flooded.Left.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_flood_of_opens_that_are_closed_before_anybody_decides_ends_at_the_backlog()
    {
        MuxPair pair = new(new ProtomuxOptions { BacklogMax = 50 });
        TaskCompletionSource never = new();
        int asked = 0;
        pair.Left.OnRemoteOpenDeferred("p", _ =>
        {
            asked++;
            return new ValueTask(never.Task);
        });
        for (int i = 0; i < 1_000; i++)
        {
            pair.Left.Receive(OpenFrame(1, "p", BitConverter.GetBytes(i)));
            pair.Left.Receive(Convert.FromHexString("000301"));
        }

        Assert.Equal(50, asked);
        Assert.Contains("Too many channels", pair.Left.Reason, StringComparison.Ordinal);
        never.SetResult();
    }

    [Fact]
    public async Task A_message_that_meets_the_rejection_of_its_channel_holds_nothing_afterwards()
    {
        const int Opens = 4_000;
        byte[] message = [0, .. new byte[40_000]];
        for (int run = 0; run < 20; run++)
        {
            MuxPair pair = new(new ProtomuxOptions { BufferedBytesPause = 10_000 });
            TaskCompletionSource decision = new();
            TaskCompletionSource first = new(TaskCreationOptions.RunContinuationsAsynchronously);
            int asked = 0;

            // The first is decided last, so all are rejected at once, which takes a moment.
            pair.Left.OnRemoteOpenDeferred(
                "p", _ => asked++ == 0 ? new ValueTask(decision.Task) : ValueTask.CompletedTask);
            RecordingHandler handler = new()
            {
                Message = (channel, _, _) =>
                {
                    first.SetResult();
                    while (channel.Mux.Gate.TryEnter() && !decision.Task.IsCompleted)
                        channel.Mux.Gate.Exit();
                    if (channel.Mux.Gate.IsHeldByCurrentThread)
                        channel.Mux.Gate.Exit();
                },
            };
            pair.Left.Open(new ChannelOptions { Protocol = "known" }, handler);
            pair.Left.Receive(OpenFrame(1, "known"));
            for (int i = 0; i < Opens; i++)
                pair.Left.Receive(OpenFrame((ulong)i + 2, "p"));
            Task deciding = Task.Run(async () =>
            {
                await first.Task;
                decision.SetResult();
            });
            pair.Left.Receive(Batch((1, [0]), (Opens + 1, message)));
            await deciding;
            Assert.Null(pair.Left.Reason);
            Assert.False(pair.Left.IsInputHeld, $"Held after run {run}.");
        }
    }

    [Fact]
    public void A_close_before_the_decision_is_answered_with_a_rejection()
    {
        MuxPair pair = new();
        TaskCompletionSource decision = new();
        pair.Left.OnRemoteOpenDeferred("p", _ => new ValueTask(decision.Task));
        pair.Left.Receive(OpenFrame(1, "p"));
        pair.Left.Receive(Convert.FromHexString("000301"));
        Assert.Equal("000201", Convert.ToHexStringLower(Assert.Single(pair.LeftOutput.Frames)));
        pair.Left.Receive(OpenFrame(1, "other"));
        decision.SetResult();
        Assert.Null(pair.Left.Reason);
        Assert.Equal(2, pair.LeftOutput.Frames.Count);
    }

    [Fact]
    public void Random_frames_never_throw_and_cost_little()
    {
        Random random = TestSeed.NewRandom();
        byte[][] valid =
        [
            OpenFrame(1, "foo"), OpenFrame(2, "bar", new byte[32], new byte[3]), OpenFrame(1, "known"),
            Convert.FromHexString("0100026869"), Convert.FromHexString("000201"), Convert.FromHexString("000301"),
            Convert.FromHexString("000001030001780300017900020300017a000103000177"),
            [0, 0, 0, 10, .. OpenFrame(1, "known").AsSpan(1), 0, 1, 3, 0, 1, 2],
        ];
        Protomux? mux = null;
        for (int i = 0; i < Fuzz.Runs; i++)
        {
            if (mux is null || mux.IsDestroyed)
            {
                MuxPair pair = new();
                mux = pair.Left;
                pair.LeftOutput.RoomSize = 64;
                Protomux current = mux;
                mux.Open(new ChannelOptions { Protocol = "foo" }, new RecordingHandler());
                mux.OnRemoteOpen("known", id => current.Open(
                    new ChannelOptions { Protocol = "known", Id = id }, new RecordingHandler()));
            }

            Protomux target = mux;
            byte[] input = Fuzz.Mutate(random, valid[random.Next(valid.Length)]);
            Fuzz.Measure(input.Length, () => target.Receive(input));
            Assert.Null(mux.Fault);
        }
    }

    /// <summary>Messages, type first, one after the other.</summary>
    private static byte[] Batch(params (int Channel, byte[] Message)[] entries)
    {
        byte[] frame = new byte[20 + entries.Sum(e => e.Message.Length + 20)];
        CompactWriter writer = new(frame);
        writer.WriteUInt(0);
        writer.WriteUInt(0);
        for (int i = 0; i < entries.Length; i++)
        {
            if (i > 0)
                writer.WriteUInt(0);
            writer.WriteUInt((ulong)entries[i].Channel);
            writer.WriteBuffer(entries[i].Message);
        }

        return writer.Written.ToArray();
    }

    private static byte[] OpenFrame(ulong remoteId, string protocol, byte[]? id = null, byte[]? handshake = null)
    {
        byte[] frame = new byte[100 + Encoding.UTF8.GetByteCount(protocol) + (id?.Length ?? 0)
            + (handshake?.Length ?? 0)];
        CompactWriter writer = new(frame);
        writer.WriteUInt(0);
        writer.WriteUInt(1);
        writer.WriteUInt(remoteId);
        writer.WriteString(protocol);
        writer.WriteBuffer(id);
        writer.WriteFixed(handshake);
        return writer.Written.ToArray();
    }
}
