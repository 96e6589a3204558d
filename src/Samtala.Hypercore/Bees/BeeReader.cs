using System.Diagnostics.CodeAnalysis;

namespace Samtala.Hypercore.Bees;

/// <summary>Reads the blocks of one fork of the log, most of them from memory.</summary>
internal sealed class BeeReader
{
    private readonly IBeeLog _log;
    private readonly BeeCache _cache;
    private ulong _lengthSeen;

    public BeeReader(IBeeLog log, long cacheBytes)
    {
        _log = log;
        Fork = log.Fork;
        _cache = new BeeCache(cacheBytes);
    }

    public ulong Fork { get; }

    /// <summary>Whether the log only grew since this began. Blocks the disk refused go without a new fork.</summary>
    public bool IsOfThisLog()
    {
        ulong length = _log.Length;
        if (_log.Fork != Fork || length < Volatile.Read(ref _lengthSeen))
            return false;
        Volatile.Write(ref _lengthSeen, length);
        return true;
    }

    public bool TryGet(ulong seq, [NotNullWhen(true)] out BeeBlock? block) => _cache.TryGet(seq, out block);

    /// <summary>Whether a block can be had without asking a peer.</summary>
    public bool IsNear(ulong seq) => _cache.TryGet(seq, out _) || _log.Has(seq);

    public void Add(BeeBlock block) => _cache.Add(block);

    /// <summary>Reads a block that is not in memory.</summary>
    /// <exception cref="BeeCorruptException">It is no block of a bee.</exception>
    /// <exception cref="BlockMissingException">It is not here and nobody has it.</exception>
    /// <exception cref="InvalidOperationException">The log was truncated meanwhile.</exception>
    public async ValueTask<BeeBlock> LoadAsync(ulong seq, CancellationToken cancellationToken)
    {
        byte[]? bytes = await _log.ReadAsync(seq, cancellationToken).ConfigureAwait(false);
        if (_log.Fork != Fork)
            throw new InvalidOperationException("The log was truncated while it was being read. Read again.");
        if (bytes is null)
            throw new BlockMissingException(seq);
        BeeBlock block = BeeBlock.TryRead(seq, bytes, out string problem)
            ?? throw new BeeCorruptException(seq, problem);
        _cache.Add(block);
        return block;
    }

    /// <summary>The block that has a key in some version.</summary>
    /// <param name="version">Of the bee.</param>
    /// <param name="key">With the prefix of a sub-database.</param>
    /// <param name="cancellationToken">Gives up waiting for peers.</param>
    /// <returns>Null when that version does not have the key.</returns>
    public async ValueTask<BeeBlock?> FindAsync(
        ulong version, ReadOnlyMemory<byte> key, CancellationToken cancellationToken)
    {
        if (version < 2)
            return null;
        if (!TryGet(version - 1, out BeeBlock? block))
            block = await LoadAsync(version - 1, cancellationToken).ConfigureAwait(false);
        int offset = 0;
        for (int depth = 0; depth < BeeLimits.DepthMax; depth++)
        {
            // A node is as new as the last change of any key under it, so a block that changed this key is the answer.
            if (block.Key.SequenceEqual(key.Span))
                return block.IsDeletion() ? null : block;
            BeeLevel level = block.Level(offset);
            int low = 0;
            int high = level.KeyCount;
            while (low < high)
            {
                int middle = (low + high) >> 1;
                ulong seq = level.KeySeq(middle);
                if (!TryGet(seq, out BeeBlock? other))
                    other = await LoadAsync(seq, cancellationToken).ConfigureAwait(false);
                int order = key.Span.SequenceCompareTo(other.Key);
                if (order == 0)
                    return other;
                if (order < 0)
                    high = middle;
                else
                    low = middle + 1;
            }

            if (level.ChildCount == 0)
                return null;
            offset = level.ChildOffset(low);
            ulong childSeq = level.ChildSeq(low);
            if (childSeq == block.Seq)
                continue;
            if (!TryGet(childSeq, out BeeBlock? child))
                child = await LoadAsync(childSeq, cancellationToken).ConfigureAwait(false);
            block = child;
        }

        throw new BeeCorruptException(block.Seq, $"the tree is deeper than {BeeLimits.DepthMax} levels.");
    }
}
