using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Samtala.Encodings;
using Samtala.Hypercore.Manifests;
using Samtala.Hypercore.Tree;

namespace Samtala.Hypercore.Proofs;

/// <summary>Makes proofs of what a log holds. Source: docs/protocol/proofs.md.</summary>
public static class Prover
{
    /// <summary>Makes the proof that a request asks for.</summary>
    /// <param name="head">The state of the log; its signature goes into upgrades.</param>
    /// <param name="nodes">The tree.</param>
    /// <param name="request">From anybody.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    public static ValueTask<ProverResult> CreateAsync(
        LogHead head, INodeReader nodes, ProofRequest request, CancellationToken cancellationToken) =>
        CreateAsync(head, nodes, request, null, cancellationToken);

    /// <summary>Makes the proof that a request asks for.</summary>
    /// <param name="head">The state of the log; its signature goes into upgrades.</param>
    /// <param name="nodes">The tree.</param>
    /// <param name="request">From anybody.</param>
    /// <param name="manifest">Of the log: goes along when asked for, and an upgrade of a log with a fixed beginning
    /// shows
    /// all of that. Null for a log without.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    public static ValueTask<ProverResult> CreateAsync(
        LogHead head,
        INodeReader nodes,
        ProofRequest request,
        Manifest? manifest,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(head);
        ArgumentNullException.ThrowIfNull(nodes);
        ArgumentNullException.ThrowIfNull(request);
        Manifest? shown = request.Manifest ? manifest : null;
        if (head.Length == 0)
        {
            Proof empty = new() { Fork = head.Fork, Manifest = shown };
            return ValueTask.FromResult(new ProverResult(ProofError.None, IsMissingNodes: false, empty));
        }

        if (request is { Block: { } block, Seek: null, Upgrade: null })
            return ShowBlockAsync(head, nodes, block, shown, cancellationToken);
        return ShowAsync(head, nodes, Widen(request, manifest), shown, cancellationToken);
    }

    /// <summary>The everyday case: a block below the length the asker has, and its siblings.</summary>
    private static async ValueTask<ProverResult> ShowBlockAsync(
        LogHead head, INodeReader nodes, NodeRequest block, Manifest? manifest, CancellationToken ct)
    {
        if (block.Index >= head.Length || !IsInside(block.Index * 2, block.Nodes, head.Length))
            return ProverResult.Invalid;
        MerkleNode[] siblings = block.Nodes == 0 ? [] : new MerkleNode[block.Nodes];
        ulong at = block.Index * 2;
        for (int i = 0; i < siblings.Length; i++)
        {
            MerkleNode? sibling = await nodes.ReadNodeAsync(FlatTree.Sibling(at), ct);
            if (sibling is null)
                return ProverResult.Missing;
            siblings[i] = sibling.Value;
            at = FlatTree.Parent(at);
        }

        Proof proof = new()
        {
            Fork = head.Fork,
            Block = new BlockProof(
                block.Index, default, ImmutableCollectionsMarshal.AsImmutableArray(siblings)),
            Manifest = manifest,
        };
        return new ProverResult(ProofError.None, IsMissingNodes: false, proof);
    }

    private static async ValueTask<ProverResult> ShowAsync(
        LogHead head, INodeReader nodes, ProofRequest request, Manifest? manifest, CancellationToken ct)
    {
        ulong from = request.Upgrade?.Start ?? 0;
        ulong length = request.Upgrade?.Length ?? head.Length;
        if (length == 0 || from > head.Length || length > head.Length - from)
            return ProverResult.Invalid;
        ulong to = from + length;
        (ulong Index, ulong Last, ulong Levels)? node = Locate(request);
        if (node is { } wanted && wanted.Last >= to)
            return ProverResult.Invalid;
        if (request is { Seek: not null, Upgrade: not null } && node is { } late && late.Index >= from * 2)
            return ProverResult.Invalid;

        ProofPlan plan = new(request);
        ulong? subtree = null;
        if (node is { } known && (request.Upgrade is null || known.Last < from))
        {
            if (!IsInside(known.Index, known.Levels, to))
                return ProverResult.Invalid;
            ulong top = FlatTree.Index(
                FlatTree.Depth(known.Index) + (int)known.Levels, FlatTree.Offset(known.Index) >> (int)known.Levels);
            ByteSearch.Place place = request.Seek is { } below
                ? await ByteSearch.FindBelowAsync(head, nodes, top, below, ct)
                : ByteSearch.Place.At(head.Length * 2);
            if (place.Error is { } error)
                return error;
            plan.Climb(place.Index, top);
        }
        else if (request.Upgrade is not null)
        {
            subtree = node?.Index;
            if (request.Seek is { } seek)
                subtree = await ByteSearch.FindAsync(nodes, to, seek, ct);
        }

        if (request.Upgrade is not null)
        {
            plan.Grow(from, to, subtree);
            plan.GrowRest(to, to < head.Length ? head.Length : 0);
        }

        return node is not null && plan.Node is null
            ? ProverResult.Invalid
            : await ReadAsync(head, nodes, request, plan, manifest, ct);
    }

    private static async ValueTask<ProverResult> ReadAsync(
        LogHead head,
        INodeReader nodes,
        ProofRequest request,
        ProofPlan plan,
        Manifest? manifest,
        CancellationToken ct)
    {
        ImmutableArray<MerkleNode>? node = await ReadListAsync(nodes, plan.Node, ct);
        ImmutableArray<MerkleNode>? seek = await ReadListAsync(nodes, plan.Seek, ct);
        ImmutableArray<MerkleNode>? upgrade = await ReadListAsync(nodes, plan.Upgrade, ct);
        ImmutableArray<MerkleNode>? additional = await ReadListAsync(nodes, plan.Additional, ct);
        if (node is null || seek is null || upgrade is null || additional is null)
            return ProverResult.Missing;
        Proof proof = new()
        {
            Fork = head.Fork,
            Block = request.Block is { } block ? new BlockProof(block.Index, default, node.Value) : null,
            Hash = request is { Block: null, Hash: { } hash } ? new HashProof(hash.Index, node.Value) : null,
            Seek = request.Seek is { } wanted && plan.Seek is not null ? new SeekProof(wanted.Bytes, seek.Value) : null,
            Upgrade = request.Upgrade is { } range
                ? new UpgradeProof
                {
                    Start = range.Start,
                    Length = range.Length,
                    Nodes = upgrade.Value,
                    AdditionalNodes = additional.Value,
                    Signature = head.Signature,
                }
                : null,
            Manifest = manifest,
        };
        return new ProverResult(ProofError.None, IsMissingNodes: false, proof);
    }

    /// <summary>An upgrade that begins inside the fixed beginning of a log shows that beginning as a whole.</summary>
    private static ProofRequest Widen(ProofRequest request, Manifest? manifest) =>
        request.Upgrade is { } upgrade && manifest?.Prologue is { } prologue && upgrade.Start < prologue.Length
            ? request with { Upgrade = new UpgradeRequest(0, prologue.Length) }
            : request;

    private static (ulong Index, ulong Last, ulong Levels)? Locate(ProofRequest request)
    {
        const ulong Nowhere = ulong.MaxValue;
        if (request.Block is { } block)
        {
            return block.Index > CompactLimits.UIntMax / 2
                ? (Nowhere, Nowhere, 0)
                : (block.Index * 2, block.Index, block.Nodes);
        }

        if (request.Hash is not { } hash)
            return null;
        return hash.Index > CompactLimits.UIntMax
            ? (Nowhere, Nowhere, 0)
            : (hash.Index, FlatTree.RightSpan(hash.Index) / 2, hash.Nodes);
    }

    /// <summary>Whether so many levels above a node are still inside the tree.</summary>
    private static bool IsInside(ulong index, ulong levels, ulong length)
    {
        int depth = FlatTree.Depth(index);
        if (levels > (ulong)(FlatTree.Depth(CompactLimits.UIntMax) - depth))
            return false;
        ulong top = FlatTree.Index(depth + (int)levels, FlatTree.Offset(index) >> (int)levels);
        return FlatTree.RightSpan(top) < length * 2;
    }

    private static async ValueTask<ImmutableArray<MerkleNode>?> ReadListAsync(
        INodeReader nodes, List<ulong>? indices, CancellationToken ct)
    {
        if (indices is null || indices.Count == 0)
            return ImmutableArray<MerkleNode>.Empty;
        MerkleNode[] read = new MerkleNode[indices.Count];
        for (int i = 0; i < read.Length; i++)
        {
            MerkleNode? node = await nodes.ReadNodeAsync(indices[i], ct);
            if (node is null)
                return null;
            read[i] = node.Value;
        }

        return ImmutableCollectionsMarshal.AsImmutableArray(read);
    }
}
