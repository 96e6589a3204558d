using Samtala.Encodings;
using Samtala.Hypercore.Tree;

namespace Samtala.Hypercore.Proofs;

/// <summary>Finds the node of a byte for one who asks: as far down as the stored nodes reach.</summary>
internal static class ByteSearch
{
    /// <summary>A node, or why there is none.</summary>
    internal readonly record struct Place(ulong Index, ProverResult? Error)
    {
        internal static Place At(ulong index) => new(index, null);
    }

    /// <summary>The size of a node without what padding its blocks have; 0 when that were less.</summary>
    internal static ulong UnpaddedSize(in MerkleNode node, ulong padding)
    {
        ulong leaves = FlatTree.CountLeaves(node.Index);
        return padding > node.Size / leaves ? 0 : node.Size - (padding * leaves);
    }

    /// <summary>Searches a whole tree.</summary>
    /// <returns>Null when the byte is behind the end.</returns>
    internal static async ValueTask<ulong?> FindAsync(
        INodeReader nodes, ulong length, SeekRequest seek, CancellationToken ct)
    {
        ulong bytes = seek.Bytes;
        for (ulong first = 0; first < length;)
        {
            int depth = System.Numerics.BitOperations.Log2(length - first);
            ulong index = FlatTree.Index(depth, first >> depth);
            first += 1UL << depth;
            if (await nodes.ReadNodeAsync(index, ct) is not { } root)
                return null;
            ulong size = UnpaddedSize(root, seek.Padding);
            if (bytes == size)
                return index;
            if (bytes < size)
                return await DescendAsync(nodes, index, bytes, seek.Padding, ct);
            bytes -= size;
        }

        return null;
    }

    /// <summary>Searches below a node, in which the byte must be.</summary>
    internal static async ValueTask<Place> FindBelowAsync(
        LogHead head, INodeReader nodes, ulong top, SeekRequest seek, CancellationToken ct)
    {
        ulong firstBlock = FlatTree.LeftSpan(top) / 2;
        if (await ByteSeek.FindOffsetAsync(head, nodes, firstBlock, ct) is not { } padded
            || await nodes.ReadNodeAsync(top, ct) is not { } node)
        {
            return new Place(0, ProverResult.Missing);
        }

        ulong offset = firstBlock != 0 && seek.Padding > padded / firstBlock
            ? 0
            : padded - (seek.Padding * firstBlock);
        if (offset > seek.Bytes)
            return new Place(0, ProverResult.Invalid);
        if (offset == seek.Bytes)
            return Place.At(top);
        return UnpaddedSize(node, seek.Padding) <= seek.Bytes - offset
            ? new Place(0, ProverResult.Invalid)
            : Place.At(await DescendAsync(nodes, top, seek.Bytes - offset, seek.Padding, ct));
    }

    private static async ValueTask<ulong> DescendAsync(
        INodeReader nodes, ulong index, ulong bytes, ulong padding, CancellationToken ct)
    {
        while (bytes > 0 && FlatTree.TryGetChildren(index, out ulong left, out ulong right))
        {
            if (await nodes.ReadNodeAsync(left, ct) is not { } node)
                return index;
            ulong size = UnpaddedSize(node, padding);
            if (size == bytes)
                return left;
            if (size > bytes)
            {
                index = left;
            }
            else
            {
                bytes -= size;
                index = right;
            }
        }

        return index;
    }
}
