using System.Numerics;

namespace Samtala.Hypercore.Replication;

/// <summary>The regions a peer wants to hear about. Bounded: whoever asks for too much or oddly shaped regions is told
/// of everything, which costs us nothing more.</summary>
internal sealed class RemoteWants
{
    private readonly List<(ulong Length, HashSet<ulong> Regions)> _sizes = [];
    private readonly List<(ulong Start, ulong Length)> _any = [];
    private int _count;

    /// <summary>Whether the peer is told of everything.</summary>
    public bool All { get; private set; }

    /// <returns>Whether the region is to be answered with what is here.</returns>
    public bool Add(ulong start, ulong length, bool any)
    {
        if (any)
        {
            if (_any.Count < ReplicationLimits.AnyWantsMax)
                _any.Add((start, length));
            else
                All = true;
            return true;
        }

        if (length > ReplicationLimits.WantRegion)
            return false;
        if (!IsRegion(start, length) || _count >= ReplicationLimits.WantsMax || Regions(length) is not { } regions)
        {
            All = true;
            return true;
        }

        if (regions.Add(start / length))
            _count++;
        return true;
    }

    public void Remove(ulong start, ulong length, bool any)
    {
        if (any)
        {
            _any.Remove((start, length));
            return;
        }

        if (!IsRegion(start, length))
            return;
        int i = _sizes.FindIndex(size => size.Length == length);
        if (i < 0 || !_sizes[i].Regions.Remove(start / length))
            return;
        _count--;
        if (_sizes[i].Regions.Count == 0)
            _sizes.RemoveAt(i);
    }

    /// <summary>Whether any block of a range is wanted. Says yes also for some large ranges that only lie near
    /// one.</summary>
    public bool Overlaps(ulong start, ulong length)
    {
        if (All)
            return true;
        ulong end = start + length;
        foreach ((ulong wantStart, ulong wantLength) in _any)
        {
            if (wantStart < end && start - Math.Min(start, wantStart) < wantLength)
                return true;
        }

        foreach ((ulong size, HashSet<ulong> regions) in _sizes)
        {
            ulong first = start / size;
            ulong last = (end - 1) / size;
            if (last - first >= 3)
                return true;
            for (ulong region = first; region <= last; region++)
            {
                if (regions.Contains(region))
                    return true;
            }
        }

        return false;
    }

    private static bool IsRegion(ulong start, ulong length) =>
        length is >= ReplicationLimits.WantRegionMin and <= ReplicationLimits.WantRegion
        && BitOperations.IsPow2(length) && (start & (length - 1)) == 0;

    private HashSet<ulong>? Regions(ulong length)
    {
        foreach ((ulong size, HashSet<ulong> regions) in _sizes)
        {
            if (size == length)
                return regions;
        }

        if (_sizes.Count >= ReplicationLimits.WantSizesMax)
            return null;
        _sizes.Add((length, []));
        return _sizes[^1].Regions;
    }
}
