using Samtala.Encodings;
using Samtala.Hypercore.Proofs;
using Samtala.Hypercore.Tree;

namespace Samtala.Hypercore.Tests.Proofs;

/// <summary>The nodes and blocks somebody holds of a log, in memory.</summary>
internal sealed class NodeTable : INodeReader
{
    private readonly Dictionary<ulong, MerkleNode> _nodes = [];

    public LogHead Head { get; set; } = LogHead.Empty;

    public Dictionary<ulong, byte[]> Blocks { get; } = [];

    public IReadOnlyDictionary<ulong, MerkleNode> Nodes => _nodes;

    /// <summary>The whole tree of some blocks, without a signature.</summary>
    public static NodeTable Of(IEnumerable<byte[]> blocks, ulong fork)
    {
        NodeTable table = new();
        List<MerkleNode> roots = [];
        foreach (byte[] block in blocks)
        {
            MerkleNode node = new(
                (ulong)table.Blocks.Count * 2, (ulong)block.Length, MerkleHash.Leaf(block));
            table.Blocks.Add(node.Index / 2, block);
            table.Put(node);
            while (roots.Count > 0 && FlatTree.Sibling(node.Index) == roots[^1].Index)
            {
                node = MerkleHash.Parent(roots[^1], node);
                roots.RemoveAt(roots.Count - 1);
                table.Put(node);
            }

            roots.Add(node);
        }

        table.Head = LogHead.Of(fork, [.. roots]);
        return table;
    }

    public ValueTask<MerkleNode?> ReadNodeAsync(ulong index, CancellationToken cancellationToken) =>
        ValueTask.FromResult(_nodes.TryGetValue(index, out MerkleNode node) ? node : default(MerkleNode?));

    public NodeTable Copy()
    {
        NodeTable copy = new() { Head = Head };
        foreach (MerkleNode node in _nodes.Values)
            copy.Put(node);
        foreach (var (index, value) in Blocks)
            copy.Blocks[index] = value;
        return copy;
    }

    public void Put(in MerkleNode node) => _nodes[node.Index] = node;

    public void Remove(ulong index) => _nodes.Remove(index);

    /// <summary>What a log does with a proof.</summary>
    public ProofError Take(ref LogAuthority authority, Proof proof)
    {
        ProofVerdict verdict = ProofVerifier.Verify(authority, Head, proof);
        ProofError error = verdict.Anchor is { } anchor
            ? verdict.CheckAnchor(_nodes.TryGetValue(anchor.Index, out MerkleNode stored) ? stored : null)
            : verdict.Error;
        if (error != ProofError.None)
            return error;
        foreach (MerkleNode node in verdict.Nodes.Span)
            Put(node);
        Head = verdict.NewHead ?? Head;
        if (verdict.NewManifest is { } manifest)
            authority = authority.Learn(manifest)!;
        if (proof.Block is { } block)
            Blocks[block.Index] = block.Value.ToArray();
        return ProofError.None;
    }
}
