namespace Samtala.Hypercore.Bees;

/// <summary>One of the two versions that are compared: stands before a key or before a whole subtree.</summary>
internal sealed class BeeDiffSide
{
    private readonly BeeReader _reader;
    private readonly BeeBounds _bounds;
    private readonly List<BeeFrame> _stack = [];

    // What was opened since the last key. Equal keys of both sides are left out unread, so their order proves nothing.
    private readonly HashSet<(ulong Seq, int Offset)> _opened = [];
    private bool _isSeeking;
    private BeeBlock? _last;

    public BeeDiffSide(BeeReader reader, BeeBounds bounds)
    {
        _reader = reader;
        _bounds = bounds;
        _isSeeking = bounds.Low is not null;
    }

    public bool IsAtEnd => _stack.Count == 0;

    /// <summary>Whether a key comes next; otherwise a subtree.</summary>
    public bool IsKey => (_stack[^1].Place & 1) != 0;

    private ulong Seq
    {
        get
        {
            BeeFrame top = _stack[^1];
            return IsKey ? top.Level.KeySeq(top.Place >> 1) : top.Level.ChildSeq(top.Place >> 1);
        }
    }

    private int Offset => IsKey ? 0 : _stack[^1].Level.ChildOffset(_stack[^1].Place >> 1);

    public async ValueTask SeekAsync(ulong version, CancellationToken cancellationToken)
    {
        if (version < 2)
            return;
        BeeBlock block = await BlockAsync(version - 1, cancellationToken).ConfigureAwait(false);
        await PushAsync(block.Level(0), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Whether both stand before the very same thing, which then cannot differ.</summary>
    public bool IsSameAs(BeeDiffSide other) => IsKey == other.IsKey && Seq == other.Seq && Offset == other.Offset;

    /// <summary>Leaves out what comes next.</summary>
    public void Skip()
    {
        _isSeeking &= !IsKey;
        BeeFrame top = _stack[^1];
        top.Place += top.Level.ChildCount == 0 ? 2 : 1;
        _stack[^1] = top;
        Trim();
    }

    /// <summary>Goes into the subtree that comes next.</summary>
    public async ValueTask DescendAsync(CancellationToken cancellationToken)
    {
        BeeBlock block = await BlockAsync(Seq, cancellationToken).ConfigureAwait(false);
        BeeLevel level = block.Level(Offset);
        if (!_opened.Add((Seq, Offset)))
            throw new BeeCorruptException(block.Seq, $"tree node {Offset} lies in two places of the tree.");

        // The parent stays where it is until its subtree is done: its next key is the upper end of the subtree.
        BeeFrame top = _stack[^1];
        top.Place++;
        _stack[^1] = top;
        if (_stack.Count == BeeLimits.DepthMax)
            throw new BeeCorruptException(block.Seq, $"the tree is deeper than {BeeLimits.DepthMax} levels.");
        await PushAsync(level, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Takes the key that comes next.</summary>
    /// <returns>Null when it is beyond the range; then this side is at its end.</returns>
    public async ValueTask<BeeBlock?> TakeAsync(CancellationToken cancellationToken)
    {
        BeeBlock block = await BlockAsync(Seq, cancellationToken).ConfigureAwait(false);
        if (_last is not null && block.Key.SequenceCompareTo(_last.Key) <= 0)
            throw new BeeCorruptException(block.Seq, "the keys of the tree are not in order.");
        if (!_bounds.IsAboveLow(block.Key))
            throw new BeeCorruptException(block.Seq, "a key of the tree lies where only others can be.");
        _last = block;
        _opened.Clear();
        Skip();
        if (_bounds.IsBelowHigh(block.Key))
            return block;
        _stack.Clear();
        return null;
    }

    /// <summary>The key that comes next, or the key after the subtree; null when nothing is after it.</summary>
    public async ValueTask<BeeBlock?> UpperAsync(CancellationToken cancellationToken)
    {
        for (int i = _stack.Count - 1; i >= 0; i--)
        {
            BeeFrame frame = _stack[i];
            int key = frame.Place >> 1;
            if (key < frame.Level.KeyCount)
                return await BlockAsync(frame.Level.KeySeq(key), cancellationToken).ConfigureAwait(false);
        }

        return null;
    }

    private async ValueTask PushAsync(BeeLevel level, CancellationToken cancellationToken)
    {
        int place = level.ChildCount == 0 ? 1 : 0;
        if (_isSeeking && _bounds.Low is { } low)
        {
            int first = 0;
            int end = level.KeyCount;
            while (first < end)
            {
                int middle = (first + end) >> 1;
                BeeBlock other = await BlockAsync(level.KeySeq(middle), cancellationToken).ConfigureAwait(false);
                int order = low.Span.SequenceCompareTo(other.Key);
                if (order == 0)
                {
                    first = middle;
                    _isSeeking = false;
                    break;
                }

                if (order < 0)
                    end = middle;
                else
                    first = middle + 1;
            }

            if (!_isSeeking)
                place = _bounds.LowIncluded ? (first * 2) + 1 : (first * 2) + (level.ChildCount == 0 ? 3 : 2);
            else
                place += first * 2;
        }

        _stack.Add(new BeeFrame(level, place));
        Trim();
    }

    private void Trim()
    {
        while (_stack.Count > 0)
        {
            BeeFrame top = _stack[^1];
            int end = (top.Level.KeyCount * 2) + (top.Level.ChildCount == 0 ? 0 : 1);
            if (top.Place < end)
                return;
            _stack.RemoveAt(_stack.Count - 1);
        }
    }

    private ValueTask<BeeBlock> BlockAsync(ulong seq, CancellationToken cancellationToken) =>
        _reader.TryGet(seq, out BeeBlock? block) ? new(block) : _reader.LoadAsync(seq, cancellationToken);
}
