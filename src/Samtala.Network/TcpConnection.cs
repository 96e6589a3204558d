using System.Net;
using System.Net.Sockets;

namespace Samtala.Network;

/// <summary>One TCP connection.</summary>
internal sealed class TcpConnection : ITransportConnection
{
    private readonly Socket _socket;

    /// <summary>Takes over a connected socket.</summary>
    /// <exception cref="SocketException">It broke meanwhile.</exception>
    internal TcpConnection(Socket socket)
    {
        _socket = socket;
        // Whole batches are written at once; holding the last packet back would only delay answers.
        socket.NoDelay = true;
        var remote = (IPEndPoint)socket.RemoteEndPoint!;
        RemoteEndPoint = remote.Address.IsIPv4MappedToIPv6
            ? new IPEndPoint(remote.Address.MapToIPv4(), remote.Port) : remote;
    }

    public IPEndPoint RemoteEndPoint { get; }

    public async ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await _socket.ReceiveAsync(buffer, SocketFlags.None, cancellationToken);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            throw new IOException($"The connection broke: {e.Message}", e);
        }
    }

    public async ValueTask<int> SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        try
        {
            return await _socket.SendAsync(bytes, SocketFlags.None, cancellationToken);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            throw new IOException($"The connection broke: {e.Message}", e);
        }
    }

    public void FinishSending()
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It broke before it was finished; whoever receives will see.
        }
    }

    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }
}
