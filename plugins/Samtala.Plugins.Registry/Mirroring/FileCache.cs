using Samtala.Abstractions;

namespace Samtala.Plugins.Registry.Mirroring;

/// <summary>Package files of one mirror: verified before they are kept, published for the door.</summary>
internal sealed class FileCache(INode node, Shelf shelf, TimeProvider time, CancellationToken stopping)
{
    private readonly Flights<BlobInfo> _fetches = new(stopping);

    /// <summary>The file, when it is held.</summary>
    public async ValueTask<BlobInfo?> FindAsync(string key, CancellationToken cancellationToken)
    {
        var record = await shelf.FindAsync(key, RegistryJson.Default.FileRecord, cancellationToken);
        return record is not null && BlobId.TryParse(record.Blob, out var id)
            ? await node.Blobs.FindAsync(id, cancellationToken) : null;
    }

    /// <summary>What was recorded of the file, also when its bytes are no longer here.</summary>
    public ValueTask<FileRecord?> RecordAsync(string key, CancellationToken cancellationToken) =>
        shelf.FindAsync(key, RegistryJson.Default.FileRecord, cancellationToken);

    /// <summary>The file, when it is held; else fetches it, one request at a time, and keeps it.</summary>
    /// <param name="key">Key of the record.</param>
    /// <param name="fetch">Returns only verified bytes.</param>
    /// <param name="cancellationToken">The client left.</param>
    /// <exception cref="MirrorException">It is not held and cannot be fetched.</exception>
    public async Task<BlobInfo> GetAsync(
        string key, Func<CancellationToken, Task<BlobInfo>> fetch, CancellationToken cancellationToken) =>
        await FindAsync(key, cancellationToken)
        ?? await _fetches.JoinAsync(key, token => FetchAsync(key, fetch, token)).WaitAsync(cancellationToken);

    /// <summary>Publishes a file and makes its answer.</summary>
    public async Task<PublishedAnswer> PublishAsync(string path, BlobInfo blob, string etag, string contentType)
    {
        PublishedAnswer answer = Answer(path, blob, etag, contentType);
        await node.Answers.PublishAsync([answer], stopping);
        return answer;
    }

    /// <summary>A file never changes under its name.</summary>
    public static PublishedAnswer Answer(string path, BlobInfo blob, string etag, string contentType) =>
        new(path, new Content.OfBlob(blob.Id, 0, blob.Length))
        {
            Etag = etag,
            Headers =
            [
                new Header("Content-Type", contentType),
                new Header("Cache-Control", "public, max-age=31536000, immutable"),
            ],
        };

    private async Task<BlobInfo> FetchAsync(
        string key, Func<CancellationToken, Task<BlobInfo>> fetch, CancellationToken cancellationToken)
    {
        var blob = await fetch(cancellationToken);
        await shelf.PutAsync(
            key, FileRecord.Of(blob, time.GetUtcNow()), RegistryJson.Default.FileRecord, cancellationToken);
        return blob;
    }
}
