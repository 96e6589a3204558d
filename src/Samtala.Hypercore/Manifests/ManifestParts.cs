using System.Collections.Immutable;
using Samtala.Crypto;

namespace Samtala.Hypercore.Manifests;

/// <summary>What a new manifest shall say.</summary>
public sealed record ManifestParts
{
    /// <summary>The version of the encoding.</summary>
    /// <value>Default 1, or 2 when there are linked logs or user data. Valid 0 to 3.</value>
    public int? Version { get; init; }

    /// <summary>Whether a signature of a longer log may stand for a shorter one.</summary>
    /// <value>Default false.</value>
    public bool AllowPatch { get; init; }

    /// <summary>How many signers must sign.</summary>
    /// <value>Default more than half. Valid 0 to the number of signers.</value>
    public int? Quorum { get; init; }

    /// <summary>Who may sign.</summary>
    /// <value>Default nobody. At most <see cref="Manifest.SignerCountMax"/>.</value>
    public ImmutableArray<ManifestSigner> Signers { get; init; } = [];

    /// <summary>The fixed beginning.</summary>
    /// <value>Default none.</value>
    public ManifestPrologue? Prologue { get; init; }

    /// <summary>Keys of logs that belong to this one.</summary>
    /// <value>Default none. At most <see cref="Manifest.LinkedCountMax"/>.</value>
    public ImmutableArray<Hash32>? Linked { get; init; }

    /// <summary>Bytes of the application.</summary>
    /// <value>Default none. At most <see cref="Manifest.UserDataSizeMax"/> bytes.</value>
    public ReadOnlyMemory<byte>? UserData { get; init; }
}
