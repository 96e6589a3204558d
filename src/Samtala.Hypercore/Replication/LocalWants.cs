namespace Samtala.Hypercore.Replication;

/// <summary>The regions we have asked one peer to tell us about. Only needed with peers that have holes.</summary>
internal sealed class LocalWants
{
    private readonly Queue<ulong> _order = new();
    private readonly HashSet<ulong> _regions = [];

    /// <param name="index">A block that is wanted.</param>
    /// <param name="want">The region's first block.</param>
    /// <param name="unwant">A region to give up for it, the oldest; null while there is room.</param>
    /// <returns>False when the region was wanted already.</returns>
    public bool TryAdd(ulong index, out ulong want, out ulong? unwant)
    {
        want = index / ReplicationLimits.WantRegion * ReplicationLimits.WantRegion;
        unwant = null;
        if (!_regions.Add(want))
            return false;
        if (_order.Count == ReplicationLimits.WantsMax)
        {
            unwant = _order.Dequeue();
            _regions.Remove(unwant.Value);
        }

        _order.Enqueue(want);
        return true;
    }

    public void Clear()
    {
        _order.Clear();
        _regions.Clear();
    }
}
