using System.ComponentModel.DataAnnotations;
using System.Net;
using System.Net.Sockets;

namespace Samtala.Network;

/// <summary>Times and sizes of a <see cref="TcpTransport"/>.</summary>
public sealed record TcpTransportOptions
{
    /// <summary>How long one dial may take.</summary>
    /// <value>Default 10 seconds.</value>
    public TimeSpan DialTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Connections that the system keeps until they are taken.</summary>
    /// <value>Default 128.</value>
    [Range(1, 65_535)]
    public int Backlog { get; init; } = 128;
}

/// <summary>TCP over IPv4 and IPv6.</summary>
public sealed class TcpTransport : ITransport
{
    private readonly TcpTransportOptions _options;
    private readonly TimeProvider _time;

    /// <summary>Opens nothing yet.</summary>
    /// <param name="options">Times and sizes.</param>
    /// <param name="time">The clock of the timeouts.</param>
    public TcpTransport(TcpTransportOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        _options = options;
        _time = time;
    }

    /// <inheritdoc/>
    public ITransportListener Listen(IPEndPoint local)
    {
        ArgumentNullException.ThrowIfNull(local);
        Socket socket = new(local.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            // Any address of IPv6 means any address at all.
            if (local.Address.Equals(IPAddress.IPv6Any))
                socket.DualMode = true;
            socket.Bind(local);
            socket.Listen(_options.Backlog);
            return new TcpListener(socket);
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new IOException($"Cannot listen on {local}: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<ITransportConnection> DialAsync(IPEndPoint remote, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(remote);
        using CancellationTokenSource timeout = new(_options.DialTimeout, _time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        Socket socket = new(remote.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(remote, both.Token);
            return new TcpConnection(socket);
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new IOException($"Cannot connect to {remote}: {e.Message}", e);
        }
        catch (OperationCanceledException e)
        {
            socket.Dispose();
            if (cancellationToken.IsCancellationRequested)
                throw;
            throw new TimeoutException($"{remote} did not answer within {_options.DialTimeout}.", e);
        }
    }

    private sealed class TcpListener(Socket socket) : ITransportListener
    {
        public IPEndPoint LocalEndPoint { get; } = (IPEndPoint)socket.LocalEndPoint!;

        public async ValueTask<ITransportConnection> AcceptAsync(CancellationToken cancellationToken)
        {
            Socket? taken = null;
            try
            {
                taken = await socket.AcceptAsync(cancellationToken);
                return new TcpConnection(taken);
            }
            catch (SocketException e)
            {
                taken?.Dispose();
                throw new IOException($"Cannot take a connection on {LocalEndPoint}: {e.Message}", e);
            }
        }

        public ValueTask DisposeAsync()
        {
            socket.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
