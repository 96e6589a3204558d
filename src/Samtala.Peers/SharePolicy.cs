using System.Collections.Concurrent;
using Samtala.Crypto;
using Samtala.Hypercore.Blobs;
using Samtala.Hypercore.Manifests;
using Samtala.Hypercore.Replication;

namespace Samtala.Peers;

/// <summary>Who may exchange what with this node: shared logs and blobs with whoever knows their key, followed ones
/// with
/// the peers that are asked for them, and nothing else with anybody.</summary>
internal sealed class SharePolicy(LogBook book, SharedBlobs blobs) : IReplicationPolicy
{
    private readonly ConcurrentDictionary<Hash32, int> _fetching = new();

    /// <summary>Tells whether an address is answered by a peer; set once the links are there.</summary>
    public Func<IEnumerable<string>, PublicKey, bool> Leads { get; set; } = static (_, _) => false;

    public bool MayOpen(PublicKey remote, Hash32 discoveryKey)
    {
        if (book.FindByDiscoveryKey(discoveryKey) is { } log)
            return log.IsShared || (!log.IsOwn && Leads(log.Peers, remote));
        if (_fetching.ContainsKey(discoveryKey))
            return true;

        // The embedded store answers at once. One that does not may be asked again when the peer tries again.
        var found = blobs.FindAsync(discoveryKey, CancellationToken.None);
        return found.IsCompletedSuccessfully && found.GetAwaiter().GetResult() is not null;
    }

    /// <summary>Allows a blob to come in until disposed.</summary>
    public IDisposable Fetching(BlobId id)
    {
        var discoveryKey = Manifest.DiscoveryKey(id.Key);
        _fetching.AddOrUpdate(discoveryKey, 1, static (_, n) => n + 1);
        return new Permission(this, discoveryKey);
    }

    private sealed class Permission(SharePolicy policy, Hash32 discoveryKey) : IDisposable
    {
        private int _isDisposed;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isDisposed, 1) == 0
                && policy._fetching.AddOrUpdate(discoveryKey, 0, static (_, n) => n - 1) == 0)
            {
                policy._fetching.TryRemove(new KeyValuePair<Hash32, int>(discoveryKey, 0));
            }
        }
    }
}
