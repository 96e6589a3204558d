using System.Collections.Immutable;
using Samtala.Encodings;
using Samtala.Hypercore.Manifests;
using Samtala.Hypercore.Tree;

namespace Samtala.Hypercore.Proofs;

/// <summary>Decides what of a stranger's proof is true. Pure: it reads no store and changes nothing. Source:
/// docs/protocol/proofs.md.</summary>
public static class ProofVerifier
{
    /// <summary>Verifies a proof against a head.</summary>
    /// <param name="authority">Who may sign the log.</param>
    /// <param name="head">The state the log is in, trusted.</param>
    /// <param name="proof">From anybody.</param>
    /// <returns>What it shows; with <see cref="ProofVerdict.Anchor"/> set, only if that node is stored.</returns>
    public static ProofVerdict Verify(LogAuthority authority, LogHead head, Proof proof)
    {
        ArgumentNullException.ThrowIfNull(authority);
        ArgumentNullException.ThrowIfNull(head);
        ArgumentNullException.ThrowIfNull(proof);
        return proof.Fork == head.Fork
            ? VerifyOn(authority, head, proof)
            : ProofVerdict.Refused(ProofError.OtherFork);
    }

    /// <summary>Verifies a proof as one who holds nothing of the log would.</summary>
    /// <param name="authority">Who may sign the log.</param>
    /// <param name="proof">From anybody; of any fork.</param>
    public static ProofVerdict VerifyAlone(LogAuthority authority, Proof proof)
    {
        ArgumentNullException.ThrowIfNull(authority);
        ArgumentNullException.ThrowIfNull(proof);
        return VerifyOn(authority, LogHead.Empty, proof);
    }

    private static ProofVerdict VerifyOn(LogAuthority authority, LogHead head, Proof proof)
    {
        if (proof is { Block: { } block, Seek: null, Upgrade: null, Manifest: null })
            return VerifyBlock(block);
        int room = CountEmitted(head, proof);
        MerkleNode[] nodes = room == 0 ? [] : new MerkleNode[room];
        NodeSink sink = new(nodes);
        if (!Subtree.TryClimb(proof, ref sink, out CandidateNode? top))
            return ProofVerdict.Refused(ProofError.InvalidOperation);
        if (proof.Upgrade is { } upgrade)
            return VerifyUpgrade(authority, head, new UpgradeStep(proof, upgrade, top, nodes), ref sink);
        return Finish(authority, proof, new ProofVerdict
        {
            Nodes = nodes.AsMemory(0, sink.Count),
            Anchor = top?.Node,
            IsAnchorSizeProven = top?.IsSizeProven ?? false,
        });
    }

    /// <summary>The everyday case, as a subtree climbs but without a queue: a leaf's size is proven by its
    /// hash, so all sizes on its way up are.</summary>
    private static ProofVerdict VerifyBlock(in BlockProof block)
    {
        if (block.Index > CompactLimits.UIntMax / 2)
            return ProofVerdict.Refused(ProofError.InvalidOperation);
        ReadOnlySpan<MerkleNode> siblings = block.Nodes.AsSpan();
        MerkleNode[] nodes = siblings.IsEmpty ? [] : new MerkleNode[siblings.Length * 2];
        MerkleNode node = new(block.Index * 2, (ulong)block.Value.Length, MerkleHash.Leaf(block.Value.Span));
        for (int i = 0; i < siblings.Length; i++)
        {
            ref readonly MerkleNode sibling = ref siblings[i];
            if (sibling.Index != FlatTree.Sibling(node.Index)
                || sibling.Index > CompactLimits.UIntMax
                || sibling.Size > CompactLimits.UIntMax - node.Size)
            {
                return ProofVerdict.Refused(ProofError.InvalidOperation);
            }

            nodes[i * 2] = node;
            nodes[(i * 2) + 1] = sibling;
            node = MerkleHash.Parent(node, sibling);
        }

        return new ProofVerdict { Nodes = nodes, Anchor = node, IsAnchorSizeProven = true };
    }

