using System.Collections.Immutable;
using Samtala.Crypto;
using Samtala.Hypercore.Tree;

namespace Samtala.Hypercore.Signatures;

/// <summary>What one signer said, as it lies in a container of signatures.</summary>
/// <param name="Signer">The signer's place in the manifest.</param>
/// <param name="Signature">Over the tree, or over the tree extended by <paramref name="Patch"/> blocks.</param>
/// <param name="Patch">How many blocks more the signer had; 0 for exactly this tree.</param>
public readonly record struct SignerProof(ulong Signer, Signature Signature, ulong Patch)
{
    /// <summary>Only in containers of version 0 manifests: where the last node of the patch ends, in blocks.
    /// Informative.
    /// </summary>
    public ulong PatchStart { get; init; }

    /// <summary>Only in containers of version 0 manifests: which of the container's nodes are of this patch.
    /// Informative.
    /// </summary>
    /// <value>Default none.</value>
    public ImmutableArray<ulong> PatchNodes { get; init; } = [];
}

/// <summary>What one signer said, before it is put together with others.</summary>
public sealed record PartialSignature
{
    /// <summary>The signer's place in the manifest.</summary>
    public required int Signer { get; init; }

    /// <summary>Over the tree, or over the tree extended by <see cref="Patch"/> blocks.</summary>
    public required Signature Signature { get; init; }

    /// <summary>How many blocks more the signer had.</summary>
    /// <value>Default 0: exactly this tree.</value>
    public ulong Patch { get; init; }

    /// <summary>What extends the tree to the one that was signed.</summary>
    /// <value>Default none.</value>
    public ImmutableArray<MerkleNode> Nodes { get; init; } = [];
}
