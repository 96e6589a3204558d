namespace Samtala.Hypercore.Proofs;

/// <summary>A proof, or why there is none.</summary>
/// <param name="Error"><see cref="ProofError.InvalidOperation"/> when nobody can answer the request, or when nodes for
/// it
/// are not stored.</param>
/// <param name="IsMissingNodes">The request is sound, but a node for it is not stored here.</param>
/// <param name="Proof">Null when there is none. The value of its block is empty: the caller puts it in with
/// <see cref="Proof.WithBlockValue"/>.</param>
public readonly record struct ProverResult(ProofError Error, bool IsMissingNodes, Proof? Proof)
{
    internal static ProverResult Invalid => new(ProofError.InvalidOperation, IsMissingNodes: false, null);

    internal static ProverResult Missing => new(ProofError.InvalidOperation, IsMissingNodes: true, null);
}
