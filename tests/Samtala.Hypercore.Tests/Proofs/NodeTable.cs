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

    public ValueTask<MerkleNode?> ReadNodeAsync(ulong index, CancellationToken cancellationToken) =>
        ValueTask.FromResult(_nodes.TryGetValue(index, out MerkleNode node) ? node : default(MerkleNode?));

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
