namespace Samtala.Services.State;

/// <summary>One watcher's queue. A watcher that falls behind loses changes and is told so once, by a gap.</summary>
internal sealed class StateSubscription : IDisposable
{
    /// <summary>Most changes waiting for one watcher.</summary>
    public const int PendingMax = 4096;

    private readonly Lock _gate = new();
    private readonly StateFeed _feed;
    private readonly byte[] _prefix;
    private readonly Queue<StateChange> _pending = new();
    private readonly SemaphoreSlim _signal = new(0, 1);
    private bool _missed;

    public StateSubscription(StateFeed feed, byte[] prefix, long startedAt)
    {
        _feed = feed;
        _prefix = prefix;
        StartedAt = startedAt;
    }

    /// <summary>The newest revision when the watch began.</summary>
    public long StartedAt { get; }

    /// <summary>Where changes go on after the gap that was told last.</summary>
    public long GapAt { get; private set; }

    /// <summary>Takes a change if it is wanted; never waits.</summary>
    public void Offer(StateChange change)
    {
        if (!change.Key.AsSpan().StartsWith(_prefix))
            return;
        lock (_gate)
        {
            if (_missed)
                return;
            if (_pending.Count == PendingMax)
                _missed = true;
            else
                _pending.Enqueue(change);
        }

        Wake();
    }

    /// <summary>Some changes cannot be told any more.</summary>
    public void MarkMissed()
    {
        lock (_gate)
            _missed = true;
        Wake();
    }

    /// <summary>Waits for the next change.</summary>
    /// <returns>The change; null for a gap, after which changes go on from then.</returns>
    public async ValueTask<StateChange?> NextAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            // Read before the gap is closed: too early a revision is harmless, too late a one would hide changes.
            var head = _feed.Head;
            lock (_gate)
            {
                if (_pending.TryDequeue(out var change))
                    return change;
                if (_missed)
                {
                    _missed = false;
                    GapAt = head;
                    return null;
                }
            }

            await _signal.WaitAsync(cancellationToken);
        }
    }

    public void Dispose()
    {
        _feed.Unsubscribe(this);
        _signal.Dispose();
    }

    private void Wake()
    {
        lock (_gate)
        {
            if (_signal.CurrentCount == 0)
                _signal.Release();
        }
    }
}
