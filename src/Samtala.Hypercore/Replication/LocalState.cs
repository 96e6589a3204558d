using Samtala.Encodings;
using Samtala.Hypercore.Logs;

namespace Samtala.Hypercore.Replication;

/// <summary>What a replicator goes by of its own log. Guarded by the lock of the replicator; asks the log, never the
/// other way round.</summary>
internal sealed class LocalState
{
    private readonly IReplicatedLog _log;

    public LocalState(IReplicatedLog log)
    {
        _log = log;
        Refresh();
    }

    /// <summary>Blocks that are here or on their way.</summary>
    public SparseBitfield Taken { get; } = new();

    /// <summary>Verified, at least as long as what is announced.</summary>
    public ulong Length => _log.AcceptedHead.Length;

    public ulong Fork => _log.AcceptedHead.Fork;

    /// <summary>Begins anew with what the log has: at the start, and after it was cut back.</summary>
    public void Refresh()
    {
        Taken.Reset();
        _log.QueryAccepted(Taken, static (accepted, taken) =>
        {
            for (ulong from = accepted.FirstSet(0); from < SparseBitfield.BitsMax;)
            {
                ulong end = accepted.FirstUnset(from);
                taken.SetRange(from, end - from);
                from = accepted.FirstSet(end);
            }

            return true;
        });
    }

    public bool Has(ulong index) => _log.HasAccepted(index);

    /// <summary>The first block at or after an index that is not here.</summary>
    public ulong FirstMissing(ulong from) =>
        _log.QueryAccepted(from, static (accepted, start) => accepted.FirstUnset(start));
}
