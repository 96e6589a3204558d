using Samtala.Crypto;
using Samtala.Hypercore.Manifests;

namespace Samtala.Hypercore.Logs;

/// <summary>Whether a log may be cut back and rewritten.</summary>
public enum ForkPolicy
{
    /// <summary>As in JavaScript: the writer may truncate, readers follow.</summary>
    Allow,

    /// <summary>Never: truncation is refused, and so is any fork above 0 from peers. Documents use this.</summary>
    None,
}

/// <summary>How blocks are encrypted. Source: docs/logs.md, "Encryption".</summary>
/// <param name="Key">Owned by the caller; must outlive the session.</param>
/// <param name="IsBlockKey">Whether <paramref name="Key"/> encrypts as it is, instead of a key derived from it and the
/// log's key.</param>
public sealed record LogEncryption(SymmetricKey Key, bool IsBlockKey = false);

/// <summary>How a log is opened.</summary>
public record LogOptions
{
    /// <summary>Signs; null for reading only, or when signatures are collected. Owned by the caller; must outlive every
    /// session.</summary>
    /// <value>Default null.</value>
    public SecretKey? SecretKey { get; init; }

    /// <summary>Encrypts what is appended and decrypts what is read; null for plain blocks.</summary>
    /// <value>Default null.</value>
    public LogEncryption? Encryption { get; init; }

    /// <summary>Whether the log may be cut back. <see cref="Logs.ForkPolicy.None"/> holds for every session of the log
    /// once one says so.</summary>
    /// <value>Default <see cref="Logs.ForkPolicy.Allow"/>.</value>
    public ForkPolicy ForkPolicy { get; init; }

    /// <summary>Who may sign, when known; otherwise it arrives from peers.</summary>
    /// <value>Default null.</value>
    public Manifest? Manifest { get; init; }
}

/// <summary>What a new log is made of.</summary>
public sealed record LogCreation : LogOptions
{
    /// <summary>Whether the log is of the kind of hypercore 10: its key is the signer's public key.</summary>
    /// <value>Default false.</value>
    public bool IsCompat { get; init; }
}

/// <summary>How a block is read.</summary>
public readonly record struct LogRead
{
    /// <summary>Asks peers for a block that is not here, until cancelled. Without a replicator that never ends.
    /// </summary>
    public bool Wait { get; init; }

    /// <summary>Returns an encrypted block as it is stored.</summary>
    public bool Raw { get; init; }
}
