namespace Samtala.Hypercore.Replication;

/// <summary>Blocks that somebody waits for by number. Guarded by the lock of the replicator.</summary>
internal sealed class BlockWaits
{
    private readonly Dictionary<ulong, Wait> _waits = [];
    private readonly LinkedList<ulong> _unasked = new();

    public int Count => _waits.Count;

    /// <summary>Blocks that no peer was asked for, oldest first.</summary>
    public LinkedListNode<ulong>? FirstUnasked => _unasked.First;

    /// <returns>Completes when the block is here; fails when the log is closed.</returns>
    public Task AddAsync(ulong index)
    {
        if (!_waits.TryGetValue(index, out Wait? wait))
        {
            wait = new Wait();
            wait.Unasked = _unasked.AddLast(index);
            _waits.Add(index, wait);
        }

        wait.Waiters++;
        return wait.Done.Task;
    }

    /// <returns>Whether nobody waits for it any more, so that it may be cancelled.</returns>
    public bool Remove(ulong index)
    {
        if (!_waits.TryGetValue(index, out Wait? wait) || --wait.Waiters > 0)
            return false;
        Forget(index, wait);
        return true;
    }

    public bool IsWaited(ulong index) => _waits.Count > 0 && _waits.ContainsKey(index);

    /// <summary>A peer was asked.</summary>
    public void OnAsked(ulong index)
    {
        if (_waits.TryGetValue(index, out Wait? wait) && wait.Unasked is { } node)
        {
            _unasked.Remove(node);
            wait.Unasked = null;
        }
    }

    /// <summary>The peer did not deliver: another is to be asked.</summary>
    public void OnFailed(ulong index)
    {
        if (_waits.TryGetValue(index, out Wait? wait))
            wait.Unasked ??= _unasked.AddFirst(index);
    }

    /// <summary>What peers were asked for is worth nothing: all of it is to be asked again.</summary>
    public void Restart()
    {
        foreach ((ulong index, Wait wait) in _waits)
            wait.Unasked ??= _unasked.AddLast(index);
    }

    /// <summary>The block is here.</summary>
    public void Complete(ulong index)
    {
        if (_waits.Count == 0 || !_waits.TryGetValue(index, out Wait? wait))
            return;
        Forget(index, wait);
        wait.Done.TrySetResult();
    }

    /// <summary>Completes every wait for a block that is here now.</summary>
    public void CompleteWhere(Func<ulong, bool> isHere)
    {
        foreach (ulong index in _waits.Keys.Where(isHere).ToArray())
            Complete(index);
    }

    public void FailAll(Exception error)
    {
        foreach (Wait wait in _waits.Values)
            wait.Done.TrySetException(error);
        _waits.Clear();
        _unasked.Clear();
    }

    private void Forget(ulong index, Wait wait)
    {
        _waits.Remove(index);
        if (wait.Unasked is { } node)
            _unasked.Remove(node);
    }

    private sealed class Wait
    {
        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Waiters { get; set; }

        public LinkedListNode<ulong>? Unasked { get; set; }
    }
}
