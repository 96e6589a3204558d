using Microsoft.Win32.SafeHandles;
using Samtala.Storage;

namespace Samtala.Hypercore.Blobs;

/// <summary>A run of bytes of an open file.</summary>
/// <param name="Handle">Owned by the store; valid until the view is disposed.</param>
/// <param name="Offset">First byte of the blob in the file.</param>
/// <param name="Length">Bytes of the blob.</param>
public readonly record struct BlobFileRange(SafeFileHandle Handle, long Offset, long Length);

/// <summary>A blob held open: its bytes stay where they are until this is disposed.</summary>
/// <remarks>Thread-safe. Send <see cref="Bytes"/> if there are any, else <see cref="File"/>, else read.</remarks>
public sealed class BlobView : IDisposable
{
    private readonly BlobStore _blobs;
    private readonly BlobRecord _record;
    private readonly ExtentView? _extent;
    private int _isDisposed;

    internal BlobView(BlobStore blobs, BlobRecord record, ExtentView? extent)
    {
        _blobs = blobs;
        _record = record;
        _extent = extent;
    }

    /// <summary>What is known of the blob.</summary>
    public BlobInfo Info => _record.Info;

    /// <summary>All bytes, when the blob is small enough to lie in its record; null otherwise.</summary>
    public ReadOnlyMemory<byte>? Bytes => _record.Data is null ? _record.Inline : default(ReadOnlyMemory<byte>?);

    /// <summary>Where the bytes lie in a file, to be sent without copying; null for blobs of one block and for stores
    /// without files: then read.</summary>
    public BlobFileRange? File =>
        _extent is null ? null : new BlobFileRange(_extent.File, _extent.Offset, Info.Length);

    /// <summary>Reads a range.</summary>
    /// <param name="offset">First byte, 0 to the length.</param>
    /// <param name="target">Filled completely unless the blob ends first.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>Bytes read; less than asked only at the end.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The offset is negative or behind the end.</exception>
    /// <exception cref="StoreCorruptException">The stored bytes are damaged; none are returned, and from now on the
    /// blob counts as absent until it is put again.</exception>
    public ValueTask<int> ReadAsync(long offset, Memory<byte> target, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _isDisposed) != 0, this);
        return _blobs.ReadRecordAsync(_record, offset, target, cancellationToken);
    }

    /// <summary>Lets the sweep have the blob.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
            return;
        _extent?.Dispose();
        _blobs.Unpin(Info.Id);
    }
}
