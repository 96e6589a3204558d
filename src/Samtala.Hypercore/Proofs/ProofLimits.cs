namespace Samtala.Hypercore.Proofs;

/// <summary>How much a stranger's proof may hold.</summary>
public static class ProofLimits
{
    /// <summary>Most nodes of one list: a tree of 2^53 blocks needs at most 53 siblings and 53 roots.</summary>
    public const int NodeCountMax = 128;

    /// <summary>Most nodes that connect signatures of longer lengths.</summary>
    public const int PatchNodeCountMax = 1024;

    /// <summary>Most bytes of a signature in wire form; a quorum of 256 needs less.</summary>
    public const int SignatureSizeMax = 64 * 1024;
}
