using Samtala.Vectors;

namespace Samtala.Protocol.Tests.Mux;

public sealed class ProtomuxTests
{
    private static readonly ChannelOptions s_test = new() { Protocol = "test" };

    [Fact]
    public void Channels_open_talk_and_close_again_and_again_with_the_same_id()
    {
        MuxPair pair = new();
        for (int i = 0; i < 20; i++)
        {
            RecordingHandler left = new();
            RecordingHandler right = new();
            Channel mine = pair.Left.Open(s_test with { Handshake = new byte[] { 7 } }, left)!;
            Channel theirs = pair.Right.Open(s_test, right)!;
            mine.Send(1, [1]);
            pair.Exchange();
            theirs.Send(2, [2]);
            pair.Exchange();
            mine.Close();
            pair.Exchange();
            Assert.Equal(1, mine.LocalId);
            Assert.Equal(["open ", "closed"], left.Events);
            Assert.Equal(["open 07", "closed by remote"], right.Events);
            Assert.Equal((2UL, 2), (left.Messages.Single().Type, left.Messages.Single().Payload[0]));
            Assert.Equal((1UL, 1), (right.Messages.Single().Type, right.Messages.Single().Payload[0]));
            Assert.True(theirs.IsClosed);
        }
    }

    [Fact]
    public void A_second_channel_of_the_same_name_is_null_and_another_id_is_not()
    {
        MuxPair pair = new();
        Assert.NotNull(pair.Left.Open(s_test, new RecordingHandler()));
        Assert.Null(pair.Left.Open(s_test, new RecordingHandler()));
        Assert.NotNull(pair.Left.Open(s_test with { Id = new byte[] { 1 } }, new RecordingHandler()));
        Assert.Null(pair.Left.Open(s_test with { Id = new byte[] { 1 } }, new RecordingHandler()));
    }

    [Fact]
    public void A_rejected_channel_closes_and_its_id_is_free()
    {
        MuxPair pair = new();
        RecordingHandler handler = new();
        Channel rejected = pair.Left.Open(s_test, handler)!;
        rejected.Send(0, [1]);
        pair.Exchange();
        Assert.Equal(["closed by remote"], handler.Events);
        Assert.Equal(rejected.LocalId, pair.Left.Open(s_test, handler)!.LocalId);
    }

    [Fact]
    public void An_id_is_not_reused_before_the_other_side_has_answered()
    {
        MuxPair pair = new();
        Channel first = pair.Left.Open(s_test, new RecordingHandler())!;
        first.Close();
        Channel second = pair.Left.Open(s_test, new RecordingHandler())!;
        Assert.Equal((1, 2), (first.LocalId, second.LocalId));
        pair.Exchange();
        Assert.True(second.IsClosed);
        Assert.Equal(1, pair.Left.Open(s_test, new RecordingHandler())!.LocalId);
    }

