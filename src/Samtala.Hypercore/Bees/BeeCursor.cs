using System.Runtime.CompilerServices;

namespace Samtala.Hypercore.Bees;

/// <summary>Walks over the keys of one version in order.</summary>
/// <remarks>Refuses a tree whose keys do not ascend, so a walk ends after at most as many steps as the log has blocks.
/// </remarks>
internal sealed class BeeCursor
{
    private readonly BeeReader _reader;
    private readonly BeeBounds _bounds;
    private readonly bool _reverse;
    private readonly BeeReadAhead? _ahead;
    private BeeFrame[] _stack = new BeeFrame[8];
    private int _depth;
    private BeeBlock? _current;

    /// <param name="reader">Gives the blocks.</param>
    /// <param name="bounds">In whole keys.</param>
    /// <param name="reverse">Whether the largest key comes first.</param>
    /// <param name="ahead">Asks peers for what will be needed; null when nothing is asked for.</param>
    public BeeCursor(BeeReader reader, BeeBounds bounds, bool reverse, BeeReadAhead? ahead)
    {
        _reader = reader;
        _bounds = bounds;
        _reverse = reverse;
        _ahead = ahead;
    }

    /// <summary>The block of the key; valid after a step that returned true.</summary>
    public BeeBlock Current => _current!;

    /// <summary>Goes before the first key.</summary>
    public async ValueTask SeekAsync(ulong version, CancellationToken cancellationToken)
    {
        if (version < 2)
            return;
        ReadOnlyMemory<byte>? start = _reverse ? _bounds.High : _bounds.Low;
        BeeBlock block = await BlockAsync(version - 1, cancellationToken).ConfigureAwait(false);
        int offset = 0;
        while (true)
        {
            BeeLevel level = block.Level(offset);
            int edge = _reverse ? level.KeyCount * 2 : 0;
            if (start is not { } key)
            {
                Push(block, level, edge);
                return;
            }

            int position = await SearchAsync(level, key, cancellationToken).ConfigureAwait(false);
            if (position >= 0)
            {
                bool included = _reverse ? _bounds.HighIncluded : _bounds.LowIncluded;
                int beside = _reverse ? position * 2 : (position * 2) + 2;
                Push(block, level, included ? (position * 2) + 1 : beside);
                return;
            }

            int child = ~position;
            Push(block, level, _reverse ? (child * 2) - 1 : (child * 2) + 1);
            if (level.ChildCount == 0)
                return;
            offset = level.ChildOffset(child);
            block = await BlockAsync(level.ChildSeq(child), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Goes to the next key.</summary>
    /// <returns>False when there is no further one within the bounds.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> MoveNextAsync(CancellationToken cancellationToken)
    {
        while (_depth > 0)
        {
            (BeeLevel level, int place) = Step();
            if (place < 0 || place > level.KeyCount * 2)
            {
                _stack[--_depth] = default;
                continue;
            }

            if ((place & 1) != 0)
            {
                ulong seq = level.KeySeq(place >> 1);
                if (!_reader.TryGet(seq, out BeeBlock? block))
                    block = await BlockAsync(seq, cancellationToken).ConfigureAwait(false);
                return Take(block);
            }

            if (level.ChildCount == 0)
                continue;
            ulong childSeq = level.ChildSeq(place >> 1);
            if (!_reader.TryGet(childSeq, out BeeBlock? child))
                child = await BlockAsync(childSeq, cancellationToken).ConfigureAwait(false);
            BeeLevel next = child.Level(level.ChildOffset(place >> 1));
            Push(child, next, _reverse ? next.KeyCount * 2 : 0);
        }

        return false;
    }

    private (BeeLevel Level, int Place) Step()
    {
        ref BeeFrame top = ref _stack[_depth - 1];
        int place = top.Place;
        top.Place += _reverse ? -1 : 1;
        return (top.Level, place);
    }

    private bool Take(BeeBlock block)
    {
        if (_current is not null)
        {
            int order = block.Key.SequenceCompareTo(_current.Key);
            if (_reverse ? order >= 0 : order <= 0)
                throw new BeeCorruptException(block.Seq, "the keys of the tree are not in order.");
        }

        if (_reverse ? !_bounds.IsBelowHigh(block.Key) : !_bounds.IsAboveLow(block.Key))
            throw new BeeCorruptException(block.Seq, "a key of the tree lies where only others can be.");
        if (_reverse ? !_bounds.IsAboveLow(block.Key) : !_bounds.IsBelowHigh(block.Key))
        {
            _depth = 0;
            return false;
        }

        _current = block;
        return true;
    }

    private void Push(BeeBlock block, BeeLevel level, int place)
    {
        if (_depth == BeeLimits.DepthMax)
            throw new BeeCorruptException(block.Seq, $"the tree is deeper than {BeeLimits.DepthMax} levels.");
        if (_depth == _stack.Length)
            Array.Resize(ref _stack, _depth * 2);
        _stack[_depth++] = new BeeFrame(level, place);
        if (_ahead is { IsHungry: true })
            _ahead.Plan(_stack.AsSpan(0, _depth));
    }

    private async ValueTask<int> SearchAsync(
        BeeLevel level, ReadOnlyMemory<byte> key, CancellationToken cancellationToken)
    {
        int low = 0;
        int high = level.KeyCount;
        while (low < high)
        {
            int middle = (low + high) >> 1;
            BeeBlock other = await BlockAsync(level.KeySeq(middle), cancellationToken).ConfigureAwait(false);
            int order = key.Span.SequenceCompareTo(other.Key);
            if (order == 0)
                return middle;
            if (order < 0)
                high = middle;
            else
                low = middle + 1;
        }

        return ~low;
    }

    private ValueTask<BeeBlock> BlockAsync(ulong seq, CancellationToken cancellationToken)
    {
        if (_reader.TryGet(seq, out BeeBlock? block))
            return new(block);
        return _ahead is null
            ? _reader.LoadAsync(seq, cancellationToken)
            : _ahead.TakeAsync(seq, _stack.AsSpan(0, _depth), cancellationToken);
    }
}
