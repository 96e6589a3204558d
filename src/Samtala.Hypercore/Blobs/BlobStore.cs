using System.Buffers;
using Samtala.Storage;

namespace Samtala.Hypercore.Blobs;

/// <summary>
/// Immutable bytes, each blob stored once, found by its id or by a SHA digest, kept while somebody owns it. A blob is a
/// static log, so any holder can serve verified ranges of it. Source: docs/blobs.md.
/// </summary>
/// <remarks>Thread-safe. Concurrent puts share the store's disk flushes.</remarks>
public sealed partial class BlobStore
{
    private readonly TimeProvider _time;
    private readonly OwnerShelf _shelf;
    private readonly BlobPins _pins = new();

    /// <summary>Uses a store; several instances on one store may write, but only one may sweep.</summary>
    /// <param name="store">Where blobs lie; owned by the caller.</param>
    /// <param name="time">Tells when a blob lost its last owner.</param>
    public BlobStore(IStore store, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(time);
        Store = store;
        _time = time;
        _shelf = new OwnerShelf(store);
    }

    internal IStore Store { get; }

    /// <summary>Begins a blob that comes piece by piece.</summary>
    /// <param name="owner">Who holds it, 1 to <see cref="BlobLimits.OwnerSizeMax"/> UTF-8 bytes, such as
    /// "plugin:registry".</param>
    /// <param name="expected">What was promised, or null; more may be said at the end.</param>
    /// <returns>A writer the caller disposes.</returns>
    /// <exception cref="ArgumentException">The owner's name is empty or too long.</exception>
    public BlobWriter Begin(string owner, BlobExpectation? expected = null) =>
        new(this, OwnerToken.Of(owner), expected);

