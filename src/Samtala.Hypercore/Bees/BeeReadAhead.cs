using System.Collections.Concurrent;

namespace Samtala.Hypercore.Bees;

/// <summary>Asks for blocks of a scan before it gets to them, so that it does not wait one round trip for each node.
/// </summary>
/// <remarks>Only for blocks that peers have to give. At most <see cref="BeeLimits.ReadAheadMax"/> are asked for at a
/// time; a block that arrives begins those below it.</remarks>
internal sealed class BeeReadAhead
{
    private readonly BeeReader _reader;
    private readonly BeeBounds _bounds;
    private readonly bool _reverse;
    private readonly CancellationToken _stopping;
    private readonly ConcurrentDictionary<ulong, Task<BeeBlock?>> _asked = new();
    private int _inFlight;

    public BeeReadAhead(BeeReader reader, BeeBounds bounds, bool reverse, CancellationToken stopping)
    {
        _reader = reader;
        _bounds = bounds;
        _reverse = reverse;
        _stopping = stopping;
    }

    /// <summary>Begins what lies behind a place of a node: its keys, its children, and what is below them.</summary>
    public void Begin(BeeLevel level, int place)
    {
        int first = Math.Clamp(place, 0, level.KeyCount * 2);
        int last = _reverse ? 0 : level.KeyCount * 2;
        for (int i = first; _reverse ? i >= last : i <= last; i += _reverse ? -1 : 1)
        {
            if ((i & 1) != 0)
                Ask(level.KeySeq(i >> 1), -1);
            else if (level.ChildCount > 0)
                Ask(level.ChildSeq(i >> 1), level.ChildOffset(i >> 1));
        }
    }

    /// <summary>A block that is not in memory; waits for it if it was asked for.</summary>
    public async ValueTask<BeeBlock> TakeAsync(ulong seq, CancellationToken cancellationToken)
    {
        if (_asked.TryGetValue(seq, out Task<BeeBlock?>? asked))
        {
            BeeBlock? block = await asked.WaitAsync(cancellationToken).ConfigureAwait(false);
            if (block is not null)
                return block;
        }

        // What failed while nobody waited for it is asked for once more, and fails with its reason.
        return await _reader.LoadAsync(seq, cancellationToken).ConfigureAwait(false);
    }

    private void Ask(ulong seq, int offset)
    {
        if (_stopping.IsCancellationRequested || Volatile.Read(ref _inFlight) >= BeeLimits.ReadAheadMax
            || _reader.IsNear(seq) || _asked.ContainsKey(seq))
        {
            return;
        }

        Interlocked.Increment(ref _inFlight);
        _asked[seq] = AskAsync(seq, offset);
    }

    private async Task<BeeBlock?> AskAsync(ulong seq, int offset)
    {
        try
        {
            BeeBlock block;
            try
            {
                block = await _reader.LoadAsync(seq, _stopping).ConfigureAwait(false);
            }
            finally
            {
                Interlocked.Decrement(ref _inFlight);
            }

            _asked.TryRemove(seq, out _);
            if (offset >= 0 && (_reverse ? _bounds.IsAboveLow(block.Key) : _bounds.IsBelowHigh(block.Key)))
                Begin(block.Level(offset), _reverse ? int.MaxValue : 0);
            return block;
        }
        catch (Exception)
        {
            // Whoever needs this block reads it again and hears why it cannot be had.
            return null;
        }
    }
}
