namespace Samtala.Hypercore.Proofs;

/// <summary>Asks for a block, or for a node of the tree, with what connects it to the tree.</summary>
/// <param name="Index">The number of the block, or of the node in flat-tree order.</param>
/// <param name="Nodes">How many levels to climb until a node the asker holds; ignored for what an upgrade of the same
/// request brings.</param>
public readonly record struct NodeRequest(ulong Index, ulong Nodes);

/// <summary>Asks for the nodes that lead to a byte.</summary>
/// <param name="Bytes">The byte's offset from the beginning of the log, without padding.</param>
/// <param name="Padding">Bytes of every block that do not count, as encrypted blocks have.</param>
public readonly record struct SeekRequest(ulong Bytes, ulong Padding);

/// <summary>Asks for what makes a longer tree of a shorter one.</summary>
/// <param name="Start">The length the asker has verified.</param>
/// <param name="Length">How many blocks more.</param>
public readonly record struct UpgradeRequest(ulong Start, ulong Length);

/// <summary>What a proof shall show. Source: docs/protocol/proofs.md.</summary>
public sealed record ProofRequest
{
    /// <summary>The fork the asker speaks of.</summary>
    /// <value>Default 0.</value>
    public ulong Fork { get; init; }

    /// <summary>A block.</summary>
    /// <value>Default none.</value>
    public NodeRequest? Block { get; init; }

    /// <summary>A node of the tree; ignored when a block is asked for too.</summary>
    /// <value>Default none.</value>
    public NodeRequest? Hash { get; init; }

    /// <summary>A byte.</summary>
    /// <value>Default none.</value>
    public SeekRequest? Seek { get; init; }

    /// <summary>A longer tree.</summary>
    /// <value>Default none.</value>
    public UpgradeRequest? Upgrade { get; init; }

    /// <summary>The manifest.</summary>
    /// <value>Default false.</value>
    public bool Manifest { get; init; }
}