    /// <summary>Stores all of a stream, in constant memory.</summary>
    /// <param name="source">Read to its end; owned by the caller.</param>
    /// <param name="expected">What was promised, or null.</param>
    /// <param name="owner">Who holds the blob.</param>
    /// <param name="cancellationToken">Gives up; then nothing is kept unless it was just being committed.</param>
    /// <returns>The blob, durable.</returns>
    /// <exception cref="BlobDigestMismatchException">The bytes are not those promised; nothing is kept.</exception>
    /// <exception cref="StoreException">The disk refused; nothing is kept.</exception>
    public async Task<BlobInfo> PutAsync(
        Stream source, BlobExpectation? expected, string owner, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        await using BlobWriter writer = Begin(owner, expected);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BlobLimits.BlockSize);
        try
        {
            int read;
            while ((read = await source.ReadAsync(buffer.AsMemory(0, BlobLimits.BlockSize), cancellationToken)) > 0)
                await writer.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            return await writer.CompleteAsync(null, cancellationToken);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Stores pieces as they come, in constant memory.</summary>
    /// <param name="source">Each piece is read before the next is asked for.</param>
    /// <param name="expected">What was promised, or null.</param>
    /// <param name="owner">Who holds the blob.</param>
    /// <param name="cancellationToken">Gives up; then nothing is kept unless it was just being committed.</param>
    /// <returns>The blob, durable.</returns>
    /// <exception cref="BlobDigestMismatchException">The bytes are not those promised; nothing is kept.</exception>
    /// <exception cref="StoreException">The disk refused; nothing is kept.</exception>
    public async Task<BlobInfo> PutAsync(
        IAsyncEnumerable<ReadOnlyMemory<byte>> source,
        BlobExpectation? expected,
        string owner,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        await using BlobWriter writer = Begin(owner, expected);
        await foreach (ReadOnlyMemory<byte> piece in source.WithCancellation(cancellationToken))
            await writer.WriteAsync(piece, cancellationToken);
        return await writer.CompleteAsync(null, cancellationToken);
    }

    /// <summary>Stores bytes that are in memory.</summary>
    /// <param name="bytes">Read during the call only.</param>
    /// <param name="expected">What was promised, or null.</param>
    /// <param name="owner">Who holds the blob.</param>
    /// <param name="cancellationToken">Gives up; then nothing is kept unless it was just being committed.</param>
    /// <returns>The blob, durable.</returns>
    /// <exception cref="BlobDigestMismatchException">The bytes are not those promised; nothing is kept.</exception>
    /// <exception cref="StoreException">The disk refused; nothing is kept.</exception>
    public async Task<BlobInfo> PutAsync(
        ReadOnlyMemory<byte> bytes, BlobExpectation? expected, string owner, CancellationToken cancellationToken)
    {
        await using BlobWriter writer = Begin(owner, expected);
        await writer.WriteAsync(bytes, cancellationToken);
        return await writer.CompleteAsync(null, cancellationToken);
    }

    /// <summary>Finds a blob by what another hash function makes of it: one read.</summary>
    /// <param name="digest">Its digest. A SHA-1 may be forged: the last blob put with it is found.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>The id, or null when no such blob is stored.</returns>
    public async ValueTask<BlobId?> FindAsync(BlobDigest digest, CancellationToken cancellationToken)
    {
        byte[]? id = await Store.GetAsync(BlobKeyspaces.Digests, BlobKeyspaces.DigestKey(digest), cancellationToken);
        return id is { Length: BlobId.Size } ? new BlobId(id.AsSpan()) : null;
    }

    /// <summary>Tells what is known of a blob: one read.</summary>
    /// <param name="id">Which.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>Null when it is not stored, or was found damaged and not yet put again.</returns>
    public async ValueTask<BlobInfo?> StatAsync(BlobId id, CancellationToken cancellationToken) =>
        (await GetRecordAsync(id, cancellationToken))?.Info;

    /// <summary>Reads a range of a blob.</summary>
    /// <param name="id">Which.</param>
    /// <param name="offset">First byte, 0 to the length.</param>
    /// <param name="target">Filled completely unless the blob ends first.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>Bytes read; less than asked only at the end. Null when the blob is not stored.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The offset is negative or behind the end.</exception>
    /// <exception cref="StoreCorruptException">The stored bytes are damaged; none are returned.</exception>
    public async ValueTask<int?> ReadAsync(
        BlobId id, long offset, Memory<byte> target, CancellationToken cancellationToken)
    {
        await _pins.PinAsync(id, cancellationToken);
        try
        {
            BlobRecord? record = await GetRecordAsync(id, cancellationToken);
            return record is null ? null : await ReadRecordAsync(record, offset, target, cancellationToken);
        }
        finally
        {
            _pins.Unpin(id);
        }
    }

    /// <summary>Holds a blob open for sending.</summary>
    /// <param name="id">Which.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>A view the caller disposes; null when the blob is not stored.</returns>
    /// <exception cref="StoreCorruptException">The stored bytes are damaged; from now on the blob counts as absent
    /// until it is put again.</exception>
    public async ValueTask<BlobView?> OpenAsync(BlobId id, CancellationToken cancellationToken)
    {
        await _pins.PinAsync(id, cancellationToken);
        BlobView? view = null;
        try
        {
            BlobRecord? record = await GetRecordAsync(id, cancellationToken);
            if (record is null)
                return null;

            // One block is copied as cheaply as it is mapped to a file, and may not be in a file yet.
            bool isWorthAFile = record.Info.Length > BlobLimits.BlockSize && Store.Capabilities.HasFiles;
            ExtentView? extent = record.Data is { } data && isWorthAFile
                ? await GuardAsync(record, Store.OpenExtentAsync(data, cancellationToken))
                : null;
            view = new BlobView(this, record, extent);
            return view;
        }
        finally
        {
            if (view is null)
                _pins.Unpin(id);
        }
    }

    internal ValueTask PinAsync(BlobId id, CancellationToken ct) => _pins.PinAsync(id, ct);

    internal void Unpin(BlobId id) => _pins.Unpin(id);

    internal async ValueTask<int> ReadRecordAsync(
        BlobRecord record, long offset, Memory<byte> target, CancellationToken ct)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, record.Info.Length);
        int wanted = (int)Math.Min(target.Length, record.Info.Length - offset);
        if (wanted == 0)
            return 0;
        if (record.Data is not { } data)
        {
            record.Inline.Slice((int)offset, wanted).CopyTo(target);
            return wanted;
        }

        int read = await GuardAsync(record, Store.ReadExtentAsync(data, offset, target[..wanted], ct));
        if (read != wanted)
        {
            await MarkDamagedAsync(record);
            throw new StoreCorruptException(
                $"SAM0304: blob {record.Info.Id} ends at byte {offset + read} instead of {record.Info.Length}. "
                + "Put it again, or fetch it from a peer.");
        }

        return read;
    }

    internal async ValueTask<BlobRecord?> GetRecordAsync(BlobId id, CancellationToken ct)
    {
        byte[]? value = await Store.GetAsync(BlobKeyspaces.Records, BlobKeyspaces.IdKey(id), ct);
        BlobRecord? record = value is null ? null : BlobRecord.Decode(id, value);
        return record is { IsDamaged: false } ? record : null;
    }

    /// <summary>Remembers damage the store itself found, so that the next caller fetches the blob anew.</summary>
    private async ValueTask<T> GuardAsync<T>(BlobRecord record, ValueTask<T> reading)
    {
        try
        {
            return await reading;
        }
        catch (StoreCorruptException)
        {
            await MarkDamagedAsync(record);
            throw;
        }
    }
}
