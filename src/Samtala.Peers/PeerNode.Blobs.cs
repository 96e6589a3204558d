using Samtala.Crypto;
using Samtala.Hypercore.Blobs;

namespace Samtala.Peers;

/// <content>Blobs that peers may have, and those that come from them.</content>
public sealed partial class PeerNode
{
    // How long a connection may take to come back before whoever waits is told.
    private static readonly TimeSpan s_linkGrace = TimeSpan.FromSeconds(1);

    // How long connected peers may take to say that they have a blob.
    private static readonly TimeSpan s_holderGrace = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan s_glance = TimeSpan.FromMilliseconds(25);
    private readonly Dictionary<BlobId, int> _fetchers = [];

    /// <summary>Says whether whoever knows its id may have a blob; durable when it returns.</summary>
    /// <param name="id">Which; it may be stored later.</param>
    /// <param name="isShared">Whether.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public ValueTask ShareBlobAsync(BlobId id, bool isShared, CancellationToken cancellationToken) =>
        _sharedBlobs.SetAsync(id, isShared, cancellationToken);

    /// <summary>Fetches a blob from the peers of a followed log; every block is verified as it comes.</summary>
    /// <param name="id">Which; when it is here it is only checked.</param>
    /// <param name="from">The followed log.</param>
    /// <param name="options">What is accepted, and who holds it then.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The blob, durable and owned.</returns>
    /// <exception cref="PeerException">That log is not followed, no peer is connected, or none gives the blob.
    /// </exception>
    /// <exception cref="BlobDigestMismatchException">It is not what was expected; nothing is kept.</exception>
    /// <exception cref="InvalidDataException">The id is not of a blob, or it is too long.</exception>
    public async Task<BlobInfo> FetchBlobAsync(
        BlobId id, Hash32 from, BlobDownloadOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        var kept = _book.Find(from) ?? throw new PeerException(
            "SAM0987", PeerProblem.NotFound, $"Log {from} is not followed, so nobody can be asked for its blobs.");
        using var permission = _policy.Fetching(id);
        _links.Hurry(kept.Peers);
        lock (_fetchers)
            _fetchers[id] = _fetchers.GetValueOrDefault(id) + 1;
        BlobDownload? download = null;
        try
        {
            download = await _blobs.DownloadAsync(id, options, cancellationToken);
            var info = await WaitAsync(kept, download, cancellationToken);

            // Whoever began the download may be another owner.
            await _parts.Blobs.AddOwnerAsync(id, options.Owner, cancellationToken);
            return info;
        }
        finally
        {
            if (IsLastFetcher(id) && download is not null)
                await download.DisposeAsync();
        }
    }

    private bool IsLastFetcher(BlobId id)
    {
        lock (_fetchers)
        {
            if (--_fetchers[id] > 0)
                return false;
            _fetchers.Remove(id);
            return true;
        }
    }

    private async Task<BlobInfo> WaitAsync(KeptLog kept, BlobDownload download, CancellationToken cancellationToken)
    {
        var waiting = download.WaitAsync(cancellationToken).AsTask();
        var time = _parts.Time;
        var (linked, held, moved) = (time.GetTimestamp(), time.GetTimestamp(), time.GetTimestamp());
        var received = 0L;
        while (await Task.WhenAny(waiting, Task.Delay(s_glance, time, cancellationToken)) != waiting)
        {
            var now = time.GetTimestamp();
            if (download.Progress.ReceivedBytes is var bytes && bytes != received)
                (received, moved) = (bytes, now);
            if (kept.Peers.Any(a => _links.Find(a) is { IsConnected: true }))
                linked = now;
            if (download.Peers.Count > 0)
                (held, linked) = (now, now); // Also over a connection that the peer made.
            if (time.GetElapsedTime(linked) > s_linkGrace)
                throw NoLink(kept, download.Id);
            if (time.GetElapsedTime(held) > s_holderGrace)
                throw NoHolder(kept, download.Id);
            if (time.GetElapsedTime(moved) > _options.HolderTimeout)
                throw Silent(download.Id);
        }

        return await waiting;
    }

    private PeerException NoLink(KeptLog kept, BlobId id)
    {
        var tried = string.Join("; ", kept.Peers.Select(a => $"{a}: {_links.Find(a)?.Error ?? "not dialled"}"));
        return new PeerException(
            "SAM0988", PeerProblem.Unavailable,
            $"Blob {id} is not here and no peer is connected ({(tried.Length > 0 ? tried : "none is known")}). "
            + "Start one, or follow the log with another address.");
    }

    private static PeerException NoHolder(KeptLog kept, BlobId id) => new(
        "SAM0989", PeerProblem.NotFound,
        $"Blob {id} is not here, and the connected peers of log {kept.Key.ToString()[..8]} do not give it. "
        + "They may not have it any more, or not share it.");

    private PeerException Silent(BlobId id) => new(
        "SAM0990", PeerProblem.Unavailable,
        $"Blob {id} is not here, and its holder sent nothing for {_options.HolderTimeout.TotalSeconds:0} s. "
        + "Try again.");
}
