using System.Net;
using Microsoft.Extensions.Logging;
using Samtala.Crypto;
using Samtala.Network;

namespace Samtala.Peers;

/// <summary>Turns a host's name into addresses, in the order to try them.</summary>
/// <param name="host">A name or an address.</param>
/// <param name="cancellationToken">Gives up.</param>
public delegate Task<IPAddress[]> ResolveHost(string host, CancellationToken cancellationToken);

/// <summary>How the connection to a peer is.</summary>
/// <param name="Address">HOST:PORT.</param>
/// <param name="IsConnected">Whether it is up.</param>
/// <param name="Since">Since when it is so; null before the first attempt ended.</param>
/// <param name="Error">Why it is down, in a sentence; empty while it is up.</param>
/// <param name="Peer">Who answered there last.</param>
public sealed record PeerLinkState(
    string Address, bool IsConnected, DateTimeOffset? Since, string Error, PublicKey? Peer);

/// <summary>Keeps one connection to a peer: dials, and dials again with growing pauses.</summary>
internal sealed partial class PeerLink : IAsyncDisposable
{
    private static readonly TimeSpan s_pauseMin = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_pauseMax = TimeSpan.FromMinutes(1);

    // A connection that held this long was a good one: begin with short pauses again.
    private static readonly TimeSpan s_goodAfter = TimeSpan.FromSeconds(15);
    private readonly PeerAddress _address;
    private readonly LinkContext _context;
    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;
    private volatile TaskCompletionSource _hurry = NewHurry();
    private volatile PeerLinkState _state;
    private volatile IPEndPoint? _dialling;

    public PeerLink(PeerAddress address, LinkContext context)
    {
        _address = address;
        _context = context;
        _state = new PeerLinkState(address.ToString(), false, null, "not tried yet", null);
    }

    /// <summary>Begins to dial. Not before the link can be found: who answers is introduced to all links.</summary>
    public void Start() => _running = RunAsync();

    /// <summary>How it is now.</summary>
    public PeerLinkState State => _state;

    /// <summary>Dials at once instead of at the end of the pause: somebody waits.</summary>
    public void Hurry() => _hurry.TrySetResult();

    /// <summary>Learns who answered, before any channel is opened.</summary>
    public void Introduce(PeerConnection connection)
    {
        if (connection.IsInitiator && connection.RemoteEndPoint.Equals(_dialling))
            _state = _state with { Peer = connection.RemotePublicKey };
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        var pause = s_pauseMin;
        while (!_stop.IsCancellationRequested)
        {
            long? opened = null;
            try
            {
                var connection = await ConnectAsync();
                opened = _context.Time.GetTimestamp();
                _state = new PeerLinkState(
                    _state.Address, true, _context.Time.GetUtcNow(), "", connection.RemotePublicKey);
                LogConnected(_context.Logger, _state.Address, connection.RemotePublicKey);
                Down(await ClosedAsync(connection));
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // Of any kind: the system refuses some addresses as arguments. Whoever looks at the link reads why.
                Down(e.Message);
            }

            var wasGood = opened is { } since && _context.Time.GetElapsedTime(since) > s_goodAfter;
            pause = wasGood ? s_pauseMin : Longer(pause);
            await PauseAsync(pause);
        }
    }

    // Whoever asks for nothing there any more does not keep the connection either.
    private async Task<string> ClosedAsync(PeerConnection connection)
    {
        try
        {
            return await connection.Closed.WaitAsync(_stop.Token);
        }
        catch (OperationCanceledException)
        {
            connection.Close("Nothing there is followed any more.");
            throw;
        }
    }

    private async Task<PeerConnection> ConnectAsync()
    {
        var addresses = await _context.Resolve(_address.Host, _stop.Token);
        if (addresses.Length == 0)
            throw new IOException($"The name {_address.Host} has no address.");
        for (var i = 0; ; i++)
        {
            try
            {
                _dialling = new IPEndPoint(addresses[i], _address.Port);
                return await _context.Hub.ConnectAsync(_dialling, null, _stop.Token);
            }
            catch (Exception) when (i + 1 < addresses.Length && !_stop.IsCancellationRequested)
            {
                // The next address may answer.
            }
        }
    }

    private void Down(string reason)
    {
        // Since when it is down, not since when it was last tried.
        var since = _state is { IsConnected: false, Since: { } before } ? before : _context.Time.GetUtcNow();
        _state = new PeerLinkState(_state.Address, false, since, reason, _state.Peer);
        LogDown(_context.Logger, _state.Address, reason);
    }

    private TimeSpan Longer(TimeSpan pause) =>
        TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, s_pauseMax.Ticks)) * (0.75 + (0.5 * _context.Jitter()));

    private async Task PauseAsync(TimeSpan pause)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        await Task.WhenAny(Task.Delay(pause, _context.Time, ended.Token), _hurry.Task);
        await ended.CancelAsync();
        if (_hurry.Task.IsCompleted)
            _hurry = NewHurry();
    }

    private static TaskCompletionSource NewHurry() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    [LoggerMessage(1, LogLevel.Information, "Connected to {Address}: {Peer}")]
    private static partial void LogConnected(ILogger logger, string address, PublicKey peer);

    [LoggerMessage(2, LogLevel.Information, "Not connected to {Address}: {Reason}")]
    private static partial void LogDown(ILogger logger, string address, string reason);
}

/// <summary>What every link works with.</summary>
/// <param name="Hub">Dials.</param>
/// <param name="Resolve">Finds addresses.</param>
/// <param name="Time">The clock.</param>
/// <param name="Jitter">0 to 1, so that many nodes do not dial in step.</param>
/// <param name="Logger">The node's log.</param>
internal sealed record LinkContext(
    PeerHub Hub, ResolveHost Resolve, TimeProvider Time, Func<double> Jitter, ILogger Logger);
