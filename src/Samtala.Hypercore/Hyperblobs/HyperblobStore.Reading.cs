using System.Runtime.CompilerServices;
using Samtala.Hypercore.Logs;

namespace Samtala.Hypercore.Hyperblobs;

/// <content>Reading blobs, whole or in part.</content>
public sealed partial class HyperblobStore
{
    private const int BlocksAhead = 16;

    /// <summary>Reads a whole blob into memory.</summary>
    /// <param name="id">Of the blob; may come from a stranger.</param>
    /// <param name="sizeMax">Refuses more bytes than this.</param>
    /// <param name="cancellationToken">Gives up waiting for peers.</param>
    /// <exception cref="HyperblobCorruptException">The id does not fit the log, or the blob is larger.</exception>
    /// <exception cref="BlockMissingException">A block is not here and there is no peer.</exception>
    public async ValueTask<byte[]> GetAsync(
        HyperblobId id, int sizeMax = int.MaxValue, CancellationToken cancellationToken = default)
    {
        List<ReadOnlyMemory<byte>> parts = [];
        long size = 0;
        await foreach (ReadOnlyMemory<byte> part in ReadAsync(id, 0, null, cancellationToken).ConfigureAwait(false))
        {
            size += part.Length;
            if (size > Math.Min(sizeMax, Array.MaxLength))
                throw new HyperblobCorruptException(id, $"it has more than the {sizeMax} bytes that are accepted.");
            parts.Add(part);
        }

        byte[] whole = GC.AllocateUninitializedArray<byte>((int)size);
        int at = 0;
        foreach (ReadOnlyMemory<byte> part in parts)
        {
            part.CopyTo(whole.AsMemory(at));
            at += part.Length;
        }

        return whole;
    }

