namespace Samtala.Hypercore.Bees;

/// <summary>Finds what differs between two versions; subtrees both have are not read.</summary>
internal sealed class BeeDiff
{
    private readonly BeeDiffSide _left;
    private readonly BeeDiffSide _right;

    public BeeDiff(BeeReader reader, BeeBounds bounds)
    {
        _left = new BeeDiffSide(reader, bounds);
        _right = new BeeDiffSide(reader, bounds);
    }

    public async ValueTask SeekAsync(ulong left, ulong right, CancellationToken cancellationToken)
    {
        await _left.SeekAsync(left, cancellationToken).ConfigureAwait(false);
        await _right.SeekAsync(right, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The next key that differs; both null at the end.</summary>
    public async ValueTask<(BeeBlock? Left, BeeBlock? Right)> NextAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (_left.IsAtEnd && _right.IsAtEnd)
                return default;
            if (!_left.IsAtEnd && !_right.IsAtEnd && _left.IsSameAs(_right))
            {
                _left.Skip();
                _right.Skip();
                continue;
            }

            if (!_left.IsAtEnd && !_left.IsKey && (_right.IsAtEnd || _right.IsKey))
            {
                await _left.DescendAsync(cancellationToken).ConfigureAwait(false);
                continue;
            }

            if (!_right.IsAtEnd && !_right.IsKey && (_left.IsAtEnd || _left.IsKey))
            {
                await _right.DescendAsync(cancellationToken).ConfigureAwait(false);
                continue;
            }

            int order = await CompareAsync(cancellationToken).ConfigureAwait(false);
            if (!_left.IsAtEnd && !_left.IsKey)
            {
                // The larger subtree is opened: the smaller may lie in it as it is.
                if (order >= 0)
                    await _left.DescendAsync(cancellationToken).ConfigureAwait(false);
                if (order <= 0)
                    await _right.DescendAsync(cancellationToken).ConfigureAwait(false);
                continue;
            }

            BeeBlock? left = order <= 0 ? await _left.TakeAsync(cancellationToken).ConfigureAwait(false) : null;
            BeeBlock? right = order >= 0 ? await _right.TakeAsync(cancellationToken).ConfigureAwait(false) : null;
            if (left is not null || right is not null)
                return (left, right);
        }
    }

    private async ValueTask<int> CompareAsync(CancellationToken cancellationToken)
    {
        if (_left.IsAtEnd || _right.IsAtEnd)
            return _left.IsAtEnd ? 1 : -1;
        BeeBlock? left = await _left.UpperAsync(cancellationToken).ConfigureAwait(false);
        BeeBlock? right = await _right.UpperAsync(cancellationToken).ConfigureAwait(false);
        if (left is null || right is null)
            return (left is null ? 1 : 0) - (right is null ? 1 : 0);
        return left.Key.SequenceCompareTo(right.Key);
    }
}
