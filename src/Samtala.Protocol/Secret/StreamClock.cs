namespace Samtala.Protocol;

/// <summary>The one timer of a stream: first the handshake, then keep-alive and silence.</summary>
internal sealed class StreamClock : IDisposable
{
    private readonly SecretStream _stream;
    private readonly SecretStreamOptions _options;
    private readonly TimeProvider _time;
    private ITimer? _timer;
    private long _started;
    private long _read;
    private long _wrote;
    private bool _isOpen;

    internal StreamClock(SecretStream stream, SecretStreamOptions options, TimeProvider time)
    {
        _stream = stream;
        _options = options;
        _time = time;
    }

    public void Dispose() => _timer?.Dispose();

    internal void Start()
    {
        _started = _time.GetTimestamp();
        _read = _wrote = _started;
        _timer = _time.CreateTimer(
            static state => ((StreamClock)state!).Ring(), this, _options.HandshakeTimeout, Timeout.InfiniteTimeSpan);
    }

    internal void Opened()
    {
        Volatile.Write(ref _isOpen, true);
        Arm();
    }

    internal void Read() => Volatile.Write(ref _read, _time.GetTimestamp());

    internal void Wrote() => Volatile.Write(ref _wrote, _time.GetTimestamp());

    private void Ring()
    {
        if (_stream.CloseReason is not null)
            return;
        if (!Volatile.Read(ref _isOpen))
        {
            _stream.Close($"The handshake took longer than {_options.HandshakeTimeout}.");
            return;
        }

        if (_options.ReadTimeout > TimeSpan.Zero && Since(ref _read) >= _options.ReadTimeout)
        {
            _stream.Close($"Nothing came for {_options.ReadTimeout}.");
            return;
        }

        if (_options.KeepAlive > TimeSpan.Zero && Since(ref _wrote) >= _options.KeepAlive)
            _stream.SendKeepAlive();
        Arm();
    }

    private void Arm()
    {
        TimeSpan next = Timeout.InfiniteTimeSpan;
        if (_options.KeepAlive > TimeSpan.Zero)
            next = _options.KeepAlive - Since(ref _wrote);
        if (_options.ReadTimeout > TimeSpan.Zero)
        {
            TimeSpan silence = _options.ReadTimeout - Since(ref _read);
            next = next == Timeout.InfiniteTimeSpan || silence < next ? silence : next;
        }

        if (next != Timeout.InfiniteTimeSpan && next < TimeSpan.FromMilliseconds(1))
            next = TimeSpan.FromMilliseconds(1);
        try
        {
            _timer?.Change(next, Timeout.InfiniteTimeSpan);
        }
        catch (ObjectDisposedException)
        {
            // The stream ended while the timer rang.
        }
    }

    private TimeSpan Since(ref long timestamp) => _time.GetElapsedTime(Volatile.Read(ref timestamp));
}