    /// <summary>Reads a blob or a part of it, block by block; blocks that peers have are asked for ahead.</summary>
    /// <param name="id">Of the blob; may come from a stranger.</param>
    /// <param name="start">The first byte. Beyond the end nothing is read.</param>
    /// <param name="length">How many bytes; null for all the rest. Ends at the end of the blob.</param>
    /// <param name="cancellationToken">Gives up waiting for peers.</param>
    /// <exception cref="HyperblobCorruptException">The id does not fit the log.</exception>
    /// <exception cref="BlockMissingException">A block is not here and there is no peer.</exception>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(
        HyperblobId id,
        ulong start = 0,
        ulong? length = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using CancellationTokenSource stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        IHyperblobPlan plan = id.HasBlockMap
            ? await MappedAsync(id, start, cancellationToken).ConfigureAwait(false)
            : await PlainAsync(id, start, cancellationToken).ConfigureAwait(false);
        ulong left = Math.Min(length ?? ulong.MaxValue, plan.ByteLength - Math.Min(start, plan.ByteLength));
        int skip = plan.Skip;
        Queue<Task<byte[]>> ahead = new();
        try
        {
            for (int at = 0; left > 0; at++)
            {
                while (ahead.Count < BlocksAhead && at + ahead.Count < plan.Count
                    && (ahead.Count == 0 || (ulong)ahead.Count * (ulong)_blockSize < left + (ulong)skip))
                {
                    ahead.Enqueue(BlockAsync(plan.Block(at + ahead.Count), stopping.Token));
                }

                if (!ahead.TryDequeue(out Task<byte[]>? next))
                    throw new HyperblobCorruptException(id, "its blocks have fewer bytes than it says.");
                byte[] block = await next.ConfigureAwait(false);
                if (skip > block.Length)
                    throw new HyperblobCorruptException(id, "its blocks have fewer bytes than it says.");
                ReadOnlyMemory<byte> part = block.AsMemory(skip);
                if ((ulong)part.Length > left)
                    part = part[..(int)left];
                skip = 0;
                left -= (ulong)part.Length;
                yield return part;
            }
        }
        finally
        {
            await stopping.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(ahead.Cast<Task>()).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Opens a blob or a part of it as a stream that reads forward.</summary>
    /// <param name="id">Of the blob; may come from a stranger.</param>
    /// <param name="start">The first byte.</param>
    /// <param name="length">How many bytes; null for all the rest.</param>
    /// <returns>The caller disposes it. Reading throws what <see cref="ReadAsync"/> throws.</returns>
    public Stream OpenRead(HyperblobId id, ulong start = 0, ulong? length = null) =>
        new HyperblobStream(ReadAsync(id, start, length));

    private async ValueTask<IHyperblobPlan> PlainAsync(
        HyperblobId id, ulong start, CancellationToken cancellationToken)
    {
        if (id.BlockLength > LogLimits.LengthMax || id.BlockOffset > LogLimits.LengthMax
            || id.ByteLength > LogLimits.LengthMax || id.ByteOffset > LogLimits.LengthMax)
        {
            throw new HyperblobCorruptException(id, "its numbers are larger than any log.");
        }

        if (start == 0 || start >= id.ByteLength)
            return new HyperblobPlan(id, 0, 0);
        (ulong Index, ulong Offset)? found = await _log.SeekAsync(id.ByteOffset + start, cancellationToken)
            .ConfigureAwait(false);
        if (found is null)
        {
            // With the block that equal blocks would have there come the sizes that the search lacked.
            ulong guess = id.BlockOffset + (ulong)((UInt128)id.BlockLength * start / id.ByteLength);
            await BlockAsync(guess, cancellationToken).ConfigureAwait(false);
            found = await _log.SeekAsync(id.ByteOffset + start, cancellationToken).ConfigureAwait(false);
        }

        if (found is not { } place)
            return await WalkAsync(id, start, cancellationToken).ConfigureAwait(false);
        if (place.Index < id.BlockOffset || place.Index >= id.BlockOffset + id.BlockLength)
            throw new HyperblobCorruptException(id, $"byte {start} lies in block {place.Index} of the log.");
        return new HyperblobPlan(id, place.Index - id.BlockOffset, (int)place.Offset);
    }

    /// <summary>Where blocks of unequal size are at peers, every block before the place is read.</summary>
    private async ValueTask<IHyperblobPlan> WalkAsync(HyperblobId id, ulong start, CancellationToken cancellationToken)
    {
        for (ulong i = 0; i < id.BlockLength; i++)
        {
            byte[] block = await BlockAsync(id.BlockOffset + i, cancellationToken).ConfigureAwait(false);
            if (start < (ulong)block.Length)
                return new HyperblobPlan(id, i, (int)start);
            start -= (ulong)block.Length;
        }

        throw new HyperblobCorruptException(id, "its blocks have fewer bytes than it says.");
    }

    private async ValueTask<IHyperblobPlan> MappedAsync(
        HyperblobId id, ulong start, CancellationToken cancellationToken)
    {
        if (id.BlockLength > HyperblobMap.BlocksMax || id.BlockOffset > LogLimits.LengthMax)
            throw new HyperblobCorruptException(id, $"a list has at most {HyperblobMap.BlocksMax} blocks.");
        List<(ulong Index, ulong ByteLength)> entries = [];
        for (ulong i = 0; i < id.BlockLength; i++)
        {
            byte[] block = await BlockAsync(id.BlockOffset + i, cancellationToken).ConfigureAwait(false);
            if (!HyperblobMap.TryRead(block, entries))
            {
                throw new HyperblobCorruptException(
                    id,
                    $"block {id.BlockOffset + i} is no list of blocks, or one of more than "
                    + $"{HyperblobMap.EntriesMax} entries.");
            }
        }

        return new HyperblobMapPlan(entries, start);
    }

    private async Task<byte[]> BlockAsync(ulong index, CancellationToken cancellationToken) =>
        await LogBlocks.ReadAsync(_log, index, cancellationToken).ConfigureAwait(false)
            ?? throw new BlockMissingException(index);
}
