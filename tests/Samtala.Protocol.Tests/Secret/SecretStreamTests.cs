using System.Security.Cryptography;
using Samtala.Crypto;
using Samtala.Testing;
using Samtala.Vectors;

namespace Samtala.Protocol.Tests.Secret;

public sealed class SecretStreamTests
{
    [Fact]
    public void Messages_arrive_whole_however_the_bytes_are_cut()
    {
        Random random = TestSeed.NewRandom();
        for (int run = 0; run < 20; run++)
        {
            using StreamPair pair = new();
            List<byte[]> sent = [];
            for (int i = 0; i < 40; i++)
            {
                byte[] message = new byte[random.Next(3) == 0 ? random.Next(300_000) : random.Next(200)];
                random.NextBytes(message);
                sent.Add(message);
                pair.Left.Stream.Send(message);
            }

            ReadOnlySpan<byte> bytes = pair.Left.TakeOutput(random.Next(1, 100_000));
            while (!bytes.IsEmpty)
            {
                int count = Math.Min(bytes.Length, random.Next(2) == 0 ? random.Next(1, 10) : random.Next(1, 50_000));
                pair.Right.Stream.Receive(bytes[..count]);
                bytes = bytes[count..];
            }

            Assert.Null(pair.Right.Stream.CloseReason);
            Assert.Equal(sent.Count, pair.Right.Messages.Count);
            for (int i = 0; i < sent.Count; i++)
                Assert.True(sent[i].AsSpan().SequenceEqual(pair.Right.Messages[i]), $"Message {i} differs.");
        }
    }

    [Fact]
    public void Any_flipped_bit_of_any_frame_ends_the_stream_and_delivers_nothing_false()
    {
        byte[][] messages = ["first"u8.ToArray(), [], "third"u8.ToArray()];
        using StreamPair original = new();
        foreach (byte[] message in messages)
            original.Left.Stream.Send(message);
        int size = original.Left.TakeOutput().Length;
        for (int bit = 0; bit < size * 8; bit++)
        {
            using StreamPair pair = new();
            foreach (byte[] message in messages)
                pair.Left.Stream.Send(message);
            byte[] bytes = pair.Left.TakeOutput();
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            pair.Right.Stream.Receive(bytes);

            // More bytes, so that a length that became longer is filled.
            pair.Right.Stream.Receive(new byte[SecretStreamOptions.MessageSizeMax > 70_000 ? 70_000 : 0]);
            bool isLengthTop = IsTopOfLength(bit, messages);
            Assert.True(pair.Right.Stream.CloseReason is not null || isLengthTop, $"Bit {bit} was not noticed.");
            Assert.True(pair.Right.Messages.Count < messages.Length);
            Assert.Equal(messages.Take(pair.Right.Messages.Count), pair.Right.Messages);
        }
    }

    [Fact]
    public void A_frame_replayed_left_out_or_out_of_order_ends_the_stream()
    {
        foreach (int[] order in new[] { new[] { 0, 0 }, [1], [1, 0], [0, 2], [0, 1, 0], [0, 1, 1, 2] })
        {
            using StreamPair pair = StreamPair.Ready();
            List<byte[]> frames = [];
            for (int i = 0; i < 3; i++)
            {
                pair.Left.Stream.Send([(byte)i]);
                frames.Add(pair.Left.TakeOutput());
            }

            foreach (int index in order)
                pair.Right.Stream.Receive(frames[index]);
            Assert.Contains("not authentic", pair.Right.Stream.CloseReason, StringComparison.Ordinal);
            int valid = order.TakeWhile((frame, at) => frame == at).Count();
            Assert.Equal(valid, pair.Right.Messages.Count);
        }
    }

    [Fact]
    public void A_frame_of_the_other_direction_is_refused()
    {
        using StreamPair pair = StreamPair.Ready();
        pair.Left.Stream.Send("mine"u8);
        pair.Left.Stream.Receive(pair.Left.TakeOutput());
        Assert.NotNull(pair.Left.Stream.CloseReason);
        Assert.Empty(pair.Left.Messages);
    }

