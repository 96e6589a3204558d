namespace Samtala.Abstractions;

/// <summary>Immutable bytes, kept for this plugin until it lets go.</summary>
public interface IBlobs
{
    /// <summary>Most blobs in one call of <see cref="ShareAsync"/>.</summary>
    const int SharesMax = 256;

    /// <summary>Stores bytes; durable when it returns. Nothing is kept when an expected digest does not
    /// match.</summary>
    /// <param name="content">Read once, in order; each piece is read before the next is asked for.</param>
    /// <param name="expected">What the bytes must hash to; may be empty.</param>
    /// <param name="cancellationToken">Gives up; nothing is kept.</param>
    /// <exception cref="DigestMismatchException">The bytes are others than expected.</exception>
    ValueTask<BlobInfo> PutAsync(
        IAsyncEnumerable<ReadOnlyMemory<byte>> content,
        IReadOnlyList<Digest> expected,
        CancellationToken cancellationToken);

    /// <summary>Reads a range in pieces of at most 64 KiB.</summary>
    /// <param name="id">The blob.</param>
    /// <param name="offset">First byte.</param>
    /// <param name="length">How many bytes; -1 means to the end.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Each piece is valid until the next is asked for.</returns>
    /// <exception cref="KeyNotFoundException">This node does not have it.</exception>
    IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(
        BlobId id, long offset, long length, CancellationToken cancellationToken);

    /// <summary>Finds a blob by its id.</summary>
    /// <param name="id">The blob.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>Null when this node does not have it.</returns>
    ValueTask<BlobInfo?> FindAsync(BlobId id, CancellationToken cancellationToken);

    /// <summary>Finds a blob by a digest.</summary>
    /// <param name="digest">SHA-1, SHA-256 or SHA-512.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>Null when this node does not have it.</returns>
    ValueTask<BlobInfo?> FindAsync(Digest digest, CancellationToken cancellationToken);

    /// <summary>Lets go of a blob. Its space is given back once nobody else keeps it.</summary>
    /// <param name="id">The blob; unknown ones are fine.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    ValueTask ReleaseAsync(BlobId id, CancellationToken cancellationToken);

    /// <summary>Lets other nodes that know its id read a blob, or no longer; kept over restarts (grant
    /// <c>logs</c>). For as long as it is shared this plugin keeps it.</summary>
    /// <param name="ids">1 to <see cref="SharesMax"/>.</param>
    /// <param name="isShared">Whether others may read them.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="KeyNotFoundException">One that should be shared is not here; none was shared.</exception>
    ValueTask ShareAsync(IReadOnlyList<BlobId> ids, bool isShared, CancellationToken cancellationToken);

    /// <summary>Fetches a blob from the nodes that share a followed map; verified and durable when it returns (grant
    /// <c>logs</c>). One that is here already is not fetched again.</summary>
    /// <param name="wanted">Which, from where.</param>
    /// <param name="cancellationToken">Gives up; pieces that arrived may be kept for the next attempt.</param>
    /// <exception cref="MapException">No connected node gives it, or it is longer than allowed.</exception>
    /// <exception cref="DigestMismatchException">Its bytes are others than expected; nothing was kept.</exception>
    ValueTask<BlobInfo> FetchAsync(WantedBlob wanted, CancellationToken cancellationToken);
}

/// <summary>A blob to fetch from other nodes.</summary>
/// <param name="Id">Which; what arrives is verified against it piece by piece.</param>
/// <param name="From">A followed map: the nodes that share it are asked.</param>
public sealed record WantedBlob(BlobId Id, MapId From)
{
    /// <summary>What the bytes must hash to besides.</summary>
    /// <value>Default none.</value>
    public IReadOnlyList<Digest> Expected { get; init; } = [];

    /// <summary>Longest blob to accept.</summary>
    /// <value>Default 2 GiB.</value>
    public long LengthMax { get; init; } = 2L * 1024 * 1024 * 1024;
}

/// <summary>What is known of a blob.</summary>
/// <param name="Id">Its id: the key of a static log.</param>
/// <param name="Length">In bytes.</param>
/// <param name="Sha1">For look-ups only, never for trust.</param>
/// <param name="Sha256">SHA-256.</param>
/// <param name="Sha512">SHA-512.</param>
public sealed record BlobInfo(BlobId Id, long Length, Digest Sha1, Digest Sha256, Digest Sha512);

/// <summary>The bytes are others than expected; nothing was kept.</summary>
public sealed class DigestMismatchException : IOException
{
    /// <summary>Names both digests.</summary>
    /// <param name="expected">What was asked for.</param>
    /// <param name="seen">What arrived.</param>
    public DigestMismatchException(Digest expected, Digest seen)
        : base($"The bytes hash to {seen}, not to {expected}. Nothing was kept; ask again or ask another source.")
    {
        Expected = expected;
        Seen = seen;
    }

    /// <summary>What was asked for.</summary>
    public Digest Expected { get; }

    /// <summary>What arrived.</summary>
    public Digest Seen { get; }
}
