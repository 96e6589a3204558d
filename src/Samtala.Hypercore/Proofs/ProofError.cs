namespace Samtala.Hypercore.Proofs;

/// <summary>Why a proof was refused or could not be made.</summary>
public enum ProofError
{
    /// <summary>It was not refused.</summary>
    None = 0,

    /// <summary>A node is missing, superfluous or of another place; or the state it speaks of is not ours any more. A
    /// harmless race as often as malice.</summary>
    InvalidOperation,

    /// <summary>A hash differs from one that is known, or the manifest is not the key's.</summary>
    InvalidChecksum,

    /// <summary>Nobody entitled has signed this tree.</summary>
    InvalidSignature,

    /// <summary>The fixed beginning of the log is missing or another.</summary>
    InvalidProof,

    /// <summary>It speaks of another fork.</summary>
    OtherFork,
}
