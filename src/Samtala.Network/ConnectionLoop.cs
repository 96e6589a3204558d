using System.Net;
using Samtala.Crypto;
using Samtala.Protocol;

namespace Samtala.Network;

/// <summary>Drives one connection: transport to stream to channels, and back.</summary>
internal sealed class ConnectionLoop : ISecretStreamHandler, IDisposable
{
    private const int InputEnded = 1;
    private const int OutputEnded = 2;

    // A socket answers only when it has taken everything: a large message is to show progress on a slow line.
    private const int SendSizeMax = 256 * 1024;

    private readonly ITransportConnection _transport;
    private readonly PeerHubOptions _options;
    private readonly TimeProvider _time;
    private readonly SecretStream _stream;
    private readonly WakeSignal _toWrite = new();
    private readonly WakeSignal _toRead = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource<PeerConnection> _opened =
        new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<string> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Func<PeerConnection, string?> _onOpen;
    private PeerConnection? _connection;
    private ITimer? _closeTimer;
    private string? _finishReason;
    private long _sendingSince;
    private int _ended;

    /// <summary>Begins; nothing happens before <see cref="RunAsync"/>.</summary>
    /// <param name="transport">Disposed at the end.</param>
    /// <param name="handshake">Disposed at the end.</param>
    /// <param name="settings">Of the hub.</param>
    /// <param name="onOpen">Told of the open connection; returns a reason to refuse it.</param>
    internal ConnectionLoop(
        ITransportConnection transport,
        NoiseHandshake handshake,
        HubSettings settings,
        Func<PeerConnection, string?> onOpen)
    {
        _transport = transport;
        _options = settings.Options;
        _time = settings.Time;
        _onOpen = onOpen;
        _stream = new SecretStream(handshake, this, settings.Options.Stream, settings.Time, settings.Identity.Random);
    }

    internal IPEndPoint RemoteEndPoint => _transport.RemoteEndPoint;

    /// <summary>The open connection, from the hub's callback on.</summary>
    internal PeerConnection? Connection => _connection;

    internal Task<PeerConnection> Opened => _opened.Task;

    internal Task<string> Closed => _closed.Task;

    internal Action<ReadOnlyMemory<byte>>? Raw { get; set; }

    /// <summary>Serves the connection until it has ended.</summary>
    internal async Task RunAsync()
    {
        try
        {
            _stream.Start();
        }
        catch (Exception e)
        {
            _stream.Close(e.Message);
        }

        Task writing = WriteAsync();
        await ReadAsync();
        await writing;

        // Nobody reads or writes any more.
        string reason = _stream.CloseReason!;
        _connection?.Mux.Shutdown(reason);
        await _transport.DisposeAsync();
        Dispose();
        if (_opened.TrySetException(new IOException(reason)))
            _ = _opened.Task.Exception;
    }

    /// <summary>Completes <see cref="Closed"/>, once nobody counts the connection any more.</summary>
    internal void TellClosed() => _closed.TrySetResult(_stream.CloseReason!);

    /// <summary>Once <see cref="RunAsync"/> has ended, or instead of it.</summary>
    public void Dispose()
    {
        _closeTimer?.Dispose();
        _stream.Dispose();
        _stop.Dispose();
    }

    /// <summary>Sends what waits, tells the other side, and ends when it has ended too or the time is over.</summary>
    internal void Finish(string reason)
    {
        if (Interlocked.CompareExchange(ref _finishReason, reason, null) is not null)
            return;
        _closeTimer = _time.CreateTimer(
            static state =>
            {
                var loop = (ConnectionLoop)state!;
                loop._stream.Close(loop._finishReason!);
            },
            this,
            _options.CloseTimeout,
            Timeout.InfiniteTimeSpan);
        _toWrite.Set();
        _toRead.Set();
    }

