using System.Buffers;
using Samtala.Crypto;
using Samtala.Storage;

namespace Samtala.Hypercore.Blobs;

/// <summary>Writes a blob's blocks, and its leaf hashes behind them or into an extent of their own.</summary>
internal sealed class BlobExtentSink(IStore store) : IAsyncDisposable
{
    private readonly ArrayBufferWriter<byte> _leaves = new(Hash32.Size);
    private IExtentWriter? _data;
    private IExtentWriter? _leafExtent;
    private long _leafCount;

    /// <summary>Whether bytes went to an extent already.</summary>
    internal bool IsStarted => _data is not null;

    internal async ValueTask WriteBlockAsync(ReadOnlyMemory<byte> block, Hash32 leaf, CancellationToken ct)
    {
        _data ??= await store.CreateExtentAsync(ct);
        await _data.WriteAsync(block, ct);
        _leaves.Write(leaf.Bytes);
        _leafCount++;
        if (_leaves.WrittenCount >= BlobLimits.LeafTailMax * Hash32.Size)
            await SpillAsync(ct);
    }

    /// <summary>Ends the extents.</summary>
    /// <returns>Where the bytes lie, and the leaf hashes when not behind them.</returns>
    internal async ValueTask<(ExtentId Data, ExtentId? Leaves)> CompleteAsync(CancellationToken ct)
    {
        if (_data is null)
            throw new InvalidOperationException("No block was written.");

        // The hash of a single block is as fast computed as read.
        if (_leafExtent is null && _leafCount > 1)
            await _data.WriteAsync(_leaves.WrittenMemory, ct);
        await _data.CompleteAsync(ct);
        if (_leafExtent is not null)
        {
            if (_leaves.WrittenCount > 0)
                await SpillAsync(ct);
            await _leafExtent.CompleteAsync(ct);
        }

        return (_data.Id, _leafExtent?.Id);
    }

    public async ValueTask DisposeAsync()
    {
        if (_data is not null)
            await _data.DisposeAsync();
        if (_leafExtent is not null)
            await _leafExtent.DisposeAsync();
    }

    private async ValueTask SpillAsync(CancellationToken ct)
    {
        // At exactly the limit the hashes may still go behind the bytes: wait for one more block.
        if (_leafExtent is null && _leafCount <= BlobLimits.LeafTailMax)
            return;
        _leafExtent ??= await store.CreateExtentAsync(ct);
        await _leafExtent.WriteAsync(_leaves.WrittenMemory, ct);
        _leaves.ResetWrittenCount();
    }
}
