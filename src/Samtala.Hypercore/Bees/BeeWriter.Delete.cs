namespace Samtala.Hypercore.Bees;

/// <content>Taking a key away, and keeping every node at least half full.</content>
internal sealed partial class BeeWriter
{
    /// <summary>Takes a key away.</summary>
    /// <returns>False when it is not there, or the condition left everything as it was.</returns>
    public async ValueTask<bool> DeleteAsync(
        ReadOnlyMemory<byte> key, Func<BeeBlockOrPending?, bool>? condition, CancellationToken cancellationToken)
    {
        BeeNode node = await RootAsync(cancellationToken).ConfigureAwait(false);
        _path.Clear();
        while (true)
        {
            int position;
            while (!node.TryFind(key.Span, _reader, out position, out int missing))
                await LoadKeyAsync(node, missing, cancellationToken).ConfigureAwait(false);
            if (position < 0)
            {
                if (node.IsLeaf)
                    return false;
                _path.Add(new Step(node, ~position));
                node = await ChildAsync(node, ~position, cancellationToken).ConfigureAwait(false);
                continue;
            }

            if (condition is not null
                && !condition(await EntryAsync(node.Keys[position].Seq, cancellationToken).ConfigureAwait(false)))
            {
                return false;
            }

            BeeNode leaf = node;
            if (node.IsLeaf)
                node.RemoveKey(position);
            else
                leaf = await ReplaceFromLeafAsync(node, position, cancellationToken).ConfigureAwait(false);
            foreach (Step step in _path)
                step.Node.IsChanged = true;
            leaf.IsChanged = true;
            await RebalanceAsync(leaf, cancellationToken).ConfigureAwait(false);
            Append(key, null);
            return true;
        }
    }

    /// <summary>Puts the nearest key of a leaf in the place of a key: of the larger of both neighbouring leaves, the
    /// left one when they are equal.</summary>
    private async ValueTask<BeeNode> ReplaceFromLeafAsync(
        BeeNode node, int position, CancellationToken cancellationToken)
    {
        int start = _path.Count;
        BeeNode left = await DescendAsync(node, position, toRight: true, cancellationToken).ConfigureAwait(false);
        Step[] leftPath = [.. _path.Skip(start)];
        _path.RemoveRange(start, _path.Count - start);
        BeeNode right = await DescendAsync(node, position + 1, toRight: false, cancellationToken).ConfigureAwait(false);
        if (left.Keys.Count == 0 && right.Keys.Count == 0)
            throw new BeeCorruptException(node.Keys[position].Seq, "both leaves beside a key are empty.");
        if (left.Keys.Count < right.Keys.Count)
        {
            node.Keys[position] = right.Keys[0];
            right.Keys.RemoveAt(0);
            return right;
        }

        _path.RemoveRange(start, _path.Count - start);
        _path.AddRange(leftPath);
        node.Keys[position] = left.Keys[^1];
        left.Keys.RemoveAt(left.Keys.Count - 1);
        return left;
    }

    private async ValueTask<BeeNode> DescendAsync(
        BeeNode node, int index, bool toRight, CancellationToken cancellationToken)
    {
        while (true)
        {
            _path.Add(new Step(node, index));
            node = await ChildAsync(node, index, cancellationToken).ConfigureAwait(false);
            if (node.IsLeaf)
                return node;
            index = toRight ? node.Children.Count - 1 : 0;
        }
    }

    private async ValueTask RebalanceAsync(BeeNode node, CancellationToken cancellationToken)
    {
        for (; _path.Count > 0; _path.RemoveAt(_path.Count - 1))
        {
            if (node.Keys.Count >= BeeLimits.KeysPerNodeMin)
                return;
            (BeeNode parent, int index) = _path[^1];
            BeeNode? left = index > 0
                ? await ChildAsync(parent, index - 1, cancellationToken).ConfigureAwait(false)
                : null;
            BeeNode? right = index < parent.Children.Count - 1
                ? await ChildAsync(parent, index + 1, cancellationToken).ConfigureAwait(false)
                : null;
            if ((left is not null && left.IsLeaf != node.IsLeaf) || (right is not null && right.IsLeaf != node.IsLeaf))
                throw new BeeCorruptException(0, "leaves of the tree are not at the same depth.");
            if (left is { Keys.Count: > BeeLimits.KeysPerNodeMin })
            {
                TakeFromLeft(node, left, parent, index);
                return;
            }

            if (right is { Keys.Count: > BeeLimits.KeysPerNodeMin })
            {
                TakeFromRight(node, right, parent, index);
                return;
            }

            if (left is not null)
                Join(left, node, parent, index - 1);
            else if (right is not null)
                Join(node, right, parent, index);
            else
                throw new BeeCorruptException(0, "a tree node has a single child.");
            node = parent;
        }

        if (node.Keys.Count == 0 && !node.IsLeaf)
            _root = await ChildAsync(node, 0, cancellationToken).ConfigureAwait(false);
    }

    private static void TakeFromLeft(BeeNode node, BeeNode left, BeeNode parent, int index)
    {
        left.IsChanged = true;
        node.Keys.Insert(0, parent.Keys[index - 1]);
        if (!left.IsLeaf)
        {
            node.Children.Insert(0, left.Children[^1]);
            left.Children.RemoveAt(left.Children.Count - 1);
        }

        parent.Keys[index - 1] = left.Keys[^1];
        left.Keys.RemoveAt(left.Keys.Count - 1);
    }

    private static void TakeFromRight(BeeNode node, BeeNode right, BeeNode parent, int index)
    {
        right.IsChanged = true;
        node.Keys.Add(parent.Keys[index]);
        if (!right.IsLeaf)
        {
            node.Children.Add(right.Children[0]);
            right.Children.RemoveAt(0);
        }

        parent.Keys[index] = right.Keys[0];
        right.Keys.RemoveAt(0);
    }

    private static void Join(BeeNode left, BeeNode right, BeeNode parent, int index)
    {
        left.Merge(right, parent.Keys[index]);
        parent.RemoveKey(index);
    }
}
