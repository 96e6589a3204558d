using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using Samtala.Crypto;
using Samtala.Protocol;

namespace Samtala.Network.Tests;

/// <summary>A hub with a key of its own and everything its callback saw.</summary>
internal sealed class Node : IAsyncDisposable, IChannelHandler
{
    private readonly SecretSlab _slab = new();
    private readonly RandomNumberGenerator _random = RandomNumberGenerator.Create();

    public Node(
        ITransport? transport = null,
        PeerHubOptions? options = null,
        TimeProvider? time = null,
        Action<Node, PeerConnection>? opened = null)
    {
        Key = SecretKey.Generate(_slab, _random);
        time ??= TimeProvider.System;
        Hub = new PeerHub(
            transport ?? new TcpTransport(new TcpTransportOptions(), time),
            new PeerIdentity(Key, _slab, _random),
            options ?? new PeerHubOptions(),
            time,
            connection =>
            {
                Opened.Enqueue(connection);
                opened?.Invoke(this, connection);
            });
    }

    public SecretKey Key { get; }

    public PeerHub Hub { get; }

    public int SecretCount => _slab.Count;

    public ConcurrentQueue<PeerConnection> Opened { get; } = [];

    public ConcurrentQueue<byte[]> Messages { get; } = [];

    public ConcurrentQueue<Channel> Closed { get; } = [];

    public SemaphoreSlim Arrived { get; } = new(0);

    public SemaphoreSlim Drained { get; } = new(0);

    public Action<Channel, ReadOnlyMemory<byte>>? Message { get; init; }

    public Channel Open(PeerConnection connection, string protocol = "test") =>
        connection.Mux.Open(new ChannelOptions { Protocol = protocol }, this)!;

    public IPEndPoint Listen(string address = "127.0.0.1") => Hub.Listen(new IPEndPoint(IPAddress.Parse(address), 0));

    /// <summary>Opens when the other side does.</summary>
    public void Answer(PeerConnection connection) => connection.Mux.OnRemoteOpen("test", _ => Open(connection));

    public void OnOpen(Channel channel, ReadOnlyMemory<byte> handshake)
    {
    }

    public void OnMessage(Channel channel, ulong type, ReadOnlyMemory<byte> payload)
    {
        Message?.Invoke(channel, payload);
        Messages.Enqueue(payload.ToArray());
        Arrived.Release();
    }

    public void OnClose(Channel channel, bool byRemote) => Closed.Enqueue(channel);

    public void OnDrain(Channel channel) => Drained.Release();

    public async ValueTask DisposeAsync()
    {
        await Hub.DisposeAsync();
        Key.Dispose();
        Assert.Equal(0, _slab.Count);
        _slab.Dispose();
        _random.Dispose();
        Arrived.Dispose();
        Drained.Dispose();
    }
}
