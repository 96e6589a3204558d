using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Samtala.Hypercore.Blobs;
using Samtala.Node.V1;
using Samtala.Storage;

namespace Samtala.Services.Blobs;

/// <summary>Immutable bytes of any size. See proto/samtala/node/v1/blob.proto.</summary>
public sealed class BlobService : Samtala.Node.V1.BlobService.BlobServiceBase
{
    /// <summary>Who keeps the blobs that come through this service and through REST.</summary>
    public const string Owner = "api";

    /// <summary>Longest piece of an upload in bytes.</summary>
    public const int ChunkSizeMax = 1024 * 1024;

    private const string NamePrefix = "blobs/";
    private const int ExpectedCountMax = 8;
    private readonly BlobStore _blobs;

    /// <summary>Serves a store of blobs.</summary>
    /// <param name="blobs">Kept; owned by the caller.</param>
    public BlobService(BlobStore blobs) => _blobs = blobs;

    /// <inheritdoc/>
    public override async Task<Blob> UploadBlob(
        IAsyncStreamReader<UploadBlobRequest> requestStream, ServerCallContext context)
    {
        var more = await requestStream.MoveNext(context.CancellationToken);
        var expected = more ? ExpectationOf(requestStream.Current.Expected) : null;
        await using var writer = _blobs.Begin(Owner, expected);
        try
        {
            while (more)
            {
                if (requestStream.Current.Chunk.Length > ChunkSizeMax)
                {
                    throw ServiceError.Invalid(
                        "SAM0711", "chunk", $"A piece has at most {ChunkSizeMax} bytes; send more pieces.");
                }

                await writer.WriteAsync(requestStream.Current.Chunk.Memory, context.CancellationToken);
                more = await requestStream.MoveNext(context.CancellationToken);
            }

            return Describe(await writer.CompleteAsync(null, context.CancellationToken));
        }
        catch (BlobDigestMismatchException e)
        {
            throw ServiceError.Make(StatusCode.InvalidArgument, "SAM0301", "DIGEST_MISMATCH", e.Message);
        }
    }

    /// <inheritdoc/>
    public override async Task DownloadBlob(
        DownloadBlobRequest request, IServerStreamWriter<DownloadBlobResponse> responseStream,
            ServerCallContext context)
    {
        var id = await FindAsync(request.Name, context.CancellationToken);
        using var view = await _blobs.OpenAsync(id, context.CancellationToken) ?? throw NotFound(request.Name);
        var length = view.Info.Length;
        if (request.Offset < 0 || request.Offset > length)
        {
            throw ServiceError.Make(
                StatusCode.OutOfRange, "SAM0713", "RANGE_OUTSIDE", $"'{request.Name}' has {length} bytes.");
        }

        if (request.Length < 0)
            throw ServiceError.Invalid("SAM0713", "length", "How many bytes: 1 or more; 0 means to the end.");
        var left = request.Length == 0 ? length - request.Offset : Math.Min(request.Length, length - request.Offset);
        var offset = request.Offset;
        while (left > 0)
        {
            // A fresh array for each piece: the message owns it, and the writer may still hold the one before.
            var piece = new byte[(int)Math.Min(left, BlobLimits.BlockSize)];
            await ReadAsync(view, offset, piece, context.CancellationToken);
            await responseStream.WriteAsync(
                new DownloadBlobResponse { Chunk = UnsafeByteOperations.UnsafeWrap(piece) }, context.CancellationToken);
            offset += piece.Length;
            left -= piece.Length;
        }
    }

    /// <inheritdoc/>
    public override async Task<Blob> GetBlob(GetBlobRequest request, ServerCallContext context)
    {
        var id = await FindAsync(request.Name, context.CancellationToken);
        var info = await _blobs.StatAsync(id, context.CancellationToken);
        return info is null ? throw NotFound(request.Name) : Describe(info);
    }

