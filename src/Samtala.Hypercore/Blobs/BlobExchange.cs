using System.Collections.Concurrent;
using Samtala.Crypto;
using Samtala.Hypercore.Logs;
using Samtala.Hypercore.Manifests;
using Samtala.Hypercore.Replication;
using Samtala.Hypercore.Tree;

namespace Samtala.Hypercore.Blobs;

/// <summary>What is accepted when a blob is fetched.</summary>
public sealed record BlobDownloadOptions
{
    /// <summary>Who will hold the blob, 1 to <see cref="BlobLimits.OwnerSizeMax"/> UTF-8 bytes.</summary>
    public required string Owner { get; init; }

    /// <summary>What it must hash to besides its id.</summary>
    /// <value>Default null: nothing.</value>
    public BlobExpectation? Expected { get; init; }

    /// <summary>Longest blob to accept, in bytes.</summary>
    /// <value>Default and most <see cref="BlobLimits.LengthMax"/>.</value>
    public long LengthMax { get; init; } = BlobLimits.LengthMax;
}

/// <summary>Gives blobs to peers and gets them from peers, as static logs over a replicator. Source: docs/blobs.md,
/// "Between nodes".</summary>
/// <remarks>Thread-safe.</remarks>
public sealed class BlobExchange : IAsyncDisposable
{
    private static readonly BlobId s_empty = new(Manifest.Static(MerkleHash.Tree([]), 0).ComputeKey());

    private readonly BlobStore _blobs;
    private readonly Replicator _replicator;
    private readonly ConcurrentDictionary<Hash32, BlobId> _shared = new();
    private readonly Turn _turn = new();
    private readonly Dictionary<BlobId, BlobDownload> _downloads = [];
    private bool _isDisposed;

    /// <summary>Shares nothing yet.</summary>
    /// <param name="blobs">Where blobs lie; owned by the caller.</param>
    /// <param name="replicator">Its policy decides who may open what; owned by the caller. It serves one
    /// exchange.</param>
    public BlobExchange(BlobStore blobs, Replicator replicator)
    {
        ArgumentNullException.ThrowIfNull(blobs);
        ArgumentNullException.ThrowIfNull(replicator);
        _blobs = blobs;
        _replicator = replicator;
        _replicator.OtherLogs = OpenSharedAsync;
    }

    /// <summary>Finds blobs by their discovery key that are shared besides those of <see cref="Share"/>: when there are
    /// too many for memory. Asked whenever a peer asks.</summary>
    /// <value>Default none.</value>
    public Func<Hash32, CancellationToken, ValueTask<BlobId?>>? FindShared { get; init; }

    /// <summary>How many blobs are shared by <see cref="Share"/>.</summary>
    public int SharedCount => _shared.Count;

    /// <summary>Lets peers have a blob, now or once it is stored.</summary>
    /// <param name="id">Which.</param>
    public void Share(BlobId id) => _shared[Manifest.DiscoveryKey(id.Key)] = id;

    /// <summary>Lets nobody new have it.</summary>
    /// <param name="id">Which.</param>
    public void Unshare(BlobId id) => _shared.TryRemove(Manifest.DiscoveryKey(id.Key), out _);

    /// <summary>Begins to fetch a blob from the connected peers that share it, and from those that come.</summary>
    /// <param name="id">Which.</param>
    /// <param name="options">What is accepted. When the blob is on its way already, those of the first call
    /// hold.</param>
    /// <param name="cancellationToken">Gives up beginning.</param>
    /// <returns>The download; the same for the same blob until somebody disposes it. Complete at once when the blob is
    /// stored.</returns>
    /// <exception cref="ArgumentException">The owner's name is empty or too long.</exception>
    public async ValueTask<BlobDownload> DownloadAsync(
        BlobId id, BlobDownloadOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        await _turn.WaitAsync(cancellationToken);
        try
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_downloads.TryGetValue(id, out BlobDownload? known))
                return known;
            BlobExpectation expected = (options.Expected ?? new BlobExpectation()) with { Id = id };
            BlobReceiver receiver = new(_blobs, id, _blobs.Begin(options.Owner, expected), options.LengthMax);
            if (await FindAsync(id, expected, options.Owner, cancellationToken) is { } info)
                receiver.Complete(info);
            return _downloads[id] = new BlobDownload(receiver, _replicator, ForgetAsync);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Ends all downloads; shares nothing any more.</summary>
    public async ValueTask DisposeAsync()
    {
        List<BlobDownload> downloads;
        await _turn.WaitAsync(CancellationToken.None);
        try
        {
            if (_isDisposed)
                return;
            _isDisposed = true;
            downloads = [.. _downloads.Values];
        }
        finally
        {
            _turn.Release();
        }

        _replicator.OtherLogs = null;
        _shared.Clear();
        foreach (BlobDownload download in downloads)
            await download.DisposeAsync();
    }

    /// <summary>What needs no peer: a blob that is here, and the empty one.</summary>
    private async ValueTask<BlobInfo?> FindAsync(
        BlobId id, BlobExpectation expected, string owner, CancellationToken ct)
    {
        if (id == s_empty)
        {
            await using BlobWriter writer = _blobs.Begin(owner, expected);
            return await writer.CompleteAsync(null, ct);
        }

        if (await _blobs.StatAsync(id, ct) is not { } info)
            return null;
        BlobWriter.Check(expected, info);
        return await _blobs.TryAddOwnerAsync(id, OwnerToken.Of(owner), ct) ? info : null;
    }

    private async ValueTask ForgetAsync(BlobDownload download)
    {
        await _turn.WaitAsync(CancellationToken.None);
        try
        {
            if (_downloads.TryGetValue(download.Id, out BlobDownload? known) && known == download)
                _downloads.Remove(download.Id);
        }
        finally
        {
            _turn.Release();
        }
    }

    private async ValueTask<(IReplicatedLog Log, IAsyncDisposable Lease)?> OpenSharedAsync(Hash32 discoveryKey)
    {
        if (!_shared.TryGetValue(discoveryKey, out BlobId id))
        {
            if (FindShared is null || await FindShared(discoveryKey, CancellationToken.None) is not { } found)
                return null;
            id = found;
        }

        BlobLog? log = await BlobLog.OpenAsync(_blobs, id, CancellationToken.None);
        return log is null ? null : (log, log);
    }
}
