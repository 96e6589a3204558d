namespace Samtala.Hypercore.Replication;

/// <summary>Those who wait to hear whether there is a newer head. Guarded by the lock of the replicator.</summary>
internal sealed class UpdateWaits
{
    private readonly List<(ulong Length, ulong Fork, bool ForPeer, TaskCompletionSource<bool> Done)> _waits = [];

    public int Count => _waits.Count;

    public TaskCompletionSource<bool> Add(LocalState local, bool forPeer)
    {
        TaskCompletionSource<bool> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _waits.Add((local.Length, local.Fork, forPeer, done));
        return done;
    }

    public void Remove(TaskCompletionSource<bool> done) => _waits.RemoveAll(wait => wait.Done == done);

    /// <param name="local">The state now.</param>
    /// <param name="isHopeless">Whether no peer can make the log longer now.</param>
    /// <param name="isAlone">Whether no peer has said yet what it has.</param>
    public void Check(LocalState local, bool isHopeless, bool isAlone)
    {
        for (int i = _waits.Count - 1; i >= 0; i--)
        {
            (ulong length, ulong fork, bool forPeer, TaskCompletionSource<bool> done) = _waits[i];
            bool grown = local.Length > length || local.Fork != fork;
            if (!grown && (!isHopeless || (forPeer && isAlone)))
                continue;
            _waits.RemoveAt(i);
            done.TrySetResult(grown);
        }
    }

    public void FailAll(Exception error)
    {
        foreach ((_, _, _, TaskCompletionSource<bool> done) in _waits)
            done.TrySetException(error);
        _waits.Clear();
    }
}