    /// <inheritdoc/>
    public override async Task<ListBlobsResponse> ListBlobs(ListBlobsRequest request, ServerCallContext context)
    {
        var size = Paging.Size(request.PageSize);
        var after = Paging.After(request.PageToken);
        if (after.Length is not (0 or BlobId.Size))
            throw ServiceError.Invalid("SAM0703", "page_token", "This token belongs to another list; leave it empty.");
        // The store hands out groups of ids by their first twelve bits, so those say where to go on.
        var page = await _blobs.ListAsync(
            Owner, after.Length == 0 ? 0 : (after[0] << 4) | (after[1] >> 4), size + 1, context.CancellationToken);
        var ids = page.Ids.Where(id => id.Key.Bytes.SequenceCompareTo(after) > 0 || after.Length == 0)
            .OrderBy(id => id.ToString(), StringComparer.Ordinal).ToList();
        ListBlobsResponse response = new();
        foreach (var id in ids.Take(size))
        {
            if (await _blobs.StatAsync(id, context.CancellationToken) is { } info)
                response.Blobs.Add(Describe(info));
        }

        if (ids.Count > size || (page.NextCursor is not null && ids.Count > 0))
            response.NextPageToken = Paging.Token(ids[Math.Min(size, ids.Count) - 1].Key.Bytes);
        return response;
    }

    /// <inheritdoc/>
    public override async Task<Empty> DeleteBlob(DeleteBlobRequest request, ServerCallContext context)
    {
        var id = await FindAsync(request.Name, context.CancellationToken);
        return await _blobs.RemoveOwnerAsync(id, Owner, context.CancellationToken)
            ? new Empty()
            : throw NotFound(request.Name);
    }

    private static async Task ReadAsync(
        BlobView view, long offset, Memory<byte> target, CancellationToken cancellationToken)
    {
        try
        {
            await view.ReadAsync(offset, target, cancellationToken);
        }
        catch (StoreCorruptException e)
        {
            throw ServiceError.Make(StatusCode.DataLoss, "SAM0304", "BLOB_DAMAGED", e.Message);
        }
    }

    private async Task<BlobId> FindAsync(string name, CancellationToken cancellationToken)
    {
        var text = name.StartsWith(NamePrefix, StringComparison.Ordinal) ? name[NamePrefix.Length..] : "";
        if (BlobId.TryParse(text, out var id))
            return id;
        if (!BlobDigest.TryParse(text, out var digest))
            throw ServiceError.Invalid("SAM0710", "name", "Write blobs/{64 hexadecimal digits} or blobs/sha256:{hex}.");
        return await _blobs.FindAsync(digest, cancellationToken) ?? throw NotFound(name);
    }

    private static BlobExpectation? ExpectationOf(IReadOnlyCollection<string> expected)
    {
        if (expected.Count > ExpectedCountMax)
        {
            throw ServiceError.Invalid(
                "SAM0712", "expected", $"At most {ExpectedCountMax} digests; these are {expected.Count}.");
        }

        List<BlobDigest> digests = [];
        foreach (var text in expected)
        {
            digests.Add(BlobDigest.TryParse(text, out var digest)
                ? digest
                : throw ServiceError.Invalid("SAM0712", "expected", "Write sha256:{hex}, sha512:{hex} or sha1:{hex}."));
        }

        return digests.Count == 0 ? null : new BlobExpectation { Digests = [.. digests] };
    }

    private static Blob Describe(BlobInfo info) => new()
    {
        Name = NamePrefix + info.Id,
        Size = info.Length,
        Sha1 = Convert.ToHexStringLower(info.Sha1.Bytes),
        Sha256 = Convert.ToHexStringLower(info.Sha256.Bytes),
        Sha512 = Convert.ToHexStringLower(info.Sha512.Bytes),
    };

    private static RpcException NotFound(string name) => ServiceError.Make(
        StatusCode.NotFound, "SAM0714", "BLOB_NOT_FOUND", $"This node does not have '{name}'. See: samtala blob list");
}
