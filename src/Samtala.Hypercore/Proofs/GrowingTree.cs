using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Samtala.Encodings;
using Samtala.Hypercore.Tree;

namespace Samtala.Hypercore.Proofs;

/// <summary>A node on its way into the tree.</summary>
/// <param name="Node">The node.</param>
/// <param name="IsSizeProven">Its hash covers its size, or it was trusted before. A node that a stranger gave has only
/// the sum with its sibling covered, by the hash of their parent.</param>
/// <param name="IsStored">It was there before.</param>
internal readonly record struct CandidateNode(MerkleNode Node, bool IsSizeProven, bool IsStored);

/// <summary>Gathers the nodes worth storing.</summary>
internal struct NodeSink(MerkleNode[] target)
{
    private readonly MerkleNode[] _target = target;

    public int Count { get; private set; }

    public void Add(in CandidateNode candidate)
    {
        if (!candidate.IsStored)
            _target[Count++] = candidate.Node;
    }

    /// <summary>Hashes two siblings. When neither size is proven, their sum is right but how it is split may be a lie:
    /// neither is kept.</summary>
    /// <returns>False when the sizes add up to more than any log has.</returns>
    public bool TryMerge(in CandidateNode one, in CandidateNode other, out CandidateNode parent)
    {
        // The caller may give the same variable as one side and as the result: it is written last.
        if (one.Node.Size + other.Node.Size > CompactLimits.UIntMax)
        {
            parent = default;
            return false;
        }

        if (one.IsSizeProven || other.IsSizeProven)
        {
            Add(one);
            Add(other);
        }

        parent = new CandidateNode(MerkleHash.Parent(one.Node, other.Node), IsSizeProven: true, IsStored: false);
        return true;
    }
}

/// <summary>Where the nodes come from that make a tree grow.</summary>
internal interface INodeSource
{
    /// <summary>Takes the node that is next, if it is of this place.</summary>
    bool TryTake(ulong index, out CandidateNode node);
}

/// <summary>The roots of a tree while a proof makes it longer.</summary>
internal ref struct GrowingTree
{
    /// <summary>Room that <see cref="GrowingTree"/> needs for its roots.</summary>
    internal const int RootsMax = 64;

    private readonly Span<CandidateNode> _roots;
    private int _count;

    /// <summary>Begins with the trusted roots.</summary>
    internal GrowingTree(ReadOnlySpan<MerkleNode> roots, Span<CandidateNode> room)
    {
        _roots = room;
        _count = 0;
        foreach (ref readonly MerkleNode root in roots)
        {
            _roots[_count++] = new CandidateNode(root, IsSizeProven: true, IsStored: true);
            Length += FlatTree.CountLeaves(root.Index);
            ByteLength += root.Size;
        }
    }

    internal ulong Length { get; private set; }

    internal ulong ByteLength { get; private set; }

    internal bool IsGrown { get; private set; }

    /// <summary>Grows to a length with nodes that must come in order.</summary>
    /// <returns>False when a node is missing or of another place.</returns>
    internal bool TryGrow<TSource>(ulong length, ref TSource source, ref NodeSink sink)
        where TSource : struct, INodeSource
    {
        int matched = 0;
        bool mayClimb = _count > 0;
        for (ulong first = 0; first < length;)
        {
            int depth = System.Numerics.BitOperations.Log2(length - first);
            ulong root = FlatTree.Index(depth, first >> depth);
            first += 1UL << depth;
            if (matched < _count && _roots[matched].Node.Index == root)
            {
                matched++;
                continue;
            }

            if (mayClimb && matched < _count)
            {
                mayClimb = false;
                if (!TryClimb(root, ref source, ref sink))
                    return false;
                continue;
            }

            mayClimb = false;
            if (!source.TryTake(root, out CandidateNode node) || !TryAppend(node, ref sink))
                return false;
        }

        return true;
    }

    /// <summary>Appends the nodes a longer tree has behind this one, in any form that is next to the last
    /// root.</summary>
    internal bool TryAppendRest(ReadOnlySpan<MerkleNode> nodes, ref NodeSink sink)
    {
        foreach (ref readonly MerkleNode node in nodes)
        {
            if (_count == 0
                || node.Index > CompactLimits.UIntMax
                || FlatTree.LeftSpan(node.Index) != Length * 2
                || FlatTree.Depth(node.Index) > FlatTree.Depth(_roots[_count - 1].Node.Index)
                || !TryAppend(new CandidateNode(node, IsSizeProven: false, IsStored: false), ref sink))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The roots now, which a signature will cover with their sizes.</summary>
    internal readonly ImmutableArray<MerkleNode> Seal(ref NodeSink sink)
    {
        foreach (ref readonly CandidateNode root in _roots[.._count])
            sink.Add(root);
        return ToRoots();
    }

    /// <summary>The roots now.</summary>
    internal readonly ImmutableArray<MerkleNode> ToRoots()
    {
        MerkleNode[] roots = new MerkleNode[_count];
        for (int i = 0; i < roots.Length; i++)
            roots[i] = _roots[i].Node;
        return ImmutableCollectionsMarshal.AsImmutableArray(roots);
    }

    private bool TryClimb<TSource>(ulong root, ref TSource source, ref NodeSink sink)
        where TSource : struct, INodeSource
    {
        while (_roots[_count - 1].Node.Index != root)
        {
            ulong sibling = FlatTree.Sibling(_roots[_count - 1].Node.Index);
            if (sibling > CompactLimits.UIntMax
                || !source.TryTake(sibling, out CandidateNode node)
                || !TryAppend(node, ref sink))
            {
                return false;
            }
        }

        return true;
    }

    private bool TryAppend(CandidateNode node, ref NodeSink sink)
    {
        ulong byteLength = ByteLength + node.Node.Size;
        if (node.Node.Size > CompactLimits.UIntMax || byteLength > CompactLimits.UIntMax || _count == _roots.Length)
            return false;
        IsGrown = true;
        ByteLength = byteLength;
        Length += FlatTree.CountLeaves(node.Node.Index);
        while (_count > 0 && FlatTree.Sibling(node.Node.Index) == _roots[_count - 1].Node.Index)
        {
            _count--;
            if (!sink.TryMerge(_roots[_count], node, out node))
                return false;
        }

        _roots[_count++] = node;
        return true;
    }
}
