using System.Collections.Immutable;
using Samtala.Hypercore.Manifests;
using Samtala.Hypercore.Tree;

namespace Samtala.Hypercore.Proofs;

/// <summary>A log that was cut back and grew otherwise, proven so far that it can be adopted.</summary>
public sealed record VerifiedReorg
{
    /// <summary>The head it was compared with: adopt it only while that is still the head.</summary>
    public required LogHead Base { get; init; }

    /// <summary>How many blocks both have in common, as far as stored nodes can tell: everything from here on is to be
    /// dropped.</summary>
    public required ulong Ancestors { get; init; }

    /// <summary>The head to adopt.</summary>
    public required LogHead NewHead { get; init; }

    /// <summary>Nodes of the new tree to store.</summary>
    public required ImmutableArray<MerkleNode> Nodes { get; init; }

    /// <summary>A manifest that was not known before; null otherwise.</summary>
    public Manifest? NewManifest { get; init; }
}
