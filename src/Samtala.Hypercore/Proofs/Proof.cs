using System.Collections.Immutable;
using Samtala.Hypercore.Manifests;
using Samtala.Hypercore.Tree;

namespace Samtala.Hypercore.Proofs;

/// <summary>A block and the siblings on its way up.</summary>
/// <param name="Index">The number of the block.</param>
/// <param name="Value">Its bytes as hashed. From a message: a view of the payload, valid as long as that is.</param>
/// <param name="Nodes">Positional: every index follows from the one before.</param>
public readonly record struct BlockProof(ulong Index, ReadOnlyMemory<byte> Value, ImmutableArray<MerkleNode> Nodes);

/// <summary>A node and the siblings on its way up.</summary>
/// <param name="Index">The number of the node in flat-tree order.</param>
/// <param name="Nodes">The node itself, then siblings.</param>
public readonly record struct HashProof(ulong Index, ImmutableArray<MerkleNode> Nodes);

/// <summary>The node where a byte was found and the siblings on its way up.</summary>
/// <param name="Bytes">The byte's offset from the beginning of the log.</param>
/// <param name="Nodes">The node itself, then siblings; empty when the other parts show it already.</param>
public readonly record struct SeekProof(ulong Bytes, ImmutableArray<MerkleNode> Nodes);

/// <summary>What makes a longer tree of a shorter one.</summary>
public sealed record UpgradeProof
{
    /// <summary>The length it begins at.</summary>
    public required ulong Start { get; init; }

    /// <summary>How many blocks were asked for.</summary>
    public required ulong Length { get; init; }

    /// <summary>From <see cref="Start"/> to <see cref="Start"/> + <see cref="Length"/>, without what the block, hash or
    /// seek part already shows.</summary>
    public ImmutableArray<MerkleNode> Nodes { get; init; } = [];

    /// <summary>From there to the whole length, for which the signature is.</summary>
    public ImmutableArray<MerkleNode> AdditionalNodes { get; init; } = [];

    /// <summary>In wire form. From a message: a view of the payload.</summary>
    public ReadOnlyMemory<byte> Signature { get; init; }
}

/// <summary>What the Data message carries: parts of a log and what shows that they belong to it.</summary>
public sealed record Proof
{
    /// <summary>The fork it speaks of.</summary>
    /// <value>Default 0.</value>
    public ulong Fork { get; init; }

    /// <summary>A block.</summary>
    /// <value>Default none.</value>
    public BlockProof? Block { get; init; }

    /// <summary>A node; ignored when there is a block.</summary>
    /// <value>Default none.</value>
    public HashProof? Hash { get; init; }

    /// <summary>A byte.</summary>
    /// <value>Default none.</value>
    public SeekProof? Seek { get; init; }

    /// <summary>A longer tree.</summary>
    /// <value>Default none.</value>
    public UpgradeProof? Upgrade { get; init; }

    /// <summary>Who may sign.</summary>
    /// <value>Default none.</value>
    public Manifest? Manifest { get; init; }

    /// <summary>The same proof with the bytes of its block, which the prover does not read.</summary>
    /// <param name="value">The block as hashed.</param>
    /// <exception cref="InvalidOperationException">The proof is not of a block.</exception>
    public Proof WithBlockValue(ReadOnlyMemory<byte> value) => Block is { } block
        ? this with { Block = block with { Value = value } }
        : throw new InvalidOperationException("This proof shows no block, so there is no place for its bytes.");
}
