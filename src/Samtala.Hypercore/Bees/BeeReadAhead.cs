using System.Collections.Concurrent;

namespace Samtala.Hypercore.Bees;

/// <summary>A node of a walk, and the place in it that comes next: even places are children, odd ones keys.</summary>
internal record struct BeeFrame(BeeLevel Level, int Place);

/// <summary>Asks peers for blocks of a walk before it gets to them, so that it does not wait one round trip for each
/// node.</summary>
/// <remarks>The walk calls it, so nothing here happens beside the walk but the arrival of blocks. At most
/// <see cref="BeeLimits.ReadAheadMax"/> blocks are asked for at a time, those first that come first.</remarks>
internal sealed class BeeReadAhead
{
    private const int VisitsMax = 4 * BeeLimits.ReadAheadMax;

    private readonly BeeReader _reader;
    private readonly BeeBounds _bounds;
    private readonly bool _reverse;
    private readonly CancellationToken _stopping;
    private readonly ConcurrentDictionary<ulong, Task<BeeBlock?>> _asked = new();
    private int _inFlight;
    private int _visits;
    private int _found;

    public BeeReadAhead(BeeReader reader, BeeBounds bounds, bool reverse, CancellationToken stopping)
    {
        _reader = reader;
        _bounds = bounds;
        _reverse = reverse;
        _stopping = stopping;
    }

    /// <summary>Whether the walk is among blocks that peers have, and there is room to ask for more.</summary>
    public bool IsHungry => _found > 0 && Volatile.Read(ref _inFlight) < BeeLimits.ReadAheadMax / 2;

    /// <summary>A block that is not in memory; waits for it if it was asked for.</summary>
    public ValueTask<BeeBlock> TakeAsync(
        ulong seq, ReadOnlySpan<BeeFrame> walk, CancellationToken cancellationToken)
    {
        if (_reader.IsNear(seq))
            return _reader.LoadAsync(seq, cancellationToken);
        if (!_asked.ContainsKey(seq))
            Begin(seq);
        Plan(walk);
        return WaitAsync(seq, cancellationToken);
    }

    /// <summary>Asks for what comes next, as far as the nodes in memory tell.</summary>
    /// <param name="walk">Where the walk stands; the last is the deepest node.</param>
    public void Plan(ReadOnlySpan<BeeFrame> walk)
    {
        _visits = 0;
        _found = 0;
        try
        {
            for (int i = walk.Length - 1; i >= 0; i--)
            {
                if (!Visit(walk[i].Level, walk[i].Place, walk.Length))
                    return;
            }
        }
        catch (BeeCorruptException)
        {
            // The walk will come to the same block and say so.
        }
    }

    /// <returns>False when enough is asked for, or the end of the range was seen.</returns>
    private bool Visit(BeeLevel level, int place, int depth)
    {
        for (; place >= 0 && place <= level.KeyCount * 2; place += _reverse ? -1 : 1)
        {
            bool isKey = (place & 1) != 0;
            if (!isKey && level.ChildCount == 0)
                continue;
            if (++_visits > VisitsMax || Volatile.Read(ref _inFlight) >= BeeLimits.ReadAheadMax)
                return false;
            ulong seq = isKey ? level.KeySeq(place >> 1) : level.ChildSeq(place >> 1);
            if (!_reader.TryGet(seq, out BeeBlock? block))
            {
                if (!_reader.IsNear(seq) && !_asked.ContainsKey(seq))
                    Begin(seq);
                continue;
            }

            if (isKey)
            {
                if (_reverse ? !_bounds.IsAboveLow(block.Key) : !_bounds.IsBelowHigh(block.Key))
                    return false;
                continue;
            }

            BeeLevel child = block.Level(level.ChildOffset(place >> 1));
            if (depth >= BeeLimits.DepthMax || !Visit(child, _reverse ? child.KeyCount * 2 : 0, depth + 1))
                return false;
        }

        return true;
    }

    private void Begin(ulong seq)
    {
        _found++;
        Interlocked.Increment(ref _inFlight);
        Task<BeeBlock?> asked = AskAsync(seq);
        if (!asked.IsCompleted)
            _asked[seq] = asked;
    }

    private async Task<BeeBlock?> AskAsync(ulong seq)
    {
        try
        {
            return await _reader.LoadAsync(seq, _stopping).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // Whoever needs this block reads it again and hears why it cannot be had.
            return null;
        }
        finally
        {
            Interlocked.Decrement(ref _inFlight);
            _asked.TryRemove(seq, out _);
        }
    }

    private async ValueTask<BeeBlock> WaitAsync(ulong seq, CancellationToken cancellationToken)
    {
        if (_asked.TryRemove(seq, out Task<BeeBlock?>? asked)
            && await asked.WaitAsync(cancellationToken).ConfigureAwait(false) is { } block)
        {
            return block;
        }

        return await _reader.LoadAsync(seq, cancellationToken).ConfigureAwait(false);
    }
}
