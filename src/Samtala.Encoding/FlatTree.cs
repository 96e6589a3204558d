using System.Numerics;

namespace Samtala.Encodings;

/// <summary>Arithmetic of a binary tree numbered in order: block i is leaf 2i, parents lie between their children.
/// </summary>
/// <remarks>Indices are below 2^62, far more than any log has. Source: docs/blobs.md, "Tree".</remarks>
public static class FlatTree
{
    /// <summary>The node of a depth and an offset among the nodes of that depth.</summary>
    /// <param name="depth">0 for leaves.</param>
    /// <param name="offset">0 for the leftmost.</param>
    public static ulong Index(int depth, ulong offset) => (offset << (depth + 1)) + (1UL << depth) - 1;

    /// <summary>Levels above the leaves.</summary>
    /// <param name="index">A node.</param>
    public static int Depth(ulong index) => BitOperations.TrailingZeroCount(~index);

    /// <summary>Position among the nodes of the same depth, from the left.</summary>
    /// <param name="index">A node.</param>
    public static ulong Offset(ulong index) => index >> (Depth(index) + 1);

    /// <summary>The node above.</summary>
    /// <param name="index">A node.</param>
    public static ulong Parent(ulong index)
    {
        int depth = Depth(index);
        return Index(depth + 1, Offset(index) >> 1);
    }

    /// <summary>The other child of the parent.</summary>
    /// <param name="index">A node.</param>
    public static ulong Sibling(ulong index)
    {
        int depth = Depth(index);
        return Index(depth, Offset(index) ^ 1);
    }

    /// <summary>The two nodes below.</summary>
    /// <param name="index">A node.</param>
    /// <param name="left">The left child.</param>
    /// <param name="right">The right child.</param>
    /// <returns>False for a leaf.</returns>
    public static bool TryGetChildren(ulong index, out ulong left, out ulong right)
    {
        int depth = Depth(index);
        left = right = index;
        if (depth == 0)
            return false;
        ulong offset = Offset(index) << 1;
        left = Index(depth - 1, offset);
        right = Index(depth - 1, offset + 1);
        return true;
    }

    /// <summary>The leftmost leaf below, as a node index.</summary>
    /// <param name="index">A node.</param>
    public static ulong LeftSpan(ulong index) => index + 1 - (1UL << Depth(index));

    /// <summary>The rightmost leaf below, as a node index.</summary>
    /// <param name="index">A node.</param>
    public static ulong RightSpan(ulong index) => index - 1 + (1UL << Depth(index));

    /// <summary>How many nodes the subtree has, itself included.</summary>
    /// <param name="index">A node.</param>
    public static ulong CountNodes(ulong index) => (2UL << Depth(index)) - 1;

    /// <summary>How many leaves the subtree has.</summary>
    /// <param name="index">A node.</param>
    public static ulong CountLeaves(ulong index) => 1UL << Depth(index);

    /// <summary>How many full roots a tree of a number of blocks has.</summary>
    /// <param name="blocks">How many blocks.</param>
    public static int CountRoots(ulong blocks) => BitOperations.PopCount(blocks);

    /// <summary>The roots of the full subtrees that a number of blocks makes, from the left.</summary>
    /// <param name="blocks">How many blocks.</param>
    /// <param name="roots">Room for <see cref="CountRoots"/> indices.</param>
    /// <returns>How many were written.</returns>
    /// <exception cref="ArgumentException"><paramref name="roots"/> is too short.</exception>
    public static int FullRoots(ulong blocks, Span<ulong> roots)
    {
        int count = CountRoots(blocks);
        if (roots.Length < count)
            throw new ArgumentException($"{count} roots do not fit {roots.Length}.", nameof(roots));
        ulong firstBlock = 0;
        for (int i = 0; i < count; i++)
        {
            int depth = BitOperations.Log2(blocks - firstBlock);
            roots[i] = Index(depth, firstBlock >> depth);
            firstBlock += 1UL << depth;
        }

        return count;
    }
}