    private static ProofVerdict VerifyUpgrade(
        LogAuthority authority, LogHead head, in UpgradeStep step, ref NodeSink sink)
    {
        UpgradeProof upgrade = step.Upgrade;
        ManifestPrologue? prologue = authority.Prologue;
        if (prologue is not null
            && upgrade.Start < prologue.Length
            && (upgrade.Start != 0 || upgrade.Length < prologue.Length))
        {
            return ProofVerdict.Refused(ProofError.InvalidProof);
        }

        Span<CandidateNode> room = stackalloc CandidateNode[GrowingTree.RootsMax];
        GrowingTree tree = new(head.Roots.AsSpan(), room);
        NodeQueue queue = new(upgrade.Nodes, step.Top);
        if (upgrade.Length > CompactLimits.UIntMax - upgrade.Start
            || !tree.TryGrow(upgrade.Start + upgrade.Length, ref queue, ref sink))
        {
            return ProofVerdict.Refused(ProofError.InvalidOperation);
        }

        if (prologue is not null
            && tree.Length == prologue.Length
            && MerkleHash.Tree(tree.ToRoots().AsSpan()) != prologue.Hash)
        {
            return ProofVerdict.Refused(ProofError.InvalidProof);
        }

        if (tree.Length == 0 || !tree.TryAppendRest(upgrade.AdditionalNodes.AsSpan(), ref sink))
            return ProofVerdict.Refused(ProofError.InvalidOperation);
        CandidateNode? top = queue.Extra;
        ProofVerdict verdict = new()
        {
            Anchor = top?.Node,
            IsAnchorSizeProven = top?.IsSizeProven ?? false,
        };
        if (!tree.IsGrown)
            return Finish(authority, step.Proof, verdict with { Nodes = step.Nodes.AsMemory(0, sink.Count) });
        ImmutableArray<MerkleNode> roots = tree.Seal(ref sink);
        LogHead newHead = LogHead.Of(step.Proof.Fork, roots);
        return Sign(authority, step.Proof, newHead, verdict with { Nodes = step.Nodes.AsMemory(0, sink.Count) });
    }

    private static ProofVerdict Sign(LogAuthority authority, Proof proof, LogHead newHead, in ProofVerdict verdict)
    {
        LogAuthority? judge = authority.Learn(proof.Manifest);
        ReadOnlySpan<byte> given = proof.Upgrade!.Signature.Span;
        if (judge is null || !judge.TryVerify(SignedTree.Of(newHead), given, out byte[] signature))
            return ProofVerdict.Refused(ProofError.InvalidSignature);
        return verdict with
        {
            NewHead = newHead with { Signature = signature },
            NewManifest = judge == authority ? null : judge.Manifest,
        };
    }

    /// <summary>Without a longer head nothing is signed; the manifest still has to be the key's.</summary>
    private static ProofVerdict Finish(LogAuthority authority, Proof proof, in ProofVerdict verdict)
    {
        LogAuthority? learned = authority.Learn(proof.Manifest);
        if (learned is null)
            return ProofVerdict.Refused(ProofError.InvalidChecksum);
        return learned == authority ? verdict : verdict with { NewManifest = learned.Manifest };
    }

    /// <summary>The most nodes that can come out: two for every node that goes in, and the new roots.</summary>
    private static int CountEmitted(LogHead head, Proof proof)
    {
        int given = (proof.Seek?.Nodes.Length ?? 0)
            + (proof.Block is { } block ? block.Nodes.Length : proof.Hash?.Nodes.Length ?? 0);
        if (proof.Upgrade is not { } upgrade)
            return given * 2;
        given += upgrade.Nodes.Length + upgrade.AdditionalNodes.Length;
        return (given + 1 + head.Roots.Length) * 2;
    }

    private readonly record struct UpgradeStep(
        Proof Proof, UpgradeProof Upgrade, CandidateNode? Top, MerkleNode[] Nodes);
}
