using System.Collections.Immutable;
using System.Net;
using Samtala.Crypto;

namespace Samtala.Network;

/// <summary>What every connection of a hub needs.</summary>
internal sealed record HubSettings(PeerIdentity Identity, PeerHubOptions Options, TimeProvider Time);

/// <summary>Takes and makes connections to peers, within limits, and drives each of them.</summary>
/// <remarks>Thread-safe. The callback is called once for every connection whose handshake succeeded, before anything of
/// the peer is delivered; an exception there ends that connection.</remarks>
public sealed class PeerHub : IAsyncDisposable
{
    private static readonly TimeSpan s_acceptPause = TimeSpan.FromMilliseconds(100);

    private readonly ITransport _transport;
    private readonly HubSettings _settings;
    private readonly Action<PeerConnection> _opened;
    private readonly ConnectionLimits _limits;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly List<(ITransportListener Listener, Task Accepting)> _listeners = [];
    private readonly Dictionary<ConnectionLoop, Task> _loops = [];
    private readonly ITimer _stallTimer;
    private ImmutableArray<PeerConnection> _connections = [];
    private long _refusedCount;
    private bool _isDisposed;

    /// <summary>Opens nothing yet.</summary>
    /// <param name="transport">What carries the bytes.</param>
    /// <param name="identity">Who this node is.</param>
    /// <param name="options">What strangers may cost.</param>
    /// <param name="time">The clock of the timeouts.</param>
    /// <param name="opened">Told of every open connection, incoming and outgoing.</param>
    public PeerHub(
        ITransport transport,
        PeerIdentity identity,
        PeerHubOptions options,
        TimeProvider time,
        Action<PeerConnection> opened)
    {
        ArgumentNullException.ThrowIfNull(transport);
        ArgumentNullException.ThrowIfNull(identity);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(opened);
        _transport = transport;
        _settings = new HubSettings(identity, options, time);
        _opened = opened;
        _limits = new ConnectionLimits(options);
        TimeSpan pause = options.StallTimeout / 4;
        _stallTimer = time.CreateTimer(static state => ((PeerHub)state!).CheckStalls(), this, pause, pause);
    }

    /// <summary>The open connections; a snapshot.</summary>
    public ImmutableArray<PeerConnection> Connections
    {
        get
        {
            lock (_gate)
                return _connections;
        }
    }

    /// <summary>How many incoming connections are in their handshake.</summary>
    public int HandshakeCount => _limits.HandshakeCount;

    /// <summary>How many incoming connections were refused unheard, because of the limits.</summary>
    public long RefusedCount => Interlocked.Read(ref _refusedCount);

