using Samtala.Hypercore.Proofs;
using Samtala.Hypercore.Tree;

namespace Samtala.Hypercore.Signatures;

/// <summary>Collects the signatures of one head until there are enough.</summary>
/// <remarks>Not thread-safe.</remarks>
public sealed class SignatureQuorum
{
    private readonly LogAuthority _authority;
    private readonly LogHead _head;
    private readonly List<PartialSignature> _parts = [];

    /// <summary>Begins with none.</summary>
    /// <param name="authority">Who may sign.</param>
    /// <param name="head">What is to be signed.</param>
    public SignatureQuorum(LogAuthority authority, LogHead head)
    {
        ArgumentNullException.ThrowIfNull(authority);
        ArgumentNullException.ThrowIfNull(head);
        _authority = authority;
        _head = head;
    }

    /// <summary>How many signatures are still missing.</summary>
    public int MissingCount => Math.Max(0, _authority.Quorum - _parts.Count);

    /// <summary>The longest length that enough signers have reached, when each may sign for a shorter one.</summary>
    /// <param name="lengths">What each signer has, in blocks.</param>
    /// <param name="quorum">How many must have it.</param>
    /// <returns>0 when there are fewer signers than the quorum.</returns>
    public static ulong SignableLength(ReadOnlySpan<ulong> lengths, int quorum)
    {
        quorum = Math.Max(1, quorum);
        if (quorum > lengths.Length)
            return 0;
        ulong[] sorted = lengths.ToArray();
        Array.Sort(sorted);
        return sorted[^quorum];
    }

    /// <summary>What a signer of a longer log says about a shorter one.</summary>
    /// <param name="part">The signer's signature of <paramref name="signed"/>.</param>
    /// <param name="signed">The longer head.</param>
    /// <param name="nodes">The longer tree.</param>
    /// <param name="length">The shorter length.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>The same signature with what leads to it; null when nodes are missing.</returns>
    public static async ValueTask<PartialSignature?> PatchAsync(
        PartialSignature part, LogHead signed, INodeReader nodes, ulong length, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(part);
        ArgumentNullException.ThrowIfNull(signed);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, signed.Length);
        if (length == signed.Length)
            return part;
        ProofRequest request = new()
        {
            Fork = signed.Fork,
            Upgrade = new UpgradeRequest(length, signed.Length - length),
        };
        ProverResult result = await Prover.CreateAsync(signed, nodes, request, cancellationToken);
        return result.Proof?.Upgrade is { } upgrade
            ? part with { Patch = signed.Length - length, Nodes = upgrade.Nodes }
            : null;
    }

    /// <summary>Adds one signature.</summary>
    /// <param name="part">From anybody.</param>
    /// <returns>False when it is not valid for the head, or the signer is counted already.</returns>
    public bool TryAdd(PartialSignature part)
    {
        ArgumentNullException.ThrowIfNull(part);
        if (_parts.Exists(p => p.Signer == part.Signer) || !_authority.Verify(_head, part))
            return false;
        _parts.Add(part);
        return true;
    }

    /// <summary>The head with its signature, once nothing is missing.</summary>
    /// <returns>Null before.</returns>
    public LogHead? Complete() => MissingCount == 0 && _parts.Count > 0
        ? _head with { Signature = _authority.Assemble(_parts) }
        : null;
}
