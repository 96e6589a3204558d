using Samtala.Encodings;

namespace Samtala.Hypercore.Replication;

/// <summary>A run of blocks that shall be here. Guarded by the lock of the replicator.</summary>
internal sealed class DownloadRange(ulong start, ulong end, int priority)
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ulong _next = start;

    public ulong Start { get; } = start;

    /// <summary>The first block that was missing when last looked at.</summary>
    public ulong Next => _next;

    /// <summary>Exclusive; the end of all numbers for everything that will ever be appended.</summary>
    public ulong End { get; } = end;

    public int Priority { get; } = priority;

    public Task Done => _done.Task;

    public bool IsEndless => End >= SparseBitfield.BitsMax;

    /// <summary>The first block that is not here.</summary>
    public ulong Advance(LocalState local) =>
        _next = _next >= End ? End : Math.Min(local.FirstMissing(_next), End);

    /// <summary>Blocks were lost again: look from the beginning.</summary>
    public void Restart() => _next = Start;

    /// <returns>Whether all of it is here.</returns>
    public bool TryComplete(LocalState local)
    {
        if (Advance(local) < End)
            return false;
        _done.TrySetResult();
        return true;
    }

    public void Fail(Exception error) => _done.TrySetException(error);
}
