namespace Samtala.Testing;

/// <summary>A clock that stands still until it is told to go on. Timers fire inside <see cref="Advance"/>, in
/// order.</summary>
/// <remarks>Thread-safe.</remarks>
public sealed class SimClock : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<SimTimer> _timers = [];
    private DateTimeOffset _now;
    private long _order;

    /// <summary>Begins at a moment.</summary>
    /// <param name="start">Default 2026-01-01 00:00 UTC.</param>
    public SimClock(DateTimeOffset? start = null) =>
        _now = start ?? new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
            return _now;
    }

    /// <inheritdoc/>
    public override long GetTimestamp() => GetUtcNow().UtcTicks;

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new SimTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>How many timers wait.</summary>
    public int TimerCount
    {
        get
        {
            lock (_gate)
                return _timers.Count;
        }
    }

    /// <summary>Goes on, firing every timer on the way at its own time.</summary>
    /// <param name="by">How far; not negative.</param>
    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        var end = GetUtcNow() + by;
        while (TakeNext(end) is { } timer)
            timer.Fire();
        lock (_gate)
            _now = end > _now ? end : _now;
    }

    /// <summary>Goes on step by step, letting other work run in between, until something is so.</summary>
    /// <param name="isSo">Asked before every step.</param>
    /// <param name="step">How far each time.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task AdvanceUntilAsync(Func<bool> isSo, TimeSpan step, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(isSo);
        while (!isSo())
        {
            cancellationToken.ThrowIfCancellationRequested();
            Advance(step);
            // Real time passes only so that other threads get theirs.
            await Task.Delay(TimeSpan.FromMilliseconds(1), System, cancellationToken);
        }
    }

    private SimTimer? TakeNext(DateTimeOffset end)
    {
        lock (_gate)
        {
            var next = _timers.Where(t => t.Due <= end).MinBy(t => (t.Due, t.Order));
            if (next is null)
                return null;
            _timers.Remove(next);
            _now = next.Due > _now ? next.Due : _now;
            if (next.Period > TimeSpan.Zero)
                Schedule(next, next.Period);
            return next;
        }
    }

    private void Schedule(SimTimer timer, TimeSpan due)
    {
        timer.Due = _now + due;
        timer.Order = ++_order;
        _timers.Add(timer);
    }

    private sealed class SimTimer(SimClock clock, TimerCallback callback, object? state) : ITimer
    {
        public DateTimeOffset Due { get; set; }

        public long Order { get; set; }

        public TimeSpan Period { get; private set; }

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._gate)
            {
                clock._timers.Remove(this);
                Period = period;
                if (dueTime != Timeout.InfiniteTimeSpan)
                    clock.Schedule(this, dueTime);
            }

            return true;
        }

        public void Dispose() => Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
