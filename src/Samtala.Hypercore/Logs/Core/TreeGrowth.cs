using System.Collections.Immutable;
using Samtala.Crypto;
using Samtala.Encodings;
using Samtala.Hypercore.Logs.Pages;
using Samtala.Hypercore.Tree;

namespace Samtala.Hypercore.Logs.Core;

/// <summary>Hashes a run of new blocks row by row, and keeps the new nodes of every row side by side.</summary>
/// <remarks>Not thread-safe; rented, because its arrays are large.</remarks>
internal sealed class TreeGrowth
{
    /// <summary>What was larger is not kept for the next run.</summary>
    private const int KeptCountMax = 8192;

    private const int RowCount = 54;

    private readonly Row[] _rows = new Row[RowCount];
    private ulong _length;
    private int _count;

    /// <summary>Whether it is worth keeping.</summary>
    public bool IsSmall => _rows[0].Hashes is null || _rows[0].Hashes.Length <= KeptCountMax;

    /// <summary>Begins a run.</summary>
    /// <param name="length">Blocks of the log before.</param>
    /// <param name="count">New blocks, at least 1.</param>
    public void Begin(ulong length, int count)
    {
        _length = length;
        _count = count;
        ref Row leaves = ref _rows[0];
        leaves.Reserve(length, count);
    }

    /// <summary>Gives one new block.</summary>
    public void SetLeaf(int i, in Hash32 hash, ulong size)
    {
        ref Row leaves = ref _rows[0];
        leaves.Hashes[i] = hash;
        leaves.Sizes[i] = size;
    }

    /// <summary>Gives the size of one new block, whose hash follows.</summary>
    public void SetLeafSize(int i, int size) => _rows[0].Sizes[i] = (ulong)size;

    /// <summary>Hashes new blocks whose sizes were given.</summary>
    /// <param name="first">Counted from the first new block.</param>
    /// <param name="count">How many.</param>
    /// <param name="bytes">All of them, one after the other.</param>
    public void HashLeaves(int first, int count, ReadOnlySpan<byte> bytes)
    {
        ref Row leaves = ref _rows[0];
        MerkleBatch.Leaves(bytes, leaves.Sizes.AsSpan(first, count), leaves.Hashes.AsSpan(first, count));
    }

    /// <summary>Computes every node that the new blocks complete.</summary>
    /// <param name="roots">Of the log before.</param>
    public void Grow(ImmutableArray<MerkleNode> roots)
    {
        for (int depth = 1; depth < RowCount; depth++)
        {
            ref Row below = ref _rows[depth - 1];
            ref Row row = ref _rows[depth];
            ulong first = _length >> depth;
            int count = (int)(((_length + (ulong)_count) >> depth) - first);
            row.Reserve(first, count);
            if (count == 0)
                continue;

            // Only the first pair may have its left one in the tree before.
            int done = 0;
            if (first * 2 < below.First)
            {
                MerkleNode left = Find(roots, FlatTree.Index(depth - 1, first * 2));
                MerkleNode node = MerkleHash.Parent(left, below.NodeAt(depth - 1, 0));
                row.Hashes[0] = node.Hash;
                row.Sizes[0] = node.Size;
                done = 1;
            }

            int from = (int)(((first + (ulong)done) * 2) - below.First);
            int rest = count - done;
            MerkleBatch.Parents(
                below.Hashes.AsSpan(from, 2 * rest), below.Sizes.AsSpan(from, 2 * rest),
                row.Hashes.AsSpan(done, rest), row.Sizes.AsSpan(done, rest));
        }
    }

    /// <summary>The roots afterwards.</summary>
    /// <param name="roots">Of the log before.</param>
    public ImmutableArray<MerkleNode> RootsAfter(ImmutableArray<MerkleNode> roots)
    {
        Span<ulong> indices = stackalloc ulong[64];
        int count = FlatTree.FullRoots(_length + (ulong)_count, indices);
        var after = ImmutableArray.CreateBuilder<MerkleNode>(count);
        foreach (ulong index in indices[..count])
        {
            int depth = FlatTree.Depth(index);
            ulong offset = FlatTree.Offset(index);
            ref Row row = ref _rows[depth];
            bool isNew = offset >= row.First && offset < row.First + (ulong)row.Count;
            after.Add(isNew ? row.NodeAt(depth, (int)(offset - row.First)) : Find(roots, index));
        }

        return after.MoveToImmutable();
    }

    /// <summary>Puts every new node into its page.</summary>
    /// <param name="log">The local number of the log.</param>
    /// <param name="pageOf">Gives the page to write to; called once or more for each.</param>
    public void CopyTo(ulong log, Func<PageAddress, NodePage> pageOf)
    {
        for (int depth = 0; depth < RowCount && _rows[depth].Count > 0; depth++)
        {
            ref Row row = ref _rows[depth];
            for (int i = 0; i < row.Count;)
            {
                ulong offset = row.First + (ulong)i;
                PageAddress address = PageAddress.OfNode(log, depth, offset, out int slot);
                int width = PageAddress.Width >> (depth % PageAddress.Depths);
                int part = Math.Min(row.Count - i, width - (int)(offset & ((ulong)width - 1)));
                pageOf(address).SetRange(slot, row.Hashes.AsSpan(i, part), row.Sizes.AsSpan(i, part));
                i += part;
            }
        }
    }

    private static MerkleNode Find(ImmutableArray<MerkleNode> roots, ulong index)
    {
        foreach (ref readonly MerkleNode root in roots.AsSpan())
        {
            if (root.Index == index)
                return root;
        }

        throw new InvalidOperationException($"Node {index} is no root of the tree before.");
    }

    private struct Row
    {
        public ulong First;
        public int Count;
        public Hash32[] Hashes;
        public ulong[] Sizes;

        public void Reserve(ulong first, int count)
        {
            First = first;
            Count = count;
            if (Hashes is not null && Hashes.Length >= count)
                return;
            Hashes = new Hash32[count];
            Sizes = new ulong[count];
        }

        public readonly MerkleNode NodeAt(int depth, int i) =>
            new(FlatTree.Index(depth, First + (ulong)i), Sizes[i], Hashes[i]);
    }
}