    [Fact]
    public void A_huge_length_ends_the_stream_before_anything_is_allocated()
    {
        using StreamPair pair = StreamPair.Ready(new SecretStreamOptions { ReceiveSizeMax = 1_000_000 });
        Fuzz.Measure(0, () => pair.Right.Stream.Receive([0xff, 0xff, 0xff]));
        Assert.Contains("longer than", pair.Right.Stream.CloseReason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_message_too_long_for_a_frame_is_our_own_mistake_and_the_stream_goes_on()
    {
        using StreamPair pair = StreamPair.Ready();
        Assert.ThrowsAny<ArgumentException>(
            () => pair.Left.Stream.Send(new byte[SecretStreamOptions.MessageSizeMax + 1]));
        pair.Left.Stream.Send("next"u8);
        pair.Left.Exchange(pair.Right);
        Assert.Equal("next"u8.ToArray(), Assert.Single(pair.Right.Messages));
    }

    [Fact]
    public void A_length_that_is_allowed_costs_only_what_has_come()
    {
        using StreamPair pair = StreamPair.Ready();
        Fuzz.Measure(0, () => pair.Right.Stream.Receive([0xff, 0xff, 0xaf]));
        Assert.Null(pair.Right.Stream.CloseReason);
        Assert.True(pair.Right.Stream.GetReceiveBuffer().Length <= 8_192);
    }

    [Fact]
    public void The_longest_messages_wherever_they_begin_take_a_buffer_of_16_MiB()
    {
        int size = new SecretStreamOptions().ReceiveSizeMax;
        using StreamPair pair = StreamPair.Ready();
        int[] sizes = [size, 1_000_000, size];
        foreach (int one in sizes)
            pair.Left.Stream.Send(new byte[one]);
        ReadOnlySpan<byte> bytes = pair.Left.TakeOutput();
        int roomMax = 0;
        while (!bytes.IsEmpty)
        {
            Span<byte> room = pair.Right.Stream.GetReceiveBuffer().Span;
            roomMax = Math.Max(roomMax, room.Length);
            int count = Math.Min(room.Length, bytes.Length);
            bytes[..count].CopyTo(room);
            pair.Right.Stream.Received(count);
            bytes = bytes[count..];
        }

        Assert.Equal(sizes, pair.Right.Messages.Select(message => message.Length));
        Assert.True(roomMax <= 16 * 1024 * 1024, $"{roomMax} bytes");
    }

    [Fact]
    public void A_frame_too_short_to_be_a_message_ends_the_stream()
    {
        using StreamPair pair = StreamPair.Ready();
        pair.Right.Stream.Receive([3, 0, 0, 1, 2, 3]);
        Assert.Contains("too short", pair.Right.Stream.CloseReason, StringComparison.Ordinal);
    }

    [Fact]
    public void The_header_of_another_stream_is_refused()
    {
        using StreamPair pair = new();
        using StreamPair other = new();
        pair.Right.Stream.Receive(other.Left.TakeOutput());
        Assert.Contains("header", pair.Right.Stream.CloseReason, StringComparison.Ordinal);
    }

    [Fact]
    public void Random_bytes_never_throw_and_cost_little_at_any_stage()
    {
        Random random = TestSeed.NewRandom();
        using SecretSlab slab = new();
        using RandomNumberGenerator secrets = RandomNumberGenerator.Create();
        using SecretKey key = SecretKey.Generate(slab, secrets);
        NoiseSettings responder = new() { IsInitiator = false, StaticKey = key };
        for (int i = 0; i < Fuzz.Runs; i++)
        {
            using StreamPair pair = i % 2 == 0 ? new StreamPair() : StreamPair.Ready();
            pair.Left.Stream.Send(new byte[random.Next(50)]);
            byte[] input = Fuzz.Mutate(random, pair.Left.TakeOutput());
            Fuzz.Measure(input.Length, () => pair.Right.Stream.Receive(input));
            if (i % 10 != 0)
                continue;
            using StreamEnd end = new(responder, slab, secrets);
            end.Stream.Start();
            Fuzz.Measure(input.Length, () => end.Stream.Receive(input));
            Assert.Equal(0, end.OpenCount);
        }
    }

    [Fact]
    public void Silence_is_broken_by_empty_messages_and_traffic_makes_them_needless()
    {
        SimClock clock = new();
        SecretStreamOptions options = new() { KeepAlive = TimeSpan.FromSeconds(5) };
        using StreamPair pair = StreamPair.Ready(options, clock);
        clock.Advance(TimeSpan.FromSeconds(4));
        Assert.Empty(pair.Left.TakeOutput());
        pair.Left.Stream.Send([1]);
        pair.Left.TakeOutput();
        clock.Advance(TimeSpan.FromSeconds(4));
        Assert.Empty(pair.Left.TakeOutput());
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(20, pair.Left.TakeOutput().Length);
        clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(40, pair.Left.TakeOutput().Length);
    }

    [Fact]
    public void Empty_messages_are_delivered_only_when_nothing_is_kept_alive()
    {
        foreach (bool isOn in new[] { false, true })
        {
            using StreamPair pair = StreamPair.Ready(
                new SecretStreamOptions { KeepAlive = isOn ? TimeSpan.FromSeconds(5) : TimeSpan.Zero });
            pair.Left.Stream.Send([]);
            pair.Left.Exchange(pair.Right);
            Assert.Equal(isOn ? 0 : 1, pair.Right.Messages.Count);
        }
    }

    [Fact]
    public void A_handshake_that_takes_too_long_ends_the_stream()
    {
        SimClock clock = new();
        using SecretSlab slab = new();
        using RandomNumberGenerator random = RandomNumberGenerator.Create();
        using SecretKey key = SecretKey.Generate(slab, random);
        using StreamEnd end = new(
            new NoiseSettings { IsInitiator = true, StaticKey = key }, slab, random, new SecretStreamOptions(), clock);
        end.Stream.Start();
        clock.Advance(TimeSpan.FromSeconds(9));
        Assert.Null(end.Stream.CloseReason);
        clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Contains("handshake", end.Stream.CloseReason, StringComparison.Ordinal);
    }

    [Fact]
    public void Silence_of_the_other_side_ends_the_stream_when_that_is_asked_for()
    {
        SimClock clock = new();
        SecretStreamOptions options = new() { ReadTimeout = TimeSpan.FromSeconds(20), KeepAlive = TimeSpan.Zero };
        using StreamPair pair = StreamPair.Ready(options, clock);
        clock.Advance(TimeSpan.FromSeconds(15));
        pair.Left.Stream.Send([1]);
        pair.Left.Exchange(pair.Right);
        clock.Advance(TimeSpan.FromSeconds(15));
        Assert.Null(pair.Right.Stream.CloseReason);
        clock.Advance(TimeSpan.FromSeconds(6));
        Assert.Contains("Nothing came", pair.Right.Stream.CloseReason, StringComparison.Ordinal);
    }

    [Fact]
    public void Output_that_nobody_takes_congests_and_at_last_ends_the_stream()
    {
        SecretStreamOptions options = new()
        {
            CongestedBytes = 100_000,
            DrainedBytes = 50_000,
            UnsentBytesMax = 1_000_000,
        };
        using StreamPair pair = StreamPair.Ready(options);
        while (!pair.Left.Stream.IsCongested)
            pair.Left.Stream.Send(new byte[10_000]);
        Assert.InRange(pair.Left.Stream.UnsentBytes, 100_000, 111_000);
        pair.Left.TakeOutput();
        Assert.Equal(1, pair.Left.DrainCount);
        Assert.False(pair.Left.Stream.IsCongested);
        while (pair.Left.Stream.CloseReason is null)
            pair.Left.Stream.Send(new byte[10_000]);
        Assert.InRange(pair.Left.Stream.UnsentBytes, 1_000_000, 1_011_000);
    }

    [Fact]
    public void Datagrams_arrive_in_any_order_and_forged_ones_are_dropped()
    {
        Random random = TestSeed.NewRandom();
        using RandomNumberGenerator secrets = RandomNumberGenerator.Create();
        byte[] hash = RandomNumberGenerator.GetBytes(64);
        DatagramBox left = new(new StreamIdentity(true, default, hash), secrets);
        DatagramBox right = new(new StreamIdentity(false, default, hash), secrets);
        byte[] message = "a datagram"u8.ToArray();
        int datagramSize = message.Length + DatagramBox.OverheadSize;
        byte[][] datagrams = [.. Enumerable.Range(0, 5).Select(_ => new byte[datagramSize])];
        foreach (byte[] datagram in datagrams)
            left.Seal(message, datagram);
        byte[] opened = new byte[100];
        foreach (byte[] datagram in datagrams.Reverse())
        {
            Assert.True(right.TryOpen(datagram, opened, out int size));
            Assert.Equal(message, opened[..size]);
            Assert.False(left.TryOpen(datagram, opened, out _));
        }

        for (int i = 0; i < Fuzz.Runs; i++)
        {
            byte[] input = Fuzz.Mutate(random, datagrams[0]);
            Fuzz.Measure(input.Length, () =>
                Assert.Equal(input.SequenceEqual(datagrams[0]), right.TryOpen(input, opened, out _)));
        }
    }

    // A higher bit of the last length only means that the frame has not come whole yet.
    private static bool IsTopOfLength(int bit, byte[][] messages)
    {
        int start = 59;
        foreach (byte[] message in messages)
        {
            if (bit / 8 == start + 2)
                return true;
            start += 20 + message.Length;
        }

        return bit / 8 is 1 or 2;
    }
}
