using System.Collections.Immutable;
using Samtala.Encodings;
using Samtala.Hypercore.Tree;

namespace Samtala.Hypercore.Proofs;

/// <summary>The nodes of a list in their order, and one that was rebuilt from other parts and may come anywhere.
/// </summary>
internal struct NodeQueue(ImmutableArray<MerkleNode> nodes, CandidateNode? extra) : INodeSource
{
    private readonly ImmutableArray<MerkleNode> _nodes = nodes;
    private int _taken;

    /// <summary>The rebuilt node, while nobody took it.</summary>
    public CandidateNode? Extra { get; private set; } = extra;

    public readonly bool IsEmpty => _taken == _nodes.Length && Extra is null;

    public bool TryTake(ulong index, out CandidateNode node)
    {
        if (Extra is { } rebuilt && rebuilt.Node.Index == index)
        {
            node = rebuilt;
            Extra = null;
            return true;
        }

        if (_taken == _nodes.Length || _nodes[_taken].Index != index)
        {
            node = default;
            return false;
        }

        node = new CandidateNode(_nodes[_taken++], IsSizeProven: false, IsStored: false);
        return true;
    }
}

/// <summary>The part of a proof that climbs from a block, a node or the place of a byte.</summary>
internal static class Subtree
{
    /// <summary>Climbs as far as the nodes reach.</summary>
    /// <param name="proof">Its upgrade is not looked at.</param>
    /// <param name="sink">Gets the nodes below the top.</param>
    /// <param name="top">Where it ends; null when the proof has no such part.</param>
    /// <returns>False when a node is missing, superfluous or of another place.</returns>
    internal static bool TryClimb(Proof proof, ref NodeSink sink, out CandidateNode? top)
    {
        top = null;
        if (proof.Seek is { Nodes.Length: > 0 } seek)
        {
            NodeQueue queue = new(seek.Nodes, null);
            ulong index = seek.Nodes[0].Index;
            if (!queue.TryTake(index, out CandidateNode node) || !TryClimb(ref node, ref queue, ref sink))
                return false;
            top = node;
        }

        if (proof.Block is { } block)
        {
            if (block.Index > CompactLimits.UIntMax / 2)
                return false;
            MerkleNode leaf = new(block.Index * 2, (ulong)block.Value.Length, MerkleHash.Leaf(block.Value.Span));
            CandidateNode node = new(leaf, IsSizeProven: true, IsStored: false);
            NodeQueue queue = new(block.Nodes, top);
            if (!TryClimb(ref node, ref queue, ref sink))
                return false;
            top = node;
        }
        else if (proof.Hash is { } hash)
        {
            NodeQueue queue = new(hash.Nodes, top);
            if (!queue.TryTake(hash.Index, out CandidateNode node) || !TryClimb(ref node, ref queue, ref sink))
                return false;
            top = node;
        }

        return true;
    }

    private static bool TryClimb(ref CandidateNode node, ref NodeQueue queue, ref NodeSink sink)
    {
        if (node.Node.Index > CompactLimits.UIntMax || node.Node.Size > CompactLimits.UIntMax)
            return false;
        while (!queue.IsEmpty)
        {
            ulong sibling = FlatTree.Sibling(node.Node.Index);
            if (sibling > CompactLimits.UIntMax
                || !queue.TryTake(sibling, out CandidateNode other)
                || other.Node.Size > CompactLimits.UIntMax
                || !sink.TryMerge(node, other, out node))
            {
                return false;
            }
        }

        return true;
    }
}
