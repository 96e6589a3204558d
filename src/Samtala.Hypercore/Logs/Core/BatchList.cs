using Samtala.Storage;

namespace Samtala.Hypercore.Logs.Core;

/// <summary>Batches that each fit one record of the store, with room for a head.</summary>
internal sealed class BatchList
{
    /// <summary>Beyond this a new batch begins. A head with the largest signature still fits, and so do the names of
    /// the extents.</summary>
    private const int SizeMax = StoreLimits.BatchSizeMax - (160 * 1024);

    private const int Overhead = BatchSize.OverheadPerOperation + 16;

    private int _size;

    /// <summary>At least one.</summary>
    public List<WriteBatch> All { get; } = [new WriteBatch()];

    /// <summary>The batch for an operation.</summary>
    /// <param name="size">Of its key and value.</param>
    public WriteBatch Next(int size)
    {
        _size += size + Overhead;
        if (_size > SizeMax)
        {
            All.Add(new WriteBatch());
            _size = size + Overhead;
        }

        return All[^1];
    }
}
