namespace Samtala.Hypercore.Replication;

/// <summary>A bucket of bytes that fills at a steady rate and holds one second's worth. Shared by all peers.</summary>
internal sealed class UploadThrottle
{
    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly long _bytesPerSecond;
    private double _left;
    private long _filledAt;

    public UploadThrottle(TimeProvider time, long bytesPerSecond)
    {
        _time = time;
        _bytesPerSecond = bytesPerSecond;
        _left = bytesPerSecond;
        _filledAt = time.GetTimestamp();
    }

    public bool IsLimited => _bytesPerSecond > 0;

    /// <summary>Takes bytes that are about to be sent. A block larger than what is left still goes, and delays the
    /// next one.</summary>
    /// <returns>Zero when it may be sent now; else when to try again, and nothing was taken.</returns>
    public TimeSpan Take(int bytes)
    {
        if (!IsLimited)
            return TimeSpan.Zero;
        lock (_gate)
        {
            long now = _time.GetTimestamp();
            double filled = _time.GetElapsedTime(_filledAt, now).TotalSeconds * _bytesPerSecond;
            _left = Math.Min(_left + filled, _bytesPerSecond);
            _filledAt = now;
            if (_left <= 0)
                return TimeSpan.FromSeconds(Math.Max((1 - _left) / _bytesPerSecond, 0.001));
            _left -= bytes;
            return TimeSpan.Zero;
        }
    }
}
