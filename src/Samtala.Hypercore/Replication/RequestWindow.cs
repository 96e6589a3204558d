namespace Samtala.Hypercore.Replication;

/// <summary>How many requests one peer gets ahead: grows with every answer, bounded by bytes and by what the peer
/// manages within the horizon, so that a fast one is never idle and a slow one holds little back.</summary>
internal sealed class RequestWindow
{
    private const int Smoothing = 16;
    private const double SecondsToJudge = 0.25;

    private readonly ReplicatorOptions _options;
    private int _ramp = ReplicationLimits.RequestsInFlightMin * 2;
    private double _blockSize;
    private double _answersPerSecond;
    private double _answers;
    private long _judgedAt;

    public RequestWindow(ReplicatorOptions options, long now)
    {
        _options = options;
        _judgedAt = now;
        Limit = _ramp;
    }

    /// <summary>Requests that may be in flight now.</summary>
    public int Limit { get; private set; }

    /// <summary>Smoothed time from a request to its answer, waiting at the peer included.</summary>
    public TimeSpan RoundTrip { get; private set; }

    public void OnAnswer(int bytes, TimeSpan elapsed, long now, TimeProvider time)
    {
        _ramp = Math.Min(_ramp + 1, _options.RequestsInFlightMax);
        _blockSize += (bytes - _blockSize) / Smoothing;
        RoundTrip = RoundTrip == TimeSpan.Zero ? elapsed : RoundTrip + ((elapsed - RoundTrip) / Smoothing);
        _answers++;
        double seconds = time.GetElapsedTime(_judgedAt, now).TotalSeconds;
        if (seconds >= SecondsToJudge)
        {
            _answersPerSecond = _answers / seconds;
            _answers = 0;
            _judgedAt = now;
        }

        Limit = Judge();
    }

    /// <summary>Forgets the rate after a pause in which nothing was asked.</summary>
    public void OnIdle(long now)
    {
        _answers = 0;
        _answersPerSecond = 0;
        _judgedAt = now;
    }

    private int Judge()
    {
        int limit = Math.Min(_ramp, _options.RequestsInFlightMax);
        if (_answersPerSecond > 0)
            limit = Math.Min(limit, (int)Math.Ceiling(_answersPerSecond * _options.RequestHorizon.TotalSeconds));
        limit = Math.Max(limit, ReplicationLimits.RequestsInFlightMin);
        return _blockSize < 1 ? limit : Math.Clamp((int)(_options.BytesInFlightMax / _blockSize), 1, limit);
    }
}
