using System.Buffers;
using Samtala.Crypto;

namespace Samtala.Hypercore.Blobs;

/// <summary>Takes the bytes of one blob piece by piece, in constant memory, and keeps all of them or none.</summary>
/// <remarks>Not thread-safe. Disposing before <see cref="CompleteAsync"/> leaves nothing behind.</remarks>
public sealed class BlobWriter : IAsyncDisposable
{
    private readonly BlobStore _blobs;
    private readonly OwnerToken _owner;
    private readonly BlobExpectation? _expected;
    private readonly BlobHasher _hasher = new();
    private readonly BlobExtentSink _sink;
    private byte[]? _block = ArrayPool<byte>.Shared.Rent(BlobLimits.BlockSize);
    private int _filled;
    private bool _isBroken;
    private bool _isComplete;

    internal BlobWriter(BlobStore blobs, OwnerToken owner, BlobExpectation? expected)
    {
        _blobs = blobs;
        _owner = owner;
        _expected = expected;
        _sink = new BlobExtentSink(blobs.Store);
    }

    /// <summary>Bytes taken so far.</summary>
    public long Length => _hasher.Length + _filled;

    /// <summary>Takes more bytes.</summary>
    /// <param name="bytes">Read during the call only.</param>
    /// <param name="cancellationToken">Gives up; the writer can then only be disposed.</param>
    /// <exception cref="BlobDigestMismatchException">More bytes than the expected length.</exception>
    /// <exception cref="ArgumentException">More than <see cref="BlobLimits.LengthMax"/> bytes.</exception>
    /// <exception cref="Samtala.Storage.StoreException">The disk refused.</exception>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        byte[] block = RequireOpen();
        RequireRoom(bytes.Length);
        _isBroken = true;
        while (!bytes.IsEmpty)
        {
            // A full block waits for the next byte: only then is it known not to be the last.
            if (_filled == BlobLimits.BlockSize)
            {
                await FlushAsync(block.AsMemory(0, BlobLimits.BlockSize), cancellationToken);
                _filled = 0;
            }

            if (_filled == 0 && bytes.Length > BlobLimits.BlockSize)
            {
                await FlushAsync(bytes[..BlobLimits.BlockSize], cancellationToken);
                bytes = bytes[BlobLimits.BlockSize..];
                continue;
            }

            int taken = Math.Min(bytes.Length, BlobLimits.BlockSize - _filled);
            bytes[..taken].CopyTo(block.AsMemory(_filled));
            _filled += taken;
            bytes = bytes[taken..];
        }

        _isBroken = false;
    }

    /// <summary>Checks everything that was promised, then keeps the blob durably for the owner.</summary>
    /// <param name="expected">Promises that became known meanwhile, besides those at the beginning; or null.</param>
    /// <param name="cancellationToken">Gives up waiting; the blob may still be kept.</param>
    /// <returns>The blob; one that was already stored is not stored twice.</returns>
    /// <exception cref="BlobDigestMismatchException">A digest or the length differs; nothing is kept.</exception>
    /// <exception cref="Samtala.Storage.StoreException">The disk refused; nothing is kept.</exception>
    public async ValueTask<BlobInfo> CompleteAsync(BlobExpectation? expected, CancellationToken cancellationToken)
    {
        byte[] block = RequireOpen();
        _isBroken = true;
        ReadOnlyMemory<byte> last = block.AsMemory(0, _filled);
        Hash32 leaf = _filled == 0 ? default : _hasher.Append(last.Span, isLast: true);
        _filled = 0;
        BlobInfo info = _hasher.Complete();
        Check(_expected, info);
        Check(expected, info);
        _isComplete = true;

        // Known bytes need no second copy; the extent begun for them is given back when this is disposed.
        if (await _blobs.TryAddOwnerAsync(info.Id, _owner, cancellationToken))
            return info;
        BlobRecord record = new() { Info = info };
        if (!_sink.IsStarted && info.Length <= BlobLimits.InlineSizeMax)
        {
            record = record with { Inline = last.ToArray() };
        }
        else
        {
            await _sink.WriteBlockAsync(last, leaf, cancellationToken);
            var (data, leaves) = await _sink.CompleteAsync(cancellationToken);
            record = record with { Data = data, Leaves = leaves };
        }

        await _blobs.CommitAsync(record, _owner, cancellationToken);
        return info;
    }

    /// <summary>Gives back whatever was not kept.</summary>
    public async ValueTask DisposeAsync()
    {
        byte[]? block = Interlocked.Exchange(ref _block, null);
        if (block is null)
            return;
        ArrayPool<byte>.Shared.Return(block);
        _hasher.Dispose();
        await _sink.DisposeAsync();
    }

    internal static void Check(BlobExpectation? expected, BlobInfo info)
    {
        if (expected is null)
            return;
        if (expected.Length is { } length && length != info.Length)
            throw BlobDigestMismatchException.OfLength(length, $"{info.Length} bytes");
        if (expected.Id is { } id && id != info.Id)
            throw new InvalidOperationException($"The bytes are blob {info.Id}, not {id}; nothing was kept.");
        foreach (ref readonly BlobDigest digest in expected.Digests.AsSpan())
        {
            BlobDigest seen = info.Digest(digest.Algorithm);
            if (seen != digest)
                throw BlobDigestMismatchException.OfDigest(digest, seen);
        }
    }

    private async ValueTask FlushAsync(ReadOnlyMemory<byte> block, CancellationToken ct)
    {
        Hash32 leaf = _hasher.Append(block.Span, isLast: false);
        await _sink.WriteBlockAsync(block, leaf, ct);
    }

    private void RequireRoom(int size)
    {
        if (_expected?.Length is { } expected && size > expected - Length)
            throw BlobDigestMismatchException.OfLength(expected, $"at least {Length + size} bytes");
        if (size > BlobLimits.LengthMax - Length)
            throw new ArgumentException($"A blob has at most {BlobLimits.LengthMax} bytes.", nameof(size));
    }

    private byte[] RequireOpen()
    {
        ObjectDisposedException.ThrowIf(_block is null, this);
        if (_isComplete || _isBroken)
            throw new InvalidOperationException("This writer is complete, or a write failed: it can only be disposed.");
        return _block;
    }
}
