using System.Collections.Immutable;
using Samtala.Crypto;
using Samtala.Encodings;

namespace Samtala.Hypercore.Manifests;

/// <summary>One who may sign a log.</summary>
/// <param name="Namespace">Goes before what is signed.</param>
/// <param name="PublicKey">An Ed25519 key.</param>
public sealed record ManifestSigner(Hash32 Namespace, PublicKey PublicKey)
{
    /// <summary>A signer with the default namespace.</summary>
    /// <param name="publicKey">An Ed25519 key.</param>
    public ManifestSigner(PublicKey publicKey)
        : this(HypercoreNamespace.Default, publicKey)
    {
    }
}

/// <summary>The beginning of a log that is fixed by its key and needs no signature.</summary>
/// <param name="Hash">The hash of the tree of that length.</param>
/// <param name="Length">In blocks. A version 0 manifest does not carry it.</param>
public sealed record ManifestPrologue(Hash32 Hash, ulong Length);

/// <summary>Who may sign a log; the log's key is its hash. Source: docs/blobs.md, "Manifest".</summary>
public sealed partial class Manifest
{
    /// <summary>Newest version that is understood.</summary>
    public const int VersionMax = 3;

    /// <summary>Most signers; our limit.</summary>
    public const int SignerCountMax = 256;

    /// <summary>Most linked logs; our limit.</summary>
    public const int LinkedCountMax = 256;

    /// <summary>Most bytes of user data; our limit.</summary>
    public const int UserDataSizeMax = 64 * 1024;

    private Manifest(int version)
    {
        Version = version;
    }

    /// <summary>0 to <see cref="VersionMax"/>.</summary>
    public int Version { get; }

    /// <summary>Whether a signature of a longer log may stand for a shorter one.</summary>
    public bool AllowPatch { get; private init; }

    /// <summary>How many signers must have signed; 0 when the prologue is all there ever is.</summary>
    public int Quorum { get; private init; }

    /// <summary>Who may sign.</summary>
    public ImmutableArray<ManifestSigner> Signers { get; private init; } = [];

    /// <summary>The fixed beginning, or null.</summary>
    public ManifestPrologue? Prologue { get; private init; }

    /// <summary>Keys of logs that belong to this one; null when the manifest has none.</summary>
    public ImmutableArray<Hash32>? Linked { get; private init; }

    /// <summary>Bytes of the application; null when the manifest has none.</summary>
    public ReadOnlyMemory<byte>? UserData { get; private init; }

    /// <summary>A log of one writer: what a new log has.</summary>
    /// <param name="publicKey">The writer.</param>
    public static Manifest Single(PublicKey publicKey) => new(1)
    {
        Quorum = 1,
        Signers = [new ManifestSigner(publicKey)],
    };

    /// <summary>A log that never changes: what a blob is.</summary>
    /// <param name="treeHash">The hash of its tree.</param>
    /// <param name="length">In blocks.</param>
    public static Manifest Static(Hash32 treeHash, ulong length) => new(1)
    {
        Prologue = new ManifestPrologue(treeHash, length),
    };

    /// <summary>A manifest from its parts.</summary>
    /// <param name="parts">What it says.</param>
    /// <exception cref="ArgumentException">The parts contradict each other or exceed a limit.</exception>
    public static Manifest Create(ManifestParts parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        int quorum = parts.Quorum ?? (parts.Signers.Length == 0 ? 0 : (parts.Signers.Length / 2) + 1);
        int version = parts.Version ?? (parts.Linked is null && parts.UserData is null ? 1 : 2);
        Manifest manifest = new(version)
        {
            AllowPatch = parts.AllowPatch,
            Quorum = quorum,
            Signers = parts.Signers,
            Prologue = parts.Prologue,
            Linked = parts.Linked,
            UserData = parts.UserData,
        };
        string? problem = manifest.FindProblem();
        return problem is null ? manifest : throw new ArgumentException(problem, nameof(parts));
    }

    /// <summary>The key of the log: the hash of the encoded manifest.</summary>
    public Hash32 ComputeKey() => Blake2b.HashAll(HypercoreNamespace.Manifest.Bytes, Encode());

    /// <summary>Under what a log is announced without telling its key.</summary>
    /// <param name="key">The key of the log.</param>
    public static Hash32 DiscoveryKey(in Hash32 key) => Blake2b.HashKeyed(key.Bytes, "hypercore"u8);

    private string? FindProblem()
    {
        if (Version is < 0 or > VersionMax)
            return $"A manifest has version 0 to {VersionMax}, not {Version}.";
        if (Signers.Length > SignerCountMax)
            return $"A manifest has at most {SignerCountMax} signers, not {Signers.Length}.";
        if (Quorum < 0 || Quorum > Signers.Length)
            return $"A quorum of {Quorum} cannot be reached by {Signers.Length} signers.";
        if (Version < 2 && (Linked is not null || UserData is not null))
            return $"Linked logs and user data need version 2; this is version {Version}.";
        if (Linked is { Length: > LinkedCountMax })
            return $"A manifest links at most {LinkedCountMax} logs.";
        if (UserData is { Length: > UserDataSizeMax })
            return $"User data has at most {UserDataSizeMax} bytes.";
        if (Prologue is { Length: > CompactLimits.UIntMax })
            return "The length of the prologue is too large.";
        return Version == 0 && Signers.Length == 0 && Prologue is null
            ? "A version 0 manifest without signers needs a prologue."
            : null;
    }
}
