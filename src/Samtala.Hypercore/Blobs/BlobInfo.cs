using System.Collections.Immutable;
using Samtala.Crypto;

namespace Samtala.Hypercore.Blobs;

/// <summary>What is known of a stored blob.</summary>
public sealed record BlobInfo
{
    /// <summary>Its name.</summary>
    public required BlobId Id { get; init; }

    /// <summary>Bytes.</summary>
    public required long Length { get; init; }

    /// <summary>The hash of its Merkle tree; with <see cref="BlockCount"/> it makes the manifest.</summary>
    public required Hash32 TreeHash { get; init; }

    /// <summary>Its SHA-1: for finding only.</summary>
    public required BlobDigest Sha1 { get; init; }

    /// <summary>Its SHA-256.</summary>
    public required BlobDigest Sha256 { get; init; }

    /// <summary>Its SHA-512.</summary>
    public required BlobDigest Sha512 { get; init; }

    /// <summary>Blocks of <see cref="BlobLimits.BlockSize"/> bytes, the last one perhaps shorter.</summary>
    public long BlockCount => (Length + BlobLimits.BlockSize - 1) / BlobLimits.BlockSize;

    /// <summary>The digest of one algorithm.</summary>
    /// <param name="algorithm">A known one.</param>
    /// <exception cref="ArgumentException">An unknown one.</exception>
    public BlobDigest Digest(DigestAlgorithm algorithm) => algorithm switch
    {
        DigestAlgorithm.Sha1 => Sha1,
        DigestAlgorithm.Sha256 => Sha256,
        DigestAlgorithm.Sha512 => Sha512,
        _ => throw new ArgumentException($"There is no digest algorithm {(int)algorithm}.", nameof(algorithm)),
    };
}

/// <summary>What a source promised about bytes that are still to come.</summary>
public sealed record BlobExpectation
{
    /// <summary>Digests that must all match.</summary>
    /// <value>Default none.</value>
    public ImmutableArray<BlobDigest> Digests { get; init; } = [];

    /// <summary>The length in bytes that must match; one byte more stops the writer at once.</summary>
    /// <value>Default unknown. Valid 0 to <see cref="BlobLimits.LengthMax"/>.</value>
    public long? Length { get; init; }

    /// <summary>The id that must come out; null for any.</summary>
    internal BlobId? Id { get; init; }

    /// <summary>Expects one digest.</summary>
    /// <param name="digest">It must match.</param>
    /// <param name="length">The length in bytes, if known.</param>
    public static BlobExpectation Of(BlobDigest digest, long? length = null) =>
        new() { Digests = [digest], Length = length };
}

/// <summary>One page of an owner's blobs.</summary>
/// <param name="Ids">In no particular order; each blob once.</param>
/// <param name="NextCursor">Where the next page begins; null at the end.</param>
public sealed record BlobPage(IReadOnlyList<BlobId> Ids, long? NextCursor);

/// <summary>What a full check of stored bytes found.</summary>
/// <param name="IsIntact">Whether every byte is what was put.</param>
/// <param name="DamagedBlock">The first block that differs; null when intact or when the block cannot be told.</param>
/// <param name="Problem">A sentence for people; null when intact.</param>
public sealed record BlobVerdict(bool IsIntact, long? DamagedBlock, string? Problem);
