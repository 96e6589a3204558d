using System.Runtime.InteropServices;

namespace Samtala.Hypercore.Bees;

/// <summary>A key of a node that is being changed. Its bytes are read when a comparison needs them.</summary>
internal readonly struct BeeKey
{
    private readonly ReadOnlyMemory<byte> _bytes;

    public BeeKey(ulong seq)
    {
        Seq = seq;
    }

    public BeeKey(ulong seq, ReadOnlyMemory<byte> bytes)
    {
        Seq = seq;
        _bytes = bytes;
        IsLoaded = true;
    }

    /// <summary>The block that put it.</summary>
    public ulong Seq { get; }

    public bool IsLoaded { get; }

    public ReadOnlySpan<byte> Bytes => _bytes.Span;
}

/// <summary>Where a child lies: in a block, or in memory while a batch is being made. Its identity matters: a batch
/// keeps in a block what children still point to.</summary>
internal sealed class BeeChild
{
    public BeeChild(ulong seq, int offset, BeeNode? node)
    {
        Seq = seq;
        Offset = offset;
        Node = node;
    }

    public ulong Seq { get; set; }

    public int Offset { get; set; }

    public BeeNode? Node { get; set; }
}

/// <summary>A node of the tree that is being changed.</summary>
internal sealed class BeeNode
{
    public List<BeeKey> Keys { get; } = new(BeeLimits.KeysPerNodeMax + 1);

    public List<BeeChild> Children { get; } = [];

    /// <summary>Whether the next block must hold it.</summary>
    public bool IsChanged { get; set; }

    public bool IsLeaf => Children.Count == 0;

    /// <summary>A node as a block has it.</summary>
    /// <exception cref="BeeCorruptException">It has more keys than a node can have.</exception>
    public static BeeNode From(BeeBlock block, int offset)
    {
        BeeLevel level = block.Level(offset);
        if (level.KeyCount > BeeLimits.KeysPerNodeMax)
            throw new BeeCorruptException(block.Seq, $"a node of {level.KeyCount} keys cannot be changed.");
        BeeNode node = new();
        for (int i = 0; i < level.KeyCount; i++)
        {
            ulong seq = level.KeySeq(i);
            node.Keys.Add(seq == block.Seq ? new BeeKey(seq, block.KeyMemory) : new BeeKey(seq));
        }

        node.Children.EnsureCapacity(level.ChildCount);
        for (int i = 0; i < level.ChildCount; i++)
            node.Children.Add(new BeeChild(level.ChildSeq(i), level.ChildOffset(i), null));
        return node;
    }

    /// <summary>Looks for a key.</summary>
    /// <param name="key">The whole key.</param>
    /// <param name="reader">Gives keys that are in memory.</param>
    /// <param name="position">Where it is; when it is not, the complement of where it belongs.</param>
    /// <param name="missing">A key whose bytes must be read first; -1 when none.</param>
    /// <returns>False when a key is missing.</returns>
    public bool TryFind(ReadOnlySpan<byte> key, BeeReader reader, out int position, out int missing)
    {
        missing = -1;
        Span<BeeKey> keys = CollectionsMarshal.AsSpan(Keys);
        int low = 0;
        int high = keys.Length;
        while (low < high)
        {
            int middle = (low + high) >> 1;
            ref BeeKey other = ref keys[middle];
            if (!other.IsLoaded)
            {
                if (!reader.TryGet(other.Seq, out BeeBlock? block))
                {
                    missing = middle;
                    position = 0;
                    return false;
                }

                other = new BeeKey(other.Seq, block.KeyMemory);
            }

            int order = key.SequenceCompareTo(other.Bytes);
            if (order == 0)
            {
                position = middle;
                return true;
            }

            if (order < 0)
                high = middle;
            else
                low = middle + 1;
        }

        position = ~low;
        return true;
    }

    /// <summary>Keeps the lower half; gives the middle key and the upper half.</summary>
    public (BeeKey Median, BeeNode Right) Split()
    {
        int half = Keys.Count >> 1;
        BeeNode right = new() { IsChanged = true };
        right.Keys.AddRange(CollectionsMarshal.AsSpan(Keys)[^half..]);
        BeeKey median = Keys[^(half + 1)];
        Keys.RemoveRange(Keys.Count - half - 1, half + 1);
        if (!IsLeaf)
        {
            right.Children.AddRange(CollectionsMarshal.AsSpan(Children)[^(half + 1)..]);
            Children.RemoveRange(Children.Count - half - 1, half + 1);
        }

        IsChanged = true;
        return (median, right);
    }

    /// <summary>Takes over everything of the right neighbour and the key between them.</summary>
    public void Merge(BeeNode right, BeeKey median)
    {
        IsChanged = true;
        Keys.Add(median);
        Keys.AddRange(right.Keys);
        Children.AddRange(right.Children);
    }

    /// <summary>Removes a key and the child right of it.</summary>
    public void RemoveKey(int index)
    {
        Keys.RemoveAt(index);
        if (!IsLeaf)
        {
            // No block has to keep that child any more.
            Children[index + 1].Seq = 0;
            Children.RemoveAt(index + 1);
        }

        IsChanged = true;
    }

    /// <summary>Gives every changed node below its place in a block, parents before children.</summary>
    public int Place(List<BeeChild?> places, ulong seq)
    {
        int offset = places.Count;
        places.Add(null);
        IsChanged = false;
        foreach (BeeChild child in Children)
        {
            if (child.Node is not { IsChanged: true } node)
                continue;
            child.Seq = seq;
            child.Offset = node.Place(places, seq);
            places[child.Offset] = child;
        }

        return offset;
    }
}
