using Samtala.Hypercore.Manifests;
using Samtala.Hypercore.Tree;

namespace Samtala.Hypercore.Proofs;

/// <summary>What a proof says, once verified.</summary>
/// <remarks>A proof with an <see cref="Anchor"/> is valid only if that node is stored with the same hash: no stored
/// node
/// means <see cref="ProofError.InvalidOperation"/>, another hash <see cref="ProofError.InvalidChecksum"/>.</remarks>
public readonly record struct ProofVerdict
{
    /// <summary>Why it was refused; everything else is then empty.</summary>
    public ProofError Error { get; init; }

    /// <summary>Nodes to store: hash and size are proven. A pair of nodes of which only the sum of the sizes is proven
    /// is
    /// left out.</summary>
    public ReadOnlyMemory<MerkleNode> Nodes { get; init; }

    /// <summary>The longer head; null when the log does not grow.</summary>
    public LogHead? NewHead { get; init; }

    /// <summary>The node that must be stored with the same hash; null when the signature covers everything.</summary>
    public MerkleNode? Anchor { get; init; }

    /// <summary>Whether the hash of <see cref="Anchor"/> covers its size. If not, the stored size must be equal too.
    /// </summary>
    public bool IsAnchorSizeProven { get; init; }

    /// <summary>A manifest that was not known before and is the key's; null otherwise.</summary>
    public Manifest? NewManifest { get; init; }

    /// <summary>Whether it was not refused; the anchor is still to be compared.</summary>
    public bool IsAccepted => Error == ProofError.None;

    internal static ProofVerdict Refused(ProofError error) => new() { Error = error };

    /// <summary>Compares the anchor with what is stored.</summary>
    /// <param name="stored">The stored node of that index, or null.</param>
    /// <returns>None when the proof holds.</returns>
    public ProofError CheckAnchor(MerkleNode? stored)
    {
        if (Error != ProofError.None || Anchor is not { } anchor)
            return Error;
        if (stored is not { } known || known.Index != anchor.Index)
            return ProofError.InvalidOperation;
        return known.Hash == anchor.Hash && (IsAnchorSizeProven || known.Size == anchor.Size)
            ? ProofError.None
            : ProofError.InvalidChecksum;
    }
}
