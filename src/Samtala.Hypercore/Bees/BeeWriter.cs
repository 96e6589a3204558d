namespace Samtala.Hypercore.Bees;

/// <summary>Changes the tree in memory, for one or many operations, and makes the blocks of them.</summary>
/// <remarks>One caller at a time. The parts of the tree that were touched stay in memory until the end.</remarks>
internal sealed partial class BeeWriter
{
    /// <summary>Most nodes that puts which put nothing add to the next block.</summary>
    private const int IdleMax = 64;

    private readonly BeeReader _reader;
    private readonly bool _skipSame;
    private readonly List<BeePending> _pending = [];
    private readonly List<Step> _path = [];
    private BeeNode? _root;
    private int _idle;

    /// <summary>Begins at the end of the log, which must have its header.</summary>
    public BeeWriter(BeeReader reader, ulong length, bool skipSame)
    {
        _reader = reader;
        _skipSame = skipSame;
        BaseLength = length;
    }

    /// <summary>Blocks of the log before this.</summary>
    public ulong BaseLength { get; }

    /// <summary>Blocks made.</summary>
    public int Count => _pending.Count;

    private ulong NextSeq => BaseLength + (ulong)_pending.Count;

    /// <summary>Puts a key.</summary>
    /// <returns>False when the condition, or the same value being there already, left everything as it was.</returns>
    public async ValueTask<bool> PutAsync(
        ReadOnlyMemory<byte> key,
        ReadOnlyMemory<byte>? value,
        Func<BeeBlockOrPending?, bool>? condition,
        CancellationToken cancellationToken)
    {
        BeeNode node = await RootAsync(cancellationToken).ConfigureAwait(false);
        _path.Clear();
        int position;
        int marked = 0;
        while (true)
        {
            // Also where nothing is put in the end: the reference writes such a node again with the next block.
            if (!node.IsLeaf && !node.IsChanged)
            {
                node.IsChanged = true;
                marked++;
            }

            while (!node.TryFind(key.Span, _reader, out position, out int missing))
                await LoadKeyAsync(node, missing, cancellationToken).ConfigureAwait(false);
            if (position >= 0)
            {
                if (!await MayReplaceAsync(node, position, value, condition, cancellationToken).ConfigureAwait(false))
                    return Refuse(node, marked);
                node.Keys[position] = new BeeKey(NextSeq, key);
                break;
            }

            if (node.IsLeaf)
            {
                if (condition is not null && !condition(null))
                    return Refuse(node, marked);
                node.Keys.Insert(~position, new BeeKey(NextSeq, key));
                break;
            }

            _path.Add(new Step(node, ~position));
            node = await ChildAsync(node, ~position, cancellationToken).ConfigureAwait(false);
        }

        node.IsChanged = true;
        SplitWhileTooLarge(node);
        Append(key, value);
        return true;
    }

    /// <summary>The key as this batch has it.</summary>
    public async ValueTask<BeeBlockOrPending?> FindAsync(
        ReadOnlyMemory<byte> key, CancellationToken cancellationToken)
    {
        BeeNode node = await RootAsync(cancellationToken).ConfigureAwait(false);
        for (int depth = 0; depth < BeeLimits.DepthMax; depth++)
        {
            int position;
            while (!node.TryFind(key.Span, _reader, out position, out int missing))
                await LoadKeyAsync(node, missing, cancellationToken).ConfigureAwait(false);
            if (position >= 0)
                return await EntryAsync(node.Keys[position].Seq, cancellationToken).ConfigureAwait(false);
            if (node.IsLeaf)
                return null;
            node = await ChildAsync(node, ~position, cancellationToken).ConfigureAwait(false);
        }

        throw TooDeep();
    }

    /// <summary>The blocks of all operations, in order. Ends this writer.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> ToBlocks()
    {
        ReadOnlyMemory<byte>[] blocks = new ReadOnlyMemory<byte>[_pending.Count];
        for (int i = 0; i < blocks.Length; i++)
        {
            if (i < blocks.Length - 1)
                _pending[i].LeaveOutWhatIsNewerElsewhere();
            blocks[i] = _pending[i].Encode();
        }

        return blocks;
    }

    private static BeeCorruptException TooDeep() =>
        new(0, $"the tree is deeper than {BeeLimits.DepthMax} levels.");

