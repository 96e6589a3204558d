using System.Runtime.CompilerServices;
using Samtala.Abstractions;
using Samtala.Hypercore.Blobs;
using BlobId = Samtala.Abstractions.BlobId;
using BlobInfo = Samtala.Abstractions.BlobInfo;
using DigestAlgorithm = Samtala.Abstractions.DigestAlgorithm;
using StoredId = Samtala.Hypercore.Blobs.BlobId;
using StoredInfo = Samtala.Hypercore.Blobs.BlobInfo;

namespace Samtala.Kernel;

/// <summary>The blobs one plugin keeps.</summary>
internal sealed class PluginBlobs(BlobStore blobs, PluginBlobSharing sharing, string owner) : IBlobs
{
    public static string OwnerOf(string pluginId) => $"plugin/{pluginId}";

    public static StoredId ToStored(BlobId id)
    {
        Span<byte> bytes = stackalloc byte[BlobId.Size];
        id.CopyTo(bytes);
        return new StoredId(bytes);
    }

    public async ValueTask<BlobInfo> PutAsync(
        IAsyncEnumerable<ReadOnlyMemory<byte>> content,
        IReadOnlyList<Digest> expected,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(expected);
        var promise = expected.Count == 0
            ? null
            : new BlobExpectation { Digests = [.. expected.Select(ToStored)] };
        try
        {
            return FromStored(await blobs.PutAsync(content, promise, owner, cancellationToken));
        }
        catch (BlobDigestMismatchException e)
            when (Digest.TryParse(e.Expected, out var promised) && Digest.TryParse(e.Seen, out var seen))
        {
            throw new DigestMismatchException(promised, seen);
        }
    }

    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(
        BlobId id, long offset, long length, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfLessThan(length, -1);
        using var view = await blobs.OpenAsync(ToStored(id), cancellationToken)
            ?? throw new KeyNotFoundException($"Blob {id} is not stored here. Put it again, or fetch it.");
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, view.Info.Length);
        var left = view.Info.Length - offset;
        if (length >= 0)
            left = Math.Min(left, length);
        var buffer = new byte[Math.Min(left, BlobLimits.BlockSize)];
        while (left > 0)
        {
            var read = await view.ReadAsync(offset, buffer.AsMemory(0, (int)Math.Min(left, buffer.Length)),
                cancellationToken);
            offset += read;
            left -= read;
            yield return buffer.AsMemory(0, read);
        }
    }

    public async ValueTask<BlobInfo?> FindAsync(BlobId id, CancellationToken cancellationToken) =>
        await blobs.StatAsync(ToStored(id), cancellationToken) is { } info ? FromStored(info) : null;

    public async ValueTask<BlobInfo?> FindAsync(Digest digest, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(digest);
        return await blobs.FindAsync(ToStored(digest), cancellationToken) is { } id
            && await blobs.StatAsync(id, cancellationToken) is { } info
            ? FromStored(info)
            : null;
    }

    public async ValueTask ReleaseAsync(BlobId id, CancellationToken cancellationToken) =>
        await blobs.RemoveOwnerAsync(ToStored(id), owner, cancellationToken);

    public async ValueTask ShareAsync(
        IReadOnlyList<BlobId> ids, bool isShared, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(ids);
        if (ids.Count is 0 or > IBlobs.SharesMax)
        {
            throw new ArgumentException(
                $"1 to {IBlobs.SharesMax} blobs are shared at once, not {ids.Count}.", nameof(ids));
        }

        await sharing.SetAsync(blobs, [.. ids.Select(ToStored)], isShared, cancellationToken);
    }

    public async ValueTask<BlobInfo> FetchAsync(WantedBlob wanted, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        var promise = new BlobExpectation { Digests = [.. wanted.Expected.Select(ToStored)] };
        try
        {
            return FromStored(await sharing.FetchAsync(blobs, wanted, promise, owner, cancellationToken));
        }
        catch (BlobDigestMismatchException e)
            when (Digest.TryParse(e.Expected, out var promised) && Digest.TryParse(e.Seen, out var seen))
        {
            throw new DigestMismatchException(promised, seen);
        }
    }

    private static BlobDigest ToStored(Digest digest) =>
        new((Hypercore.Blobs.DigestAlgorithm)(int)digest.Algorithm, digest.Value);

    private static BlobInfo FromStored(StoredInfo info) => new(
        FromStored(info.Id),
        info.Length,
        new Digest(DigestAlgorithm.Sha1, info.Sha1.Bytes),
        new Digest(DigestAlgorithm.Sha256, info.Sha256.Bytes),
        new Digest(DigestAlgorithm.Sha512, info.Sha512.Bytes));

    private static BlobId FromStored(StoredId id) => new(id.Key.Bytes);
}