    [Fact]
    public void Channels_opened_and_closed_on_both_sides_at_random_always_end_in_agreement()
    {
        Random random = TestSeed.NewRandom();
        for (int run = 0; run < 200; run++)
        {
            MuxPair pair = new();
            List<(Channel Channel, RecordingHandler Handler)> opened = [];
            foreach (Protomux mux in new[] { pair.Left, pair.Right })
            {
                mux.OnRemoteOpen("p0", id => Open(mux, "p0", id));
                mux.OnRemoteOpen("p1", _ => { });
            }

            for (int step = 0; step < 60; step++)
            {
                Protomux mux = random.Next(2) == 0 ? pair.Left : pair.Right;
                switch (random.Next(5))
                {
                    case 0 or 1:
                        Open(mux, $"p{random.Next(3)}", new byte[] { (byte)random.Next(3) });
                        break;
                    case 2 when opened.Count > 0:
                        opened[random.Next(opened.Count)].Channel.Close();
                        break;
                    case 3 when opened.Count > 0:
                        opened[random.Next(opened.Count)].Channel.Send(random.Next(3), new byte[random.Next(10)]);
                        break;
                    default:
                        pair.Exchange();
                        break;
                }
            }

            pair.Exchange();
            Assert.Null(pair.Left.Reason);
            Assert.Null(pair.Right.Reason);
            Assert.All(opened, o => Assert.Equal(o.Channel.IsClosed ? 1 : 0, o.Handler.CloseCount));
            Assert.Equal(Names(pair.Left), Names(pair.Right));
            pair.Left.Shutdown("The end.");
            pair.Right.Shutdown("The end.");
            Assert.All(opened, o => Assert.Equal(1, o.Handler.CloseCount));

            void Open(Protomux mux, string protocol, ReadOnlyMemory<byte> id)
            {
                RecordingHandler handler = new();
                if (mux.Open(new ChannelOptions { Protocol = protocol, Id = id }, handler) is { } channel)
                    opened.Add((channel, handler));
            }
        }

        static IEnumerable<string> Names(Protomux mux) => mux.Table.Open()
            .Select(c => c.Protocol + Convert.ToHexString(c.Id.Span))
            .Order(StringComparer.Ordinal);
    }

    [Fact]
    public void Answers_to_a_batch_go_out_as_one_batch()
    {
        MuxPair pair = new();
        RecordingHandler echo = new() { Message = (c, type, payload) => c.Send((int)type, payload.Span) };
        Channel channel = pair.Left.Open(s_test, new RecordingHandler())!;
        pair.Right.Open(s_test, echo);
        pair.Exchange();
        pair.Left.Cork();
        for (int i = 0; i < 100; i++)
            channel.Send(i, [(byte)i]);
        pair.Left.Uncork();
        pair.Right.Receive(Assert.Single(pair.LeftOutput.Frames));
        Assert.Single(pair.RightOutput.Frames);
    }

    [Fact]
    public void A_batch_larger_than_a_piece_goes_out_in_several_frames_in_order()
    {
        MuxPair pair = new();
        pair.LeftOutput.RoomSize = 1_000;
        RecordingHandler right = new();
        Channel a = pair.Left.Open(s_test, new RecordingHandler())!;
        Channel b = pair.Left.Open(s_test with { Protocol = "other" }, new RecordingHandler())!;
        pair.Right.Open(s_test, right);
        pair.Right.Open(s_test with { Protocol = "other" }, right);
        pair.Left.Cork();
        for (int i = 0; i < 500; i++)
            (i % 7 < 3 ? a : b).Send(i, new byte[i % 400 == 0 ? 5_000 : i % 50]);
        pair.Left.Uncork();
        pair.Exchange();
        Assert.Equal(Enumerable.Range(0, 500).Select(i => (ulong)i), right.Messages.Select(m => m.Type));
        Assert.Equal(
            Enumerable.Range(0, 500).Select(i => i % 400 == 0 ? 5_000 : i % 50),
            right.Messages.Select(m => m.Payload.Length));
    }

    [Fact]
    public void A_message_to_a_closed_channel_goes_nowhere()
    {
        MuxPair pair = new();
        Channel channel = pair.Left.Open(s_test, new RecordingHandler())!;
        channel.Close();
        pair.LeftOutput.Frames.Clear();
        using (MessageWriter writer = channel.Begin(0, 100))
        {
            Assert.True(writer.IsDiscarded);
            Assert.Equal(100, writer.Payload.Length);
        }

        Assert.Empty(pair.LeftOutput.Frames);
        Assert.False(channel.IsWritable);
    }

    [Fact]
    public void Wrong_use_is_an_exception_and_leaves_the_mux_unlocked()
    {
        MuxPair pair = new();
        Channel channel = pair.Left.Open(s_test, new RecordingHandler())!;
        Assert.Throws<ArgumentOutOfRangeException>(() => channel.Send(-1, []));
        Assert.Throws<ArgumentOutOfRangeException>(() => channel.Send(0, new byte[Protomux.PayloadSizeMax + 100]));
        Assert.Throws<InvalidOperationException>(pair.Left.Uncork);
        Assert.Throws<InvalidOperationException>(() =>
        {
            using MessageWriter first = channel.Begin(0, 1);
            using MessageWriter second = channel.Begin(0, 1);
        });
        Assert.False(pair.Left.Gate.IsHeldByCurrentThread);
    }