    /// <summary>Ends the connection when the other side has taken nothing for too long.</summary>
    internal void CheckStall()
    {
        long since = Volatile.Read(ref _sendingSince);
        if (since != 0 && _time.GetElapsedTime(since) > _options.StallTimeout)
            _stream.Close($"The other side took nothing for {_options.StallTimeout}.");
    }

    void ISecretStreamHandler.OnOpen(SecretStream stream)
    {
        Protomux mux = new(stream, stream.Identity!, _options.Mux) { InputReleased = _toRead.Set };
        PeerConnection connection = new(this, stream, mux);
        _connection = connection;
        if (_onOpen(connection) is { } refusal)
            stream.Close(refusal);
        else
            _opened.TrySetResult(connection);
    }

    void ISecretStreamHandler.OnMessage(SecretStream stream, ReadOnlyMemory<byte> message)
    {
        if (Raw is { } raw)
            raw(message);
        else
            _connection?.Mux.Receive(message);
    }

    void ISecretStreamHandler.OnOutput(SecretStream stream)
    {
        _toWrite.Set();
        if (stream.CloseReason is null)
            return;
        _toRead.Set();
        _ = StopAsync();
    }

    void ISecretStreamHandler.OnDrain(SecretStream stream)
    {
        _connection?.Mux.Drained();
        _toRead.Set();
    }

    private void End(int half)
    {
        if ((Interlocked.Or(ref _ended, half) | half) == (InputEnded | OutputEnded))
            _stream.Close(_finishReason!);
    }

    private async Task StopAsync()
    {
        try
        {
            // Not on the thread that closes: it holds the lock of the stream.
            await _stop.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // It had ended already.
        }
    }

    private async Task ReadAsync()
    {
        try
        {
            while (_stream.CloseReason is null)
            {
                int count = await _transport.ReceiveAsync(_stream.GetReceiveBuffer(), _stop.Token);
                if (count == 0)
                {
                    Finish(_connection is null
                        ? "The other side closed the connection during the handshake."
                        : "The other side closed the connection.");
                    End(InputEnded);
                    return;
                }

                // After this side has finished, the rest is only read so that the system does not reset the
                // connection before the other side has everything.
                if (Volatile.Read(ref _finishReason) is null)
                    Take(count);
                while (_stream.CloseReason is null && Volatile.Read(ref _finishReason) is null && IsFull())
                    await _toRead.WaitAsync();
            }
        }
        catch (OperationCanceledException)
        {
            // The stream has closed.
        }
        catch (Exception e)
        {
            _stream.Close(e.Message);
        }
    }

    private void Take(int count)
    {
        // Everything this read causes goes out together.
        Protomux? mux = Raw is null ? _connection?.Mux : null;
        mux?.Cork();
        try
        {
            _stream.Received(count);
        }
        finally
        {
            mux?.Uncork();
        }
    }

    private bool IsFull() =>
        _stream.UnsentBytes > _options.StopReadingBytes || _connection is { Mux.IsInputHeld: true };

    private async Task WriteAsync()
    {
        try
        {
            while (true)
            {
                // Looked at before the output: what was sent before finishing is then seen below.
                bool isFinishing = Volatile.Read(ref _finishReason) is not null;
                while (_stream.TryReadOutput(out ReadOnlyMemory<byte> bytes))
                {
                    Volatile.Write(ref _sendingSince, _time.GetTimestamp());
                    ReadOnlyMemory<byte> some = bytes[..Math.Min(bytes.Length, SendSizeMax)];
                    int count = await _transport.SendAsync(some, _stop.Token);
                    Volatile.Write(ref _sendingSince, 0);
                    _stream.AdvanceOutput(count);
                }

                if (_stream.CloseReason is not null)
                    return;
                if (isFinishing)
                {
                    _transport.FinishSending();
                    End(OutputEnded);
                    return;
                }

                await _toWrite.WaitAsync();
            }
        }
        catch (OperationCanceledException)
        {
            // The stream has closed.
        }
        catch (Exception e)
        {
            _stream.Close(e.Message);
        }
    }
}
