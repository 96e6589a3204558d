using System.Net;
using System.Security.Cryptography;
using Samtala.Crypto;
using Samtala.Protocol;
using Samtala.Testing;

namespace Samtala.Network.Tests;

public sealed class PeerHubTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan s_never = TimeSpan.FromDays(1);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public async Task Two_nodes_meet_over_TCP_and_know_each_other(string address)
    {
        Assert.SkipUnless(
            address == "127.0.0.1" || System.Net.Sockets.Socket.OSSupportsIPv6, "This machine has no IPv6.");
        await using Node server = new(opened: (node, connection) => node.Answer(connection));
        await using Node client = new();
        IPEndPoint local;
        try
        {
            local = server.Listen(address);
        }
        catch (IOException e) when (address != "127.0.0.1")
        {
            Assert.Skip($"This machine has no IPv6 loopback: {e.Message}");
            return;
        }

        PeerConnection connection = await client.Hub.ConnectAsync(local, server.Key.PublicKey, Stop);
        client.Open(connection).Send(0, "hello"u8);
        Assert.True(await server.Arrived.WaitAsync(s_patience, Stop));
        Assert.Equal("hello"u8.ToArray(), Assert.Single(server.Messages));
        PeerConnection other = Assert.Single(server.Opened);
        Assert.Equal(client.Key.PublicKey, other.RemotePublicKey);
        Assert.Equal(server.Key.PublicKey, connection.RemotePublicKey);
        Assert.True(connection.HandshakeHash.Span.SequenceEqual(other.HandshakeHash.Span));
        Assert.True(connection.IsInitiator);
        Assert.False(other.IsInitiator);
        Assert.Equal(IPAddress.Parse(address), other.RemoteEndPoint.Address);
        Assert.Same(connection, Assert.Single(client.Hub.Connections));
    }

    [Fact]
    public async Task Raw_messages_are_echoed_without_channels()
    {
        await using Node server = new(opened: (_, c) => c.ReceiveRaw(m => c.Stream.Send(m.Span)));
        using SemaphoreSlim arrived = new(0);
        List<byte[]> echoes = [];
        await using Node client = new(opened: (_, c) => c.ReceiveRaw(m =>
        {
            echoes.Add(m.ToArray());
            arrived.Release();
        }));
        PeerConnection connection = await client.Hub.ConnectAsync(server.Listen(), null, Stop);
        byte[][] sent = [[1], [2, 3], new byte[1_000_000]];
        foreach (byte[] message in sent)
            connection.Stream.Send(message);
        for (int i = 0; i < sent.Length; i++)
            Assert.True(await arrived.WaitAsync(s_patience, Stop));
        Assert.Equal(sent, echoes);
    }

    [Fact]
    public async Task What_was_sent_before_closing_arrives()
    {
        await using Node server = new(opened: (node, connection) => node.Answer(connection));

        // However busy the machine is.
        await using Node client = new(options: new PeerHubOptions { CloseTimeout = s_patience });
        PeerConnection connection = await client.Hub.ConnectAsync(server.Listen(), null, Stop);
        Channel channel = client.Open(connection);
        for (int i = 0; i < 200; i++)
            channel.Send(0, new byte[50_000]);
        connection.Close("All is said.");
        Assert.Equal("All is said.", await connection.Closed.WaitAsync(s_patience, Stop));
        await UntilAsync(() => !server.Opened.IsEmpty);
        PeerConnection other = Assert.Single(server.Opened);
        Assert.Equal("The other side closed the connection.", await other.Closed.WaitAsync(s_patience, Stop));
        Assert.Equal(200, server.Messages.Count);
        Assert.Single(server.Closed);
        Assert.Same(channel, Assert.Single(client.Closed));
        Assert.Empty(server.Hub.Connections);
    }

    [Fact]
    public async Task Another_peer_than_expected_is_refused()
    {
        await using Node server = new();
        await using Node client = new();
        IPEndPoint local = server.Listen();
        IOException e = await Assert.ThrowsAsync<IOException>(
            () => client.Hub.ConnectAsync(local, client.Key.PublicKey, Stop));
        Assert.Contains(server.Key.PublicKey.ToString(), e.Message, StringComparison.Ordinal);
        Assert.Empty(client.Opened);
        Assert.Empty(client.Hub.Connections);
    }

    [Fact]
    public async Task Nobody_there_is_an_error_and_frees_the_place()
    {
        await using Node client = new(new MemoryTransport(), new PeerHubOptions { ConnectionsMax = 1 });
        for (int i = 0; i < 3; i++)
        {
            await Assert.ThrowsAsync<IOException>(
                () => client.Hub.ConnectAsync(new IPEndPoint(IPAddress.Loopback, 1), null, Stop));
        }
    }

    [Fact]
    public async Task Much_sent_both_ways_at_once_arrives_and_nobody_waits_for_the_other()
    {
        const int Count = 300;
        MemoryTransport transport = new();
        await using Node first = new(transport, opened: (node, connection) => Flood(node.Open(connection)));
        await using Node second = new(
            transport,
            opened: (node, connection) =>
                connection.Mux.OnRemoteOpen("test", _ => Flood(node.Open(connection))));
        await first.Hub.ConnectAsync(second.Listen(), null, Stop);
        foreach (Node node in new[] { first, second })
        {
            for (int i = 0; i < Count; i++)
                Assert.True(await node.Arrived.WaitAsync(s_patience, Stop));
        }

        static void Flood(Channel channel)
        {
            for (int i = 0; i < Count; i++)
                channel.Send(0, new byte[10_000]);
        }
    }

    [Fact]
    public async Task Two_who_send_each_other_the_largest_block_of_a_log_at_once_both_get_it()
    {
        // A block has at most 15 MiB; its proof comes with it.
        const int Size = (15 * 1024 * 1024) + (64 * 1024);
        MemoryTransport transport = new();
        await using Node first = new(transport, opened: (node, connection) => Produce(node.Open(connection)));
        await using Node second = new(
            transport,
            opened: (node, connection) =>
                connection.Mux.OnRemoteOpen("test", _ => Produce(node.Open(connection))));
        PeerConnection connection = await first.Hub.ConnectAsync(second.Listen(), null, Stop);
        foreach (Node node in new[] { first, second })
        {
            while (!node.Messages.Any(message => message.Length == Size))
                Assert.True(await node.Arrived.WaitAsync(s_patience, Stop), connection.Mux.Reason);
        }

        static void Produce(Channel channel)
        {
            for (int i = 0; i < 10; i++)
                channel.Send(0, new byte[100_000]);
            Assert.True(channel.IsWritable);
            channel.Send(0, new byte[Size]);
        }
    }

    [Fact]
    public async Task A_producer_that_asks_is_stopped_and_told_to_go_on()
    {
        await using Node server = new(opened: (node, connection) => node.Answer(connection));
        await using Node client = new();
        PeerConnection connection = await client.Hub.ConnectAsync(server.Listen(), null, Stop);
        Channel channel = client.Open(connection);
        long unsentMax = 0;
        for (int i = 0; i < 400; i++)
        {
            while (!channel.IsWritable)
                Assert.True(await client.Drained.WaitAsync(s_patience, Stop));
            channel.Send(0, new byte[64 * 1024]);
            unsentMax = Math.Max(unsentMax, connection.Stream.UnsentBytes);
        }

        for (int i = 0; i < 400; i++)
            Assert.True(await server.Arrived.WaitAsync(s_patience, Stop));

        // One batch may be open beside what was counted: this side corks while it handles what it read.
        SecretStreamOptions options = new();
        int max = options.CongestedBytes + options.OutputPieceSize + (128 * 1024);
        Assert.True(unsentMax <= max, $"{unsentMax} bytes");
    }

    [Fact]
    public async Task Held_input_stops_the_sender_until_it_is_released()
    {
        MemoryTransport transport = new();
        await using Node server = new(transport, opened: (node, connection) => node.Answer(connection))
        {
            Message = (channel, _) => channel.Mux.HoldInput(),
        };
        await using Node client = new(transport);
        PeerConnection connection = await client.Hub.ConnectAsync(server.Listen(), null, Stop);
        Channel channel = client.Open(connection);
        int sent = 0;
        while (channel.IsWritable)
        {
            channel.Send(0, new byte[64 * 1024]);
            sent++;
        }

        Assert.True(await server.Arrived.WaitAsync(s_patience, Stop));
        for (int seen = 1; seen < sent; seen++)
        {
            Assert.False(channel.IsWritable && sent - seen > 64);
            PeerConnection other = Assert.Single(server.Opened);
            while (other.Mux.IsInputHeld)
                other.Mux.ReleaseInput();
            Assert.True(await server.Arrived.WaitAsync(s_patience, Stop));
        }
    }

    [Fact]
    public async Task Stopping_ends_every_connection_and_wipes_every_secret()
    {
        Node server = new();
        await using Node client = new();
        PeerConnection connection = await client.Hub.ConnectAsync(server.Listen(), null, Stop);
        await UntilAsync(() => server.Hub.Connections.Length == 1);
        await server.DisposeAsync();
        await server.Hub.DisposeAsync();
        Assert.Equal("The other side closed the connection.", await connection.Closed.WaitAsync(s_patience, Stop));
        Assert.Equal("The node is stopping.", await Assert.Single(server.Opened).Closed.WaitAsync(s_patience, Stop));
        Assert.Equal(1, client.SecretCount);
    }

    [Fact]
    public async Task An_exception_in_the_callback_ends_that_connection_only()
    {
        int count = 0;
        await using Node server = new(opened: (_, _) =>
        {
            if (Interlocked.Increment(ref count) == 1)
                throw new InvalidOperationException("No room.");
        });
        await using Node client = new();
        IPEndPoint local = server.Listen();
        PeerConnection connection = await client.Hub.ConnectAsync(local, null, Stop);
        await connection.Closed.WaitAsync(s_patience, Stop);
        connection = await client.Hub.ConnectAsync(local, null, Stop);
        Assert.False(connection.Closed.IsCompleted);
    }

    [Fact]
    public async Task A_cancelled_dial_leaves_nothing_behind()
    {
        MemoryTransport transport = new();
        await using ITransportListener listener = transport.Listen(new IPEndPoint(IPAddress.Loopback, 77));
        PeerHubOptions options = new() { Stream = new SecretStreamOptions { HandshakeTimeout = s_never } };
        await using Node client = new(transport, options);
        using CancellationTokenSource cancel = new();
        Task dial = client.Hub.ConnectAsync(new IPEndPoint(IPAddress.Loopback, 77), null, cancel.Token);
        await using ITransportConnection other = await listener.AcceptAsync(Stop);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => dial);
        byte[] buffer = new byte[1_000];
        while (await other.ReceiveAsync(buffer, Stop).AsTask().WaitAsync(s_patience, Stop) != 0)
        {
            // The first message of the handshake; then the end.
        }

        Assert.Empty(client.Opened);
    }

    [Fact]
    public async Task A_dial_that_cannot_even_begin_is_an_error_and_frees_the_place()
    {
        MemoryTransport transport = new();
        await using Node server = new(transport);
        IPEndPoint local = server.Listen();
        using RandomNumberGenerator random = RandomNumberGenerator.Create();
        using SecretSlab slab = new();
        using SecretKey key = SecretKey.Generate(slab, random);
        slab.Dispose();
        await using PeerHub hub = new(
            transport,
            new PeerIdentity(key, slab, random),
            new PeerHubOptions { ConnectionsMax = 1 },
            TimeProvider.System,
            _ => { });
        for (int i = 0; i < 3; i++)
        {
            IOException e = await Assert.ThrowsAsync<IOException>(
                () => hub.ConnectAsync(local, null, Stop).WaitAsync(s_patience, Stop));
            Assert.DoesNotContain("already", e.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Silence_during_the_handshake_ends_at_the_deadline()
    {
        SimClock clock = new();
        MemoryTransport transport = new();
        await using Node server = new(transport, time: clock);
        await using MemoryConnection silent = transport.Dial(server.Listen());
        await UntilAsync(() => server.Hub.HandshakeCount == 1);
        clock.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal(1, server.Hub.HandshakeCount);

        // The stream's clock may have begun only after the place was counted.
        await UntilAsync(() =>
        {
            clock.Advance(TimeSpan.FromMilliseconds(100));
            return server.Hub.HandshakeCount == 0;
        });
        Assert.Equal(0, await silent.ReceiveAsync(new byte[10], Stop));
        Assert.Empty(server.Opened);
    }

    [Fact]
    public async Task A_peer_that_takes_nothing_is_given_up()
    {
        SimClock clock = new();
        MemoryTransport transport = new();
        PeerHubOptions options = new()
        {
            Stream = new SecretStreamOptions { KeepAlive = TimeSpan.Zero },
        };
        await using Node server = new(transport, options, clock, (node, c) =>
        {
            node.Answer(c);
            c.Mux.HoldInput();
        });
        await using Node client = new(transport, options, clock);
        PeerConnection connection = await client.Hub.ConnectAsync(server.Listen(), null, Stop);
        await UntilAsync(() => server.Hub.Connections.Length == 1);
        Channel channel = client.Open(connection);
        while (channel.IsWritable)
            channel.Send(0, new byte[64 * 1024]);
        while (!connection.Closed.IsCompleted)
        {
            clock.Advance(TimeSpan.FromSeconds(20));
            await Task.Yield();
        }

        Assert.Contains("took nothing", await connection.Closed, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_slow_peer_who_takes_a_large_message_bit_by_bit_is_not_given_up()
    {
        // 8 MiB at 64 KiB a second takes twice as long as a peer may take nothing.
        SimClock clock = new();
        MemoryTransport transport = new();
        PeerHubOptions options = new() { Stream = new SecretStreamOptions { KeepAlive = TimeSpan.Zero } };
        await using Node server = new(transport, options, clock, (node, connection) => node.Answer(connection));
        await using Node client = new(new SlowTransport(transport, clock, 64 * 1024), options, clock);
        PeerConnection connection = await client.Hub.ConnectAsync(server.Listen(), null, Stop);
        client.Open(connection).Send(0, new byte[8 * 1024 * 1024]);
        Task arrived = server.Arrived.WaitAsync(s_patience, Stop);
        await Task.WhenAny(arrived, connection.Closed);
        Assert.False(connection.Closed.IsCompleted);
        Assert.Equal(8 * 1024 * 1024, Assert.Single(server.Messages).Length);
    }

    [Fact]
    public async Task Whoever_sees_a_connection_closed_finds_it_gone_and_its_place_free()
    {
        for (int i = 0; i < 200; i++)
        {
            MemoryTransport transport = new();
            await using Node server = new(transport, new PeerHubOptions { ConnectionsMax = 1 });
            await using Node client = new(transport, new PeerHubOptions { ConnectionsMax = 1 });
            IPEndPoint local = server.Listen();
            PeerConnection connection = await client.Hub.ConnectAsync(local, null, Stop);
            await UntilAsync(() => !server.Opened.IsEmpty);
            connection.Close("Enough.");
            await connection.Closed;
            Assert.Empty(client.Hub.Connections);
            await Assert.Single(server.Opened).Closed;
            Assert.Empty(server.Hub.Connections);
            Assert.Equal(0, server.Hub.HandshakeCount);
            await client.Hub.ConnectAsync(local, null, Stop);
        }
    }

    /// <summary>Lets other threads work until something is so.</summary>
    internal static async Task UntilAsync(Func<bool> isSo)
    {
        for (int i = 0; i < 30_000 && !isSo(); i++)
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, Stop);
        Assert.True(isSo());
    }
}