    [Fact]
    public void A_handler_that_throws_ends_the_stream_and_everybody_is_told_once()
    {
        MuxPair pair = new();
        RecordingHandler bad = new() { Message = (_, _, _) => throw new InvalidOperationException("Oops.") };
        RecordingHandler other = new();
        pair.Left.Open(s_test, new RecordingHandler())!.Send(0, []);
        pair.Right.Open(s_test, bad);
        pair.Right.Open(s_test with { Id = new byte[] { 1 } }, other);
        pair.Exchange();
        Assert.Contains("Oops.", pair.Right.Reason, StringComparison.Ordinal);
        Assert.IsType<InvalidOperationException>(pair.Right.Fault);
        Assert.Equal(pair.Right.Reason, pair.RightOutput.AbortReason);
        pair.Right.Shutdown("Again.");
        Assert.Equal((1, 1), (bad.CloseCount, other.CloseCount));
        Assert.Null(pair.Right.Open(s_test, other));
    }

    [Fact]
    public void Destroy_tells_nobody_before_the_owner_of_the_stream_does()
    {
        MuxPair pair = new();
        RecordingHandler handler = new();
        pair.Left.Open(s_test, handler);
        pair.Left.Destroy("Enough.");
        Assert.Empty(handler.Events);
        pair.Left.Shutdown("Ignored.");
        Assert.Equal(["closed by remote"], handler.Events);
        Assert.Equal("Enough.", pair.Left.Reason);
    }

    [Fact]
    public void Frames_given_while_a_handler_runs_are_handled_after_it()
    {
        MuxPair pair = new();
        bool isInside = false;
        List<byte> order = [];
        RecordingHandler handler = new()
        {
            Message = (channel, _, payload) =>
            {
                Assert.False(isInside);
                isInside = true;
                order.Add(payload.Span[0]);
                if (payload.Span[0] < 5)
                    channel.Mux.Receive(new byte[] { 1, 0, (byte)(payload.Span[0] + 1) });
                isInside = false;
            },
        };
        pair.Right.Open(s_test, handler);
        pair.Right.Receive(Convert.FromHexString("000101047465737400"));
        pair.Right.Receive(new byte[] { 1, 0, 1 });
        Assert.Equal([1, 2, 3, 4, 5], order);
    }

    [Fact]
    public async Task Many_threads_send_while_others_receive_and_nothing_is_lost_or_torn()
    {
        const int Count = 5_000;
        MuxPair pair = new();
        RecordingHandler right = new();
        Channel[] channels = [.. Enumerable.Range(0, 4).Select(i =>
            pair.Left.Open(s_test with { Id = new[] { (byte)i } }, new RecordingHandler())!)];
        foreach (int i in Enumerable.Range(0, 4))
            pair.Right.Open(s_test with { Id = new[] { (byte)i } }, right);
        await Task.WhenAll(channels.Select((channel, index) => Task.Run(() =>
        {
            for (int i = 0; i < Count; i++)
            {
                bool isCorked = i % 3 == 0;
                if (isCorked)
                    pair.Left.Cork();
                using (MessageWriter writer = channel.Begin(index, 4))
                    BitConverter.TryWriteBytes(writer.Payload, i);
                if (isCorked)
                    pair.Left.Uncork();
            }
        })));
        pair.Exchange();
        for (int index = 0; index < 4; index++)
        {
            Assert.Equal(
                Enumerable.Range(0, Count),
                right.Messages.Where(m => m.Type == (ulong)index).Select(m => BitConverter.ToInt32(m.Payload)));
        }
    }
}