    /// <summary>Takes connections at an address from now on.</summary>
    /// <param name="local">Where; port 0 is any free one.</param>
    /// <returns>The address, with the port that was chosen.</returns>
    /// <exception cref="IOException">The address cannot be listened on.</exception>
    public IPEndPoint Listen(IPEndPoint local)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            ITransportListener listener = _transport.Listen(local);
            _listeners.Add((listener, AcceptAsync(listener)));
            return listener.LocalEndPoint;
        }
    }

    /// <summary>Connects to a peer.</summary>
    /// <param name="remote">Where it is.</param>
    /// <param name="expected">Who it must be; needed when the pattern must know it. Null takes anybody.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The open connection, which the callback has seen.</returns>
    /// <exception cref="IOException">Nobody answers there, it is somebody else, or the handshake failed.</exception>
    /// <exception cref="TimeoutException">Nobody answered in time.</exception>
    public async Task<PeerConnection> ConnectAsync(
        IPEndPoint remote, PublicKey? expected, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (!_limits.TryAddOutgoing())
            throw new IOException($"There are {_settings.Options.ConnectionsMax} connections already.");
        NoiseHandshake? handshake = null;
        ConnectionLoop loop;
        try
        {
            handshake = Handshake(isInitiator: true, expected);
            loop = Create(await _transport.DialAsync(remote, cancellationToken), handshake, expected);
        }
        catch
        {
            handshake?.Dispose();
            _limits.RemoveOutgoing();
            throw;
        }

        Serve(loop, loop.RunAsync(), _limits.RemoveOutgoing);
        try
        {
            return await loop.Opened.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            loop.Finish("The dial was cancelled.");
            throw;
        }
    }

    /// <summary>Stops listening and ends every connection; what waits is sent within the close timeout.</summary>
    public async ValueTask DisposeAsync()
    {
        (ITransportListener Listener, Task Accepting)[] listeners;
        lock (_gate)
        {
            if (_isDisposed)
                return;
            _isDisposed = true;
            listeners = [.. _listeners];
            foreach (ConnectionLoop loop in _loops.Keys)
                loop.Finish("The node is stopping.");
        }

        await _stop.CancelAsync();
        foreach ((ITransportListener listener, Task accepting) in listeners)
        {
            await listener.DisposeAsync();
            await accepting;
        }

        // Also those that were taken while listening ended.
        Task[] running;
        lock (_gate)
            running = [.. _loops.Values];
        await Task.WhenAll(running);
        await _stallTimer.DisposeAsync();
        _stop.Dispose();
    }

    private async Task AcceptAsync(ITransportListener listener)
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                ITransportConnection transport = await listener.AcceptAsync(_stop.Token);
                await TakeAsync(transport);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception)
            {
                // The system is short of something, such as handles: a pause lets connections end.
                await PauseAsync();
            }
        }
    }

    private async Task PauseAsync()
    {
        try
        {
            await Task.Delay(s_acceptPause, _settings.Time, _stop.Token);
        }
        catch (OperationCanceledException)
        {
            // The caller looks.
        }
    }

    private async ValueTask TakeAsync(ITransportConnection transport)
    {
        IPAddress address = transport.RemoteEndPoint.Address;
        if (!_limits.TryAddIncoming(address))
        {
            Interlocked.Increment(ref _refusedCount);
            await transport.DisposeAsync();
            return;
        }

        ConnectionLoop loop = Create(transport, Handshake(isInitiator: false, expected: null), expected: null);
        Task running = Task.WhenAll(loop.RunAsync(), EndHandshakeAsync(loop, address));
        Serve(loop, running, () => _limits.RemoveIncoming(address));
    }

    private async Task EndHandshakeAsync(ConnectionLoop loop, IPAddress address)
    {
        await Task.WhenAny(loop.Opened);
        _limits.EndHandshake(address);
    }

    private NoiseHandshake Handshake(bool isInitiator, PublicKey? expected)
    {
        NoiseSettings noise = new()
        {
            Pattern = _settings.Options.Pattern,
            IsInitiator = isInitiator,
            StaticKey = _settings.Identity.Key,
            RemoteStatic = expected,
        };
        return new NoiseHandshake(noise, _settings.Identity.Slab, _settings.Identity.Random);
    }

    private ConnectionLoop Create(ITransportConnection transport, NoiseHandshake handshake, PublicKey? expected) =>
        new(transport, handshake, _settings, connection => Admit(connection, expected));

    private string? Admit(PeerConnection connection, PublicKey? expected)
    {
        if (expected is { } key && connection.RemotePublicKey != key)
            return $"The peer at {connection.RemoteEndPoint} is {connection.RemotePublicKey}, not {key}.";
        try
        {
            _opened(connection);
        }
        catch (Exception e)
        {
            return $"The connection could not be served: {e.Message}";
        }

        lock (_gate)
            _connections = _connections.Add(connection);
        return null;
    }

    private void Serve(ConnectionLoop loop, Task running, Action release)
    {
        lock (_gate)
        {
            _loops[loop] = running;
            Task ended = EndAsync(loop, running, release);
            if (!ended.IsCompleted)
                _loops[loop] = ended;
            if (_isDisposed)
                loop.Finish("The node is stopping.");
        }
    }

    private async Task EndAsync(ConnectionLoop loop, Task running, Action release)
    {
        await running;

        // First: whoever sees that the connection is gone may count on its place.
        release();
        lock (_gate)
        {
            _loops.Remove(loop);
            if (loop.Connection is { } connection)
                _connections = _connections.Remove(connection);
        }

        loop.TellClosed();
    }

    private void CheckStalls()
    {
        ConnectionLoop[] loops;
        lock (_gate)
            loops = [.. _loops.Keys];
        foreach (ConnectionLoop loop in loops)
            loop.CheckStall();
    }
}
