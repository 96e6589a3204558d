namespace Samtala.Services.State;

/// <summary>The newest changes, and those who watch. Watchers hear of a change only once it is durable.</summary>
internal sealed class StateFeed
{
    /// <summary>Most changes kept for those who resume.</summary>
    public const int ChangeCountMax = 4096;

    /// <summary>Most bytes of changes kept.</summary>
    public const int ChangeBytesMax = 1024 * 1024;

    private readonly Lock _gate = new();
    private readonly Queue<StateChange> _recent = new();
    private readonly HashSet<StateSubscription> _watchers = [];
    private long _bytes;
    private long _head;

    /// <summary>The newest durable revision.</summary>
    public long Head
    {
        get
        {
            lock (_gate)
                return _head;
        }
    }

    /// <summary>Sets the revision found on disk at start; nothing before it can be resumed.</summary>
    public void StartAt(long revision)
    {
        lock (_gate)
            _head = revision;
    }

    /// <summary>Tells everybody. Called in order of revisions.</summary>
    public void Publish(IReadOnlyList<StateChange> changes)
    {
        lock (_gate)
        {
            foreach (var change in changes)
            {
                _head = change.Revision;
                _recent.Enqueue(change);
                _bytes += change.Size;
                foreach (var watcher in _watchers)
                    watcher.Offer(change);
            }

            while (_recent.Count > ChangeCountMax || _bytes > ChangeBytesMax)
                _bytes -= _recent.Dequeue().Size;
        }
    }

    /// <summary>Begins to watch.</summary>
    /// <param name="prefix">Only keys that begin with this.</param>
    /// <param name="after">Go on after this revision; null means from now on.</param>
    /// <returns>A subscription the caller disposes.</returns>
    public StateSubscription Subscribe(byte[] prefix, long? after)
    {
        lock (_gate)
        {
            var subscription = new StateSubscription(this, prefix, _head);
            if (after is { } revision && revision != _head)
                Resume(subscription, revision);
            _watchers.Add(subscription);
            return subscription;
        }
    }

    public void Unsubscribe(StateSubscription subscription)
    {
        lock (_gate)
            _watchers.Remove(subscription);
    }

    private void Resume(StateSubscription subscription, long after)
    {
        // Revisions have no holes, so everything since `after` is here if the oldest kept one is its successor or
        // older.
        if (after > _head || _recent.Count == 0 || _recent.Peek().Revision > after + 1)
        {
            subscription.MarkMissed();
            return;
        }

        foreach (var change in _recent)
        {
            if (change.Revision > after)
                subscription.Offer(change);
        }
    }
}
