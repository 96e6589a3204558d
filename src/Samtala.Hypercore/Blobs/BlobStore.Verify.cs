using System.Buffers;
using Samtala.Crypto;
using Samtala.Hypercore.Tree;
using Samtala.Storage;

namespace Samtala.Hypercore.Blobs;

public sealed partial class BlobStore
{
    /// <summary>Reads every byte again and compares it with what the id says. A damaged blob counts as absent from then
    /// on, until the same bytes are put again.</summary>
    /// <param name="id">Which.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What was found; null when the blob is not stored.</returns>
    public async Task<BlobVerdict?> VerifyAsync(BlobId id, CancellationToken cancellationToken)
    {
        await _pins.PinAsync(id, cancellationToken);
        try
        {
            BlobRecord? record = await GetRecordAsync(id, cancellationToken);
            if (record is null)
                return null;
            BlobVerdict verdict = await CheckAsync(record, cancellationToken);
            if (!verdict.IsIntact)
                await MarkDamagedAsync(record);
            return verdict;
        }
        finally
        {
            _pins.Unpin(id);
        }
    }

    /// <summary>Reads leaf hashes, from which proofs are made.</summary>
    /// <param name="record">A stored blob.</param>
    /// <param name="firstBlock">0 to the number of blocks.</param>
    /// <param name="count">So many, or up to the end.</param>
    /// <param name="ct">Gives up waiting.</param>
    internal async ValueTask<Hash32[]> ReadLeavesAsync(
        BlobRecord record, long firstBlock, int count, CancellationToken ct)
    {
        count = (int)Math.Min(count, record.Info.BlockCount - firstBlock);
        if (count <= 0)
            return [];
        if (record.Info.BlockCount == 1)
        {
            byte[] block = new byte[record.Info.Length];
            await ReadRecordAsync(record, 0, block, ct);
            return [MerkleHash.Leaf(block)];
        }

        byte[] bytes = new byte[count * Hash32.Size];
        long offset = (record.Leaves is null ? record.Info.Length : 0) + (firstBlock * Hash32.Size);
        ExtentId extent = record.Leaves ?? record.Data ?? throw new InvalidOperationException("Inline has one block.");
        int read = await GuardAsync(record, Store.ReadExtentAsync(extent, offset, bytes, ct));
        Hash32[] leaves = new Hash32[read / Hash32.Size];
        for (int i = 0; i < leaves.Length; i++)
            leaves[i] = new Hash32(bytes.AsSpan(i * Hash32.Size, Hash32.Size));
        return leaves;
    }

    private async Task<BlobVerdict> CheckAsync(BlobRecord record, CancellationToken ct)
    {
        BlobInfo info = record.Info;
        using BlobHasher hasher = new();
        byte[] block = ArrayPool<byte>.Shared.Rent(BlobLimits.BlockSize);
        long index = 0;
        long? damaged = null;
        try
        {
            for (; index < info.BlockCount; index++)
            {
                int size = await ReadRecordAsync(
                    record, index * BlobLimits.BlockSize, block.AsMemory(0, BlobLimits.BlockSize), ct);
                Hash32 leaf = hasher.Append(block.AsSpan(0, size), isLast: index == info.BlockCount - 1);
                if (info.BlockCount > 1 && damaged is null)
                {
                    Hash32[] stored = await ReadLeavesAsync(record, index, 1, ct);
                    if (stored.Length != 1 || stored[0] != leaf)
                        damaged = index;
                }
            }
        }
        catch (StoreCorruptException e)
        {
            return new BlobVerdict(IsIntact: false, index, e.Message);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }

        return damaged is null && hasher.Complete() == info
            ? new BlobVerdict(IsIntact: true, DamagedBlock: null, Problem: null)
            : new BlobVerdict(IsIntact: false, damaged ?? (info.BlockCount == 1 ? 0 : null), DamageOf(info, damaged));
    }

    private static string DamageOf(BlobInfo info, long? block) =>
        $"SAM0305: blob {info.Id} ({info.Length} bytes) is damaged"
        + (block is null ? "" : $" in the {BlobLimits.BlockSize} bytes from {block * BlobLimits.BlockSize}")
        + ". It is not served any more; fetch or put it again to heal it.";
}
