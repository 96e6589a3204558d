namespace Samtala.Hypercore.Hyperblobs;

/// <summary>Which blocks are read one after another.</summary>
internal interface IHyperblobPlan
{
    /// <summary>Bytes of the whole blob.</summary>
    ulong ByteLength { get; }

    /// <summary>Blocks from the one with the first byte to the last.</summary>
    int Count { get; }

    /// <summary>Bytes of the first block that are left out.</summary>
    int Skip { get; }

    ulong Block(int position);
}

/// <summary>Blocks that follow each other.</summary>
internal sealed class HyperblobPlan(HyperblobId id, ulong first, int skip) : IHyperblobPlan
{
    public ulong ByteLength => id.ByteLength;

    public int Count => (int)Math.Min(int.MaxValue, id.BlockLength - first);

    public int Skip => skip;

    public ulong Block(int position) => id.BlockOffset + first + (ulong)position;
}

/// <summary>Blocks from a list.</summary>
internal sealed class HyperblobMapPlan : IHyperblobPlan
{
    private readonly List<(ulong Index, ulong ByteLength)> _entries;
    private readonly int _first;

    public HyperblobMapPlan(List<(ulong Index, ulong ByteLength)> entries, ulong start)
    {
        _entries = entries;
        foreach ((_, ulong length) in entries)
            ByteLength += length;
        while (_first < entries.Count && start >= entries[_first].ByteLength)
            start -= entries[_first++].ByteLength;
        Skip = _first < entries.Count ? (int)Math.Min(int.MaxValue, start) : 0;
    }

    public ulong ByteLength { get; }

    public int Count => _entries.Count - _first;

    public int Skip { get; }

    public ulong Block(int position) => _entries[_first + position].Index;
}
