using System.Collections.Concurrent;

namespace Samtala.Hypercore.Bees;

/// <summary>Blocks that were read or written lately, bounded by bytes. Any thread.</summary>
/// <remarks>Two generations: when the young one has half of the bytes it becomes the old one, and what was old goes. A
/// block that is used again moves to the young one. No list has to be kept in order, so a hit is one lookup.</remarks>
internal sealed class BeeCache
{
    private readonly Lock _gate = new();
    private readonly long _generationBytesMax;
    private ConcurrentDictionary<ulong, BeeBlock> _young = new();
    private ConcurrentDictionary<ulong, BeeBlock> _old = new();
    private long _youngBytes;

    public BeeCache(long bytesMax) => _generationBytesMax = bytesMax / 2;

    public bool TryGet(ulong seq, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out BeeBlock? block)
    {
        if (_young.TryGetValue(seq, out block))
            return true;
        if (!_old.TryGetValue(seq, out block))
            return false;
        Add(block);
        return true;
    }

    public void Add(BeeBlock block)
    {
        if (!_young.TryAdd(block.Seq, block) || Interlocked.Add(ref _youngBytes, block.Cost) < _generationBytesMax)
            return;
        lock (_gate)
        {
            if (_youngBytes < _generationBytesMax)
                return;
            _old = _young;
            _young = new ConcurrentDictionary<ulong, BeeBlock>();
            _youngBytes = 0;
        }
    }
}
