using Samtala.Crypto;
using Samtala.Hypercore.Blobs;
using Samtala.Hypercore.Manifests;
using Samtala.Storage;

namespace Samtala.Peers;

/// <summary>The blobs whoever knows their id may pull, found by discovery key.</summary>
/// <remarks>Thread-safe. A mirror shares as many as it has packages, so they are not kept in memory.</remarks>
internal sealed class SharedBlobs(IStore store)
{
    private static readonly Keyspace s_shared = Keyspace.Exact("peer-blob");

    /// <summary>Shares a blob or ends that; durable when it returns.</summary>
    public async ValueTask SetAsync(BlobId id, bool isShared, CancellationToken cancellationToken)
    {
        var key = id.Key;
        var discoveryKey = Manifest.DiscoveryKey(key);
        WriteBatch batch = new();
        if (isShared)
            batch.Put(s_shared, discoveryKey.Bytes, key.Bytes);
        else
            batch.Delete(s_shared, discoveryKey.Bytes);
        await store.CommitAsync(batch, Durability.Durable, cancellationToken);
    }

    /// <summary>The shared blob of a discovery key, or null.</summary>
    public async ValueTask<BlobId?> FindAsync(Hash32 discoveryKey, CancellationToken cancellationToken)
    {
        var id = await store.GetAsync(s_shared, discoveryKey.Bytes.ToArray(), cancellationToken);
        return id is { Length: BlobId.Size } ? new BlobId(id.AsSpan()) : null;
    }
}