    /// <summary>Ends a put that puts nothing.</summary>
    /// <param name="last">Where it ended.</param>
    /// <param name="marked">How many nodes it marked as changed: the deepest ones of its path.</param>
    private bool Refuse(BeeNode last, int marked)
    {
        if (_pending.Count == 0)
        {
            // Before the first block the tree is read again for every operation, so marks on nodes must not last.
            _root = null;
            return false;
        }

        if (_idle + marked <= IdleMax)
        {
            _idle += marked;
            return false;
        }

        // More of them, and nobody could read the next block: it would have too many nodes.
        if (marked > 0 && !last.IsLeaf)
        {
            last.IsChanged = false;
            marked--;
        }

        for (int i = _path.Count - 1; marked > 0; i--, marked--)
            _path[i].Node.IsChanged = false;
        return false;
    }

    private async ValueTask<bool> MayReplaceAsync(
        BeeNode node,
        int position,
        ReadOnlyMemory<byte>? value,
        Func<BeeBlockOrPending?, bool>? condition,
        CancellationToken cancellationToken)
    {
        if (condition is null && !_skipSame)
            return true;
        BeeBlockOrPending there =
            await EntryAsync(node.Keys[position].Seq, cancellationToken).ConfigureAwait(false);
        if (condition is not null && !condition(there))
            return false;
        return !_skipSame || !(there.Value is { } old
            ? value is { } replacing && old.Span.SequenceEqual(replacing.Span)
            : value is null);
    }

    private void SplitWhileTooLarge(BeeNode node)
    {
        while (node.Keys.Count > BeeLimits.KeysPerNodeMax)
        {
            (BeeKey median, BeeNode right) = node.Split();
            if (_path.Count == 0)
            {
                BeeNode root = new() { IsChanged = true };
                root.Keys.Add(median);
                root.Children.Add(new BeeChild(0, 0, node));
                root.Children.Add(new BeeChild(0, 0, right));
                _root = root;
                return;
            }

            (BeeNode parent, int index) = _path[^1];
            _path.RemoveAt(_path.Count - 1);
            parent.Keys.Insert(index, median);
            parent.Children.Insert(index + 1, new BeeChild(0, 0, right));
            node = parent;
        }
    }

    private void Append(ReadOnlyMemory<byte> key, ReadOnlyMemory<byte>? value)
    {
        List<BeeChild?> places = new(8);
        _root!.Place(places, NextSeq);
        _idle = 0;
        places[0] = new BeeChild(NextSeq, 0, _root);
        _pending.Add(new BeePending(NextSeq, key, value, places));
    }

    private async ValueTask<BeeNode> RootAsync(CancellationToken cancellationToken)
    {
        if (_root is not null)
            return _root;
        if (BaseLength < 2)
            return _root = new BeeNode { IsChanged = true };
        return _root = BeeNode.From(await BlockAsync(BaseLength - 1, cancellationToken).ConfigureAwait(false), 0);
    }

    private async ValueTask<BeeNode> ChildAsync(BeeNode node, int index, CancellationToken cancellationToken)
    {
        if (index >= node.Children.Count)
            throw new BeeCorruptException(0, "a tree node has fewer children than its neighbours.");
        BeeChild child = node.Children[index];
        if (child.Node is not null)
            return child.Node;
        if (_path.Count >= BeeLimits.DepthMax)
            throw TooDeep();
        BeeBlock block = await BlockAsync(child.Seq, cancellationToken).ConfigureAwait(false);
        return child.Node = BeeNode.From(block, child.Offset);
    }

    private async ValueTask LoadKeyAsync(BeeNode node, int index, CancellationToken cancellationToken)
    {
        BeeBlock block = await BlockAsync(node.Keys[index].Seq, cancellationToken).ConfigureAwait(false);
        node.Keys[index] = new BeeKey(block.Seq, block.KeyMemory);
    }

    private async ValueTask<BeeBlockOrPending> EntryAsync(ulong seq, CancellationToken cancellationToken)
    {
        if (seq >= BaseLength)
        {
            BeePending pending = _pending[(int)(seq - BaseLength)];
            return new BeeBlockOrPending(seq, pending.Key, pending.Value);
        }

        BeeBlock block = await BlockAsync(seq, cancellationToken).ConfigureAwait(false);
        return new BeeBlockOrPending(seq, block.KeyMemory, block.Value);
    }

    private ValueTask<BeeBlock> BlockAsync(ulong seq, CancellationToken cancellationToken) =>
        _reader.TryGet(seq, out BeeBlock? block) ? new(block) : _reader.LoadAsync(seq, cancellationToken);

    private readonly record struct Step(BeeNode Node, int Index);
}

/// <summary>A key with its whole name, from the log or from the batch that is being made.</summary>
internal readonly record struct BeeBlockOrPending(ulong Seq, ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte>? Value)
{
    public BeeEntry ToEntry(int prefixSize) => new(Seq, Key[prefixSize..], Value);
}
