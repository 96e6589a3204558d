using System.Collections.Immutable;
using Samtala.Abstractions;
using Samtala.Gateway;
using Samtala.Hypercore.Blobs;
using Samtala.Services.Blobs;
using BlobId = Samtala.Abstractions.BlobId;
using BlobInfo = Samtala.Abstractions.BlobInfo;
using DigestAlgorithm = Samtala.Abstractions.DigestAlgorithm;
using StoredId = Samtala.Hypercore.Blobs.BlobId;
using StoredInfo = Samtala.Hypercore.Blobs.BlobInfo;

namespace Samtala.Node.Start;

/// <summary>The node's blobs as the door asks for them.</summary>
internal sealed class BlobDoor(BlobStore blobs) : IBlobDoor
{
    public async ValueTask<BlobInfo?> FindAsync(BlobId id, CancellationToken cancellationToken) =>
        await blobs.StatAsync(ToStored(id), cancellationToken) is { } info ? FromStored(info) : null;

    public async ValueTask<BlobInfo?> FindAsync(Digest digest, CancellationToken cancellationToken) =>
        await blobs.FindAsync(ToStored(digest), cancellationToken) is { } id
        && await blobs.StatAsync(id, cancellationToken) is { } info
            ? FromStored(info)
            : null;

    public async ValueTask<OpenBlob?> OpenAsync(BlobId id, CancellationToken cancellationToken) =>
        await blobs.OpenAsync(ToStored(id), cancellationToken) is { } view ? new View(view) : null;

    public async ValueTask<BlobInfo> CreateAsync(
        IAsyncEnumerable<ReadOnlyMemory<byte>> content,
        IReadOnlyList<Digest> expected,
        CancellationToken cancellationToken)
    {
        ImmutableArray<BlobDigest> digests = [.. expected.Select(ToStored)];
        var promise = digests.IsEmpty ? null : new BlobExpectation { Digests = digests };
        try
        {
            return FromStored(await blobs.PutAsync(content, promise, BlobService.Owner, cancellationToken));
        }
        catch (BlobDigestMismatchException e)
            when (Digest.TryParse(e.Expected, out var promised) && Digest.TryParse(e.Seen, out var seen))
        {
            throw new DigestMismatchException(promised, seen);
        }
    }

    private static StoredId ToStored(BlobId id)
    {
        Span<byte> bytes = stackalloc byte[BlobId.Size];
        id.CopyTo(bytes);
        return new StoredId(bytes);
    }

    private static BlobDigest ToStored(Digest digest) =>
        new((Hypercore.Blobs.DigestAlgorithm)(int)digest.Algorithm, digest.Value);

    private static BlobInfo FromStored(StoredInfo info) => new(
        new BlobId(info.Id.Key.Bytes),
        info.Length,
        new Digest(DigestAlgorithm.Sha1, info.Sha1.Bytes),
        new Digest(DigestAlgorithm.Sha256, info.Sha256.Bytes),
        new Digest(DigestAlgorithm.Sha512, info.Sha512.Bytes));

    private sealed class View(BlobView view) : OpenBlob
    {
        public override long Length => view.Info.Length;

        public override FileRange FileAt(long offset) => view.File is { } file
            ? new FileRange(file.Handle, file.Offset + offset, file.Length - offset)
            : new FileRange(null, 0, 0);

        public override ValueTask<int> ReadAsync(
            long offset, Memory<byte> target, CancellationToken cancellationToken) =>
            view.ReadAsync(offset, target, cancellationToken);

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                view.Dispose();
        }
    }
}
