using Samtala.Encodings;
using Samtala.Hypercore.Manifests;
using Samtala.Hypercore.Tree;

namespace Samtala.Hypercore.Proofs;

/// <summary>Finds out how much of a log stays when it was cut back and grew otherwise: request by request, until the
/// first block that differs. Source: docs/protocol/proofs.md, "Reorg".</summary>
/// <remarks>Stores nothing; not thread-safe. Costs at most one answer for every level of the tree.</remarks>
public sealed class ReorgSearch
{
    private readonly LogHead _base;
    private readonly LogHead _newHead;
    private readonly Manifest? _newManifest;
    private readonly Dictionary<ulong, MerkleNode> _nodes = [];
    private MerkleNode? _different;
    private ulong _ancestors;

    private ReorgSearch(LogHead from, in ProofVerdict verdict)
    {
        _base = from;
        _newHead = verdict.NewHead!;
        _newManifest = verdict.NewManifest;
        Keep(verdict.Nodes.Span);
    }

    /// <summary>The fork that is examined.</summary>
    public ulong Fork => _newHead.Fork;

    /// <summary>The head that is examined; its signature is valid.</summary>
    public LogHead NewHead => _newHead;

    /// <summary>The first block for which the next answer may be.</summary>
    public ulong WantStart => _different is { } node ? FlatTree.LeftSpan(node.Index) / 2 : 0;

    /// <summary>Behind the last block for which the next answer may be; equal to <see cref="WantStart"/> when nothing
    /// is
    /// wanted any more.</summary>
    public ulong WantEnd => _different is { } node
        ? Math.Min(_newHead.Length, (FlatTree.RightSpan(node.Index) / 2) + 1)
        : 0;

    /// <summary>What was found; null while answers are wanted.</summary>
    public VerifiedReorg? Result => _different is not null
        ? null
        : new VerifiedReorg
        {
            Base = _base,
            Ancestors = Math.Min(_ancestors, Math.Min(_base.Length, _newHead.Length)),
            NewHead = _newHead,
            Nodes = [.. _nodes.Values],
            NewManifest = _newManifest,
        };

    /// <summary>What to ask first.</summary>
    /// <param name="fork">The peer's fork, above ours.</param>
    /// <param name="length">The peer's length, above 0.</param>
    /// <param name="manifest">Whether we have none.</param>
    public static ProofRequest FirstRequest(ulong fork, ulong length, bool manifest) => new()
    {
        Fork = fork,
        Upgrade = new UpgradeRequest(0, length),
        Manifest = manifest,
    };

    /// <summary>Begins with the answer to <see cref="FirstRequest"/>.</summary>
    /// <param name="authority">Who may sign the log.</param>
    /// <param name="head">The state the log is in.</param>
    /// <param name="nodes">The stored nodes.</param>
    /// <param name="proof">From anybody.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>The search; null with the reason when the proof is refused.</returns>
    public static async ValueTask<(ReorgSearch? Search, ProofError Error)> BeginAsync(
        LogAuthority authority, LogHead head, INodeReader nodes, Proof proof, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(authority);
        ArgumentNullException.ThrowIfNull(head);
        ArgumentNullException.ThrowIfNull(nodes);
        ArgumentNullException.ThrowIfNull(proof);
        if (proof.Fork <= head.Fork)
            return (null, ProofError.OtherFork);
        ProofVerdict verdict = ProofVerifier.VerifyAlone(authority, proof);
        if (verdict.Error != ProofError.None)
            return (null, verdict.Error);
        if (verdict.NewHead is null || verdict.Anchor is not null)
            return (null, ProofError.InvalidProof);
        ReorgSearch search = new(head, verdict);
        await search.CompareRootsAsync(nodes, cancellationToken);
        return (search, ProofError.None);
    }

    /// <summary>What to ask next.</summary>
    /// <param name="block">Any from <see cref="WantStart"/> to before <see cref="WantEnd"/>: one the peer has.</param>
    /// <exception cref="ArgumentOutOfRangeException">Another block, or nothing is wanted.</exception>
    public ProofRequest NextRequest(ulong block)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(block, WantStart);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(block, WantEnd);
        ulong levels = (ulong)FlatTree.Depth(_different!.Value.Index);
        return new ProofRequest { Fork = Fork, Hash = new NodeRequest(block * 2, levels) };
    }

    /// <summary>Takes the answer to <see cref="NextRequest"/>.</summary>
    /// <param name="nodes">The stored nodes.</param>
    /// <param name="proof">From anybody. Nothing changes when it is refused.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>None when it brought the search further.</returns>
    public async ValueTask<ProofError> TakeAsync(
        INodeReader nodes, Proof proof, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(nodes);
        ArgumentNullException.ThrowIfNull(proof);
        if (proof.Fork != Fork)
            return ProofError.OtherFork;
        if (_different is not { } wanted || proof is not { Hash: { } hash, Block: null, Seek: null, Upgrade: null })
            return ProofError.InvalidOperation;
        MerkleNode[] room = new MerkleNode[hash.Nodes.Length * 2];
        NodeSink sink = new(room);
        if (!Subtree.TryClimb(proof, ref sink, out CandidateNode? top) || top!.Value.Node.Index != wanted.Index)
            return ProofError.InvalidOperation;
        if (top.Value.Node.Hash != wanted.Hash)
            return ProofError.InvalidChecksum;

        // All given nodes are true now, also the two whose sizes are not proven: their hashes are what is compared.
        Dictionary<ulong, MerkleNode> known = [];
        foreach (MerkleNode node in hash.Nodes)
            known[node.Index] = node;
        foreach (ref readonly MerkleNode node in room.AsSpan(0, sink.Count))
            known[node.Index] = node;
        Keep(room.AsSpan(0, sink.Count));
        await DescendAsync(nodes, known, cancellationToken);
        return ProofError.None;
    }

    private void Keep(ReadOnlySpan<MerkleNode> nodes)
    {
        foreach (ref readonly MerkleNode node in nodes)
            _nodes[node.Index] = node;
    }

    private async ValueTask CompareRootsAsync(INodeReader nodes, CancellationToken ct)
    {
        _ancestors = _newHead.Length;
        foreach (MerkleNode root in _newHead.Roots)
        {
            if (await IsStoredAsync(nodes, root, ct))
                continue;
            Narrow(root);
            await DescendAsync(nodes, _nodes, ct);
            return;
        }
    }

    /// <summary>Goes down to the leftmost difference that the known nodes show.</summary>
    private async ValueTask DescendAsync(
        INodeReader nodes, Dictionary<ulong, MerkleNode> known, CancellationToken ct)
    {
        while (_different is { } node
            && FlatTree.TryGetChildren(node.Index, out ulong leftIndex, out ulong rightIndex)
            && known.TryGetValue(leftIndex, out MerkleNode left)
            && known.TryGetValue(rightIndex, out MerkleNode right))
        {
            Narrow(await IsStoredAsync(nodes, left, ct) ? right : left);
        }
    }

    /// <summary>The difference is below this node.</summary>
    private void Narrow(in MerkleNode node)
    {
        _ancestors = FlatTree.LeftSpan(node.Index) / 2;
        bool isDecided = FlatTree.Depth(node.Index) == 0 || _ancestors >= _base.Length;
        _different = isDecided ? null : node;
    }

    private async ValueTask<bool> IsStoredAsync(INodeReader nodes, MerkleNode node, CancellationToken ct) =>
        FlatTree.RightSpan(node.Index) < _base.Length * 2
        && await nodes.ReadNodeAsync(node.Index, ct) is { } stored
        && stored.Hash == node.Hash;
}
