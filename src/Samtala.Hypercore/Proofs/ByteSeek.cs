using Samtala.Encodings;
using Samtala.Hypercore.Tree;

namespace Samtala.Hypercore.Proofs;

/// <summary>Where a byte of a log is, as far as the stored nodes tell.</summary>
/// <param name="Block">The number of the block; the length of the log for the byte behind its end. Only when
/// <see cref="IsFound"/>.</param>
/// <param name="Offset">The byte's place in the block, without padding.</param>
/// <param name="MissingBelow">The node below which nodes are missing; null when found, or when the byte is behind the
/// end.</param>
/// <param name="IsFound">Whether the block is known.</param>
public readonly record struct ByteSeekResult(ulong Block, ulong Offset, ulong? MissingBelow, bool IsFound);

/// <summary>Finds bytes in a log by the sizes of its tree's nodes. Source: docs/protocol/proofs.md, "Seek".</summary>
public static class ByteSeek
{
    /// <summary>Finds the block that holds a byte.</summary>
    /// <param name="head">The state of the log.</param>
    /// <param name="nodes">The stored nodes; some may be missing.</param>
    /// <param name="seek">The byte, and the padding of the blocks.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    public static async ValueTask<ByteSeekResult> FindAsync(
        LogHead head, INodeReader nodes, SeekRequest seek, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(head);
        ArgumentNullException.ThrowIfNull(nodes);
        if (seek.Bytes == 0)
            return Found(0, 0);
        ulong bytes = seek.Bytes;
        foreach (MerkleNode root in head.Roots)
        {
            ulong size = ByteSearch.UnpaddedSize(root, seek.Padding);
            if (bytes == size)
                return Found((FlatTree.RightSpan(root.Index) / 2) + 1, 0);
            if (bytes < size)
                return await DescendAsync(nodes, root.Index, seek with { Bytes = bytes }, cancellationToken);
            bytes -= size;
        }

        return new ByteSeekResult(0, 0, null, IsFound: false);
    }

    /// <summary>Where a block begins.</summary>
    /// <param name="head">The state of the log.</param>
    /// <param name="nodes">The stored nodes.</param>
    /// <param name="block">0 to the length.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>Bytes before it, with padding; null when nodes are missing, or behind the end.</returns>
    public static async ValueTask<ulong?> FindOffsetAsync(
        LogHead head, INodeReader nodes, ulong block, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(head);
        ArgumentNullException.ThrowIfNull(nodes);
        ulong offset = 0;
        ulong first = 0;
        foreach (MerkleNode root in head.Roots)
        {
            ulong leaves = FlatTree.CountLeaves(root.Index);
            if (block >= first + leaves)
            {
                first += leaves;
                offset += root.Size;
                continue;
            }

            for (ulong at = root.Index; FlatTree.LeftSpan(at) != block * 2;)
            {
                FlatTree.TryGetChildren(at, out ulong left, out ulong right);
                if (block * 2 < at)
                {
                    at = left;
                    continue;
                }

                if (await nodes.ReadNodeAsync(left, cancellationToken) is not { } node)
                    return null;
                offset += node.Size;
                at = right;
            }

            return offset;
        }

        return block == head.Length ? offset : null;
    }

    /// <summary>What to ask a peer for, to come closer to a byte that was not found.</summary>
    /// <remarks>Every answer brings at least one level. The last level is asked for as a block, because only its bytes
    /// prove how two blocks share their sum.</remarks>
    /// <param name="head">The state of the log.</param>
    /// <param name="seek">The byte.</param>
    /// <param name="missingBelow">From the result of <see cref="FindAsync"/>.</param>
    public static ProofRequest NextRequest(LogHead head, SeekRequest seek, ulong missingBelow)
    {
        ArgumentNullException.ThrowIfNull(head);
        int depth = FlatTree.Depth(missingBelow);
        ulong leaf = FlatTree.LeftSpan(missingBelow);
        return depth <= 1
            ? new ProofRequest { Fork = head.Fork, Block = new NodeRequest(leaf / 2, (ulong)depth) }
            : new ProofRequest { Fork = head.Fork, Hash = new NodeRequest(leaf, (ulong)depth), Seek = seek };
    }

    private static ByteSeekResult Found(ulong block, ulong offset) => new(block, offset, null, IsFound: true);

    private static async ValueTask<ByteSeekResult> DescendAsync(
        INodeReader nodes, ulong index, SeekRequest seek, CancellationToken ct)
    {
        ulong bytes = seek.Bytes;
        while (FlatTree.TryGetChildren(index, out ulong left, out ulong right))
        {
            if (await nodes.ReadNodeAsync(left, ct) is not { } node)
                return new ByteSeekResult(0, 0, index, IsFound: false);
            ulong size = ByteSearch.UnpaddedSize(node, seek.Padding);
            if (size == bytes)
                return Found((FlatTree.RightSpan(left) / 2) + 1, 0);
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

        return Found(index / 2, bytes);
    }
}
