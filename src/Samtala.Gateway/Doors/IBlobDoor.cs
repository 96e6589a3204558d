using Microsoft.Win32.SafeHandles;
using Samtala.Abstractions;

namespace Samtala.Gateway;

/// <summary>The blobs.</summary>
public interface IBlobDoor
{
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

    /// <summary>Pins a blob's bytes for reading. Completes at once for blobs read before.</summary>
    /// <param name="id">The blob.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>A blob the caller disposes; null when this node does not have it.</returns>
    /// <exception cref="IOException">The bytes are damaged; none are returned.</exception>
    ValueTask<OpenBlob?> OpenAsync(BlobId id, CancellationToken cancellationToken);

    /// <summary>Stores bytes for a caller of the blob service; durable when it returns.</summary>
    /// <param name="content">Read once, in order; each piece is read before the next is asked for.</param>
    /// <param name="expected">What the bytes must hash to; may be empty.</param>
    /// <param name="cancellationToken">Gives up; nothing is kept.</param>
    /// <exception cref="DigestMismatchException">The bytes are others than expected.</exception>
    ValueTask<BlobInfo> CreateAsync(
        IAsyncEnumerable<ReadOnlyMemory<byte>> content,
        IReadOnlyList<Digest> expected,
        CancellationToken cancellationToken);
}

/// <summary>A blob whose bytes stay in place until disposed.</summary>
public abstract class OpenBlob : IDisposable
{
    /// <summary>In bytes.</summary>
    public abstract long Length { get; }

    /// <summary>Finds the file that holds a byte.</summary>
    /// <param name="offset">0 to <see cref="Length"/> - 1.</param>
    /// <returns>The longest run of the file from that byte on; its file is null when there is no file, and
    /// <see cref="ReadAsync"/> must be used.</returns>
    public abstract FileRange FileAt(long offset);

    /// <summary>Reads bytes when there is no file.</summary>
    /// <param name="offset">First byte.</param>
    /// <param name="target">Filled completely unless the blob ends first.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>How many bytes were read; 0 at the end.</returns>
    public abstract ValueTask<int> ReadAsync(long offset, Memory<byte> target, CancellationToken cancellationToken);

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Lets the store move or free the bytes.</summary>
    /// <param name="disposing">True when called by <see cref="Dispose()"/>.</param>
    protected abstract void Dispose(bool disposing);
}

/// <summary>A run of bytes in a file.</summary>
/// <param name="File">Owned by the blob; null when there is no file.</param>
/// <param name="Offset">First byte in the file.</param>
/// <param name="Length">How many bytes.</param>
public readonly record struct FileRange(SafeFileHandle? File, long Offset, long Length);
