using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.Logging;
using Samtala.Crypto;
using Samtala.Hypercore.Blobs;
using Samtala.Hypercore.Logs;
using Samtala.Hypercore.Manifests;
using Samtala.Hypercore.Replication;
using Samtala.Network;

namespace Samtala.Peers;

/// <summary>
/// The logs of a node: its own, those it follows, who may pull them, and the connections on which they travel. Source:
/// docs/peers.md.
/// </summary>
/// <remarks>Thread-safe. Dispose it before the store.</remarks>
public sealed partial class PeerNode : IAsyncDisposable
{
    private const int EraseTriesMax = 250;
    private static readonly TimeSpan s_erasePause = TimeSpan.FromMilliseconds(20);
    private readonly PeerNodeParts _parts;
    private readonly PeerNodeOptions _options;
    private readonly LogBook _book;
    private readonly LogStore _logs;
    private readonly OpenLogs _open;
    private readonly SharedBlobs _sharedBlobs;
    private readonly SharePolicy _policy;
    private readonly Replicator _replicator;
    private readonly BlobExchange _blobs;
    private readonly PeerHub _hub;
    private readonly PeerLinks _links;
    private readonly ConcurrentDictionary<Hash32, LogReplication> _followed = new();

    // What is kept changes one after another: on disk, in memory and in what runs.
    private readonly SemaphoreSlim _changes = new(1, 1);
    private volatile bool _isDisposed;

    private PeerNode(PeerNodeParts parts, PeerNodeOptions options, LogBook book)
    {
        _parts = parts;
        _options = options;
        _book = book;
        _logs = new LogStore(parts.Store, parts.Time, new LogStoreOptions { History = options.History });
        _open = new OpenLogs(_logs, parts.Secrets, parts.Slab);
        _sharedBlobs = new SharedBlobs(parts.Store);
        _policy = new SharePolicy(book, _sharedBlobs);
        _replicator = new Replicator(_logs, _policy, parts.Time);
        _blobs = new BlobExchange(parts.Blobs, _replicator) { FindShared = _sharedBlobs.FindAsync };
        _hub = new PeerHub(
            parts.Transport, new PeerIdentity(parts.Secrets.Device, parts.Slab, parts.Random), new PeerHubOptions(),
            parts.Time, Serve);
        _links = new PeerLinks(
            new LinkContext(_hub, parts.Resolve, parts.Time, parts.Jitter.NextDouble, parts.Logger));
        _policy.Leads = _links.Leads;
    }

    /// <summary>Where peers connect; null when nowhere.</summary>
    public IPEndPoint? Listening { get; private set; }

    /// <summary>This device's key, which it proves on every connection.</summary>
    public PublicKey Device => _parts.Secrets.Device.PublicKey;

    /// <summary>The logs this node keeps or follows, in order of their keys.</summary>
    public IReadOnlyList<KeptLog> Kept => _book.All;

    /// <summary>How the connections to the peers of followed logs are.</summary>
    public IReadOnlyList<PeerLinkState> Links => [.. _links.States];

    /// <summary>How the connection to one of them is; null when nobody asked for it.</summary>
    /// <param name="address">HOST:PORT.</param>
    public PeerLinkState? LinkTo(string address) => _links.Find(address);

    /// <summary>Open connections, those that peers made with them.</summary>
    public int ConnectionCount => _hub.Connections.Length;

    /// <summary>Opens the logs, listens, and dials the peers of followed logs.</summary>
    /// <param name="parts">What it stands on.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="IOException">The address cannot be listened on, or the disk refused.</exception>
    public static async Task<PeerNode> OpenAsync(
        PeerNodeParts parts, PeerNodeOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(parts);
        ArgumentNullException.ThrowIfNull(options);
        PeerNode node = new(parts, options, await LogBook.OpenAsync(parts.Store, cancellationToken));
        try
        {
            if (options.Listen is { } listen)
                node.Listening = node._hub.Listen(listen);
            foreach (var log in node._book.Deleted)
            {
                // The power may have gone before the entries had.
                await node._logs.DeleteAsync(log.Key, cancellationToken);
                await node._book.ForgetAsync(log);
            }

            foreach (var log in node._book.All.Where(l => !l.IsOwn))
                await node.TryStartAsync(log);
            await node.DialAsync();
            return node;
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }
    }

    /// <summary>The log of a key, or null.</summary>
    /// <param name="key">Its key.</param>
    public KeptLog? Find(Hash32 key) => _book.Find(key);

    /// <summary>The log of a label, or null.</summary>
    /// <param name="label">Its label.</param>
    public KeptLog? Find(string label) => _book.Find(label);

    /// <summary>The log itself. Owned by this node: do not dispose it.</summary>
    /// <param name="kept">Which.</param>
    /// <exception cref="PeerException">Its encryption key cannot be opened.</exception>
    /// <exception cref="LogException">Its record is damaged.</exception>
    public async Task<Log> OpenAsync(KeptLog kept)
    {
        ArgumentNullException.ThrowIfNull(kept);
        var log = await _open.GetAsync(kept);

        // Nobody else can know a newer head of a log that never left.
        if (log.MustVerifyHead && kept is { IsOwn: true, WasShared: false })
            await log.ConfirmHeadAsync();
        return log;
    }

    /// <summary>Those who exchange a log with this node now.</summary>
    /// <param name="key">Its key.</param>
    public IReadOnlyList<PeerStatistics> PeersOf(Hash32 key) =>
        _replicator.TryGetStatistics(key, out _, out var peers) ? peers : [];

    /// <summary>Draws which blocks a peer says it has.</summary>
    /// <param name="key">Of the log.</param>
    /// <param name="peer">One of <see cref="PeersOf"/>.</param>
    /// <param name="picture">Every byte becomes the share, 0 to 255, of one equal part of the log.</param>
    /// <returns>False when the peer left.</returns>
    public bool TryDraw(Hash32 key, PublicKey peer, Span<byte> picture) => _replicator.TryDraw(key, peer, picture);

    /// <summary>Where a connected peer is; null when it left.</summary>
    /// <param name="peer">Its key.</param>
    public IPEndPoint? AddressOf(PublicKey peer) =>
        _hub.Connections.FirstOrDefault(c => c.RemotePublicKey == peer)?.RemoteEndPoint;

    /// <summary>Asks the peers of a followed log for a longer head, dialling those that are down.</summary>
    /// <param name="kept">Which.</param>
    /// <param name="length">Enough is when the log is so long.</param>
    /// <param name="cancellationToken">Gives up; waits as long as no peer is connected.</param>
    public async Task UpdateAsync(KeptLog kept, ulong length, CancellationToken cancellationToken)
    {
        var log = await OpenAsync(kept);
        if (!_followed.TryGetValue(kept.Key, out var replication))
            return;
        _links.Hurry(kept.Peers);
        while (log.AppliedLength < length)
        {
            var isAlone = replication.Peers.Count == 0;
            if (!await replication.UpdateAsync(wait: isAlone, cancellationToken) && !isAlone)
                return;
        }
    }

    /// <summary>Makes an own log, durably.</summary>
    /// <param name="label">1 to <see cref="KeptLog.LabelSizeMax"/> characters, not taken yet. The key follows from it.
    /// </param>
    /// <param name="isShared">Whether whoever knows the key may pull it.</param>
    /// <param name="isEncrypted">Whether blocks are encrypted with a key of this node.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="PeerException">The label is taken.</exception>
    public async Task<KeptLog> CreateAsync(
        string label, bool isShared, bool isEncrypted, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(label);
        if (label.Length > KeptLog.LabelSizeMax)
            throw new ArgumentException($"A label has at most {KeptLog.LabelSizeMax} characters.", nameof(label));
        using var turn = await TurnAsync(cancellationToken);
        CheckLabel(label);
        KeptLog kept = new()
        {
            Key = default,
            Label = label,
            Incarnation = _book.CountDeleted(label),
            IsOwn = true,
            IsShared = isShared,
            WasShared = isShared,
            IsEncrypted = isEncrypted,
        };
        using (var writer = _open.WriterKey(kept))
            kept = kept with { Key = Manifest.Single(writer.PublicKey).ComputeKey() };
        await _book.PutAsync(kept, cancellationToken);
        await _open.GetAsync(kept);
        return kept;
    }

    /// <summary>Follows another's log, over restarts.</summary>
    /// <param name="wanted">Its key, peers and how; <see cref="KeptLog.SealedKey"/> is filled from
    /// <paramref name="encryptionKey"/>.</param>
    /// <param name="encryptionKey">Empty, or the key of its blocks.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="PeerException">The label is taken, a peer's address is wrong, or it is an own log.</exception>
    public async Task<KeptLog> FollowAsync(
        KeptLog wanted, ReadOnlyMemory<byte> encryptionKey, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        using var turn = await TurnAsync(cancellationToken);
        var before = _book.Find(wanted.Key);
        if ((before ?? _book.FindDeleted(wanted.Key)) is { IsOwn: true } own)
        {
            throw new PeerException(
                "SAM0983", PeerProblem.Invalid,
                $"Log '{own.Label}' is this node's own, so there is "
                + "nobody to follow. Follow it from another node: samtala log follow KEY --peers HOST:PORT.");
        }

        if (wanted.Label.Length > 0 && before?.Label != wanted.Label)
            CheckLabel(wanted.Label);
        CheckPeers(wanted);
        var kept = wanted with
        {
            IsOwn = false,
            IsShared = before?.IsShared ?? wanted.IsShared,
            IsEncrypted = !encryptionKey.IsEmpty,
            SealedKey = encryptionKey.IsEmpty ? [] : _parts.Secrets.Seal(encryptionKey.Span, wanted.Key.Bytes),
        };
        await _book.PutAsync(kept, cancellationToken);
        if (before is not null)
            await StopAsync(kept.Key);
        await StartAsync(kept);
        await DialAsync();
        return kept;
    }

    /// <summary>Says whether whoever knows the key may pull a log; durable when it returns.</summary>
    /// <param name="kept">Which.</param>
    /// <param name="isShared">Whether.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<KeptLog> ShareAsync(KeptLog kept, bool isShared, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(kept);
        using var turn = await TurnAsync(cancellationToken);
        var now = _book.Find(kept.Key) ?? kept;
        var changed = now with { IsShared = isShared, WasShared = now.WasShared || isShared };
        await _book.PutAsync(changed, cancellationToken);
        if (!isShared)
            _replicator.Recheck();
        return changed;
    }

    /// <summary>The key that blocks of an own encrypted log are encrypted with, 64 hexadecimal digits: a secret to give
    /// to who shall read them.</summary>
    /// <param name="kept">An own, encrypted log.</param>
    public string EncryptionKeyOf(KeptLog kept)
    {
        ArgumentNullException.ThrowIfNull(kept);
        using var key = _parts.Secrets.BlockKey(kept.Name);
        using var lease = key.Open();
        return Convert.ToHexStringLower(lease.Bytes);
    }

    /// <summary>Forgets a log with all its blocks.</summary>
    /// <param name="kept">Which.</param>
    /// <param name="cancellationToken">Gives up before anything is forgotten.</param>
    public async Task DeleteAsync(KeptLog kept, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(kept);
        using var turn = await TurnAsync(cancellationToken);
        await _book.DeleteAsync(kept, cancellationToken);
        await StopAsync(kept.Key);
        await DialAsync();
        _replicator.Recheck();
        await EraseAsync(kept.Key);
        await _book.ForgetAsync(kept);
    }

    // Whoever was let in a moment ago, or looks at a list of before, may still have the log open: it closes by itself.
    private async Task EraseAsync(Hash32 key)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                await _logs.DeleteAsync(key, CancellationToken.None);
                return;
            }
            catch (InvalidOperationException) when (tries < EraseTriesMax)
            {
                await _open.CloseAsync(key);
                await Task.Delay(s_erasePause, _parts.Time, CancellationToken.None);
            }
        }
    }

    /// <summary>Stops the connections, then the logs; what was acknowledged is on disk already.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
            return;
        using (await TurnAsync(CancellationToken.None))
            _isDisposed = true;
        await _links.DisposeAsync();
        await _hub.DisposeAsync();
        await _blobs.DisposeAsync();
        foreach (var key in _followed.Keys)
            await StopAsync(key);
        await _replicator.DisposeAsync();
        await _open.DisposeAsync();
        await _logs.DisposeAsync();
        _changes.Dispose();
    }

    private void Serve(PeerConnection connection)
    {
        _links.Introduce(connection);
        _replicator.Attach(connection.Mux);
    }

    private async Task<Turn> TurnAsync(CancellationToken cancellationToken)
    {
        await _changes.WaitAsync(cancellationToken);
        Turn turn = new(_changes);
        if (!_isDisposed)
            return turn;
        turn.Dispose();
        throw new ObjectDisposedException(nameof(PeerNode));
    }

    /// <summary>One log that cannot be followed is no reason to be without all others.</summary>
    private async Task TryStartAsync(KeptLog kept)
    {
        try
        {
            await StartAsync(kept);
        }
        catch (Exception e) when (e is PeerException or LogException)
        {
            // Whoever opens it hears the same.
            LogNotFollowed(_parts.Logger, kept.Key, e.Message);
        }
    }

    private async Task StartAsync(KeptLog kept)
    {
        var log = await _open.GetAsync(kept);
        _followed[kept.Key] = _replicator.Start(
            log, kept.DownloadsAll ? LogInterest.Full : LogInterest.Sparse);
    }

    private async Task StopAsync(Hash32 key)
    {
        if (_followed.TryRemove(key, out var replication))
            await replication.DisposeAsync();
        await _open.CloseAsync(key);
    }

    private ValueTask DialAsync() => _links.SetAsync(
        _book.All.Where(l => !l.IsOwn).SelectMany(l => l.Peers).ToHashSet(StringComparer.Ordinal));

    private void CheckLabel(string label)
    {
        if (_book.Find(label) is { } taken)
        {
            throw new PeerException(
                "SAM0984", PeerProblem.Exists, $"There is a log '{label}' already: {taken.Key}. Choose another label.");
        }
    }

    private static void CheckPeers(KeptLog wanted)
    {
        if (wanted.Peers.Length > KeptLog.PeersMax)
        {
            throw new PeerException(
                "SAM0985", PeerProblem.Invalid,
                $"A log has at most {KeptLog.PeersMax} peers; these are {wanted.Peers.Length}.");
        }

        foreach (var peer in wanted.Peers)
        {
            if (peer.Length > KeptLog.PeerSizeMax || !PeerAddress.TryParse(peer, out _))
            {
                throw new PeerException(
                    "SAM0985", PeerProblem.Invalid, $"'{peer}' is no address of a peer; write HOST:PORT.");
            }
        }
    }

    [LoggerMessage(3, LogLevel.Warning, "Log {Key} is not followed: {Problem}")]
    private static partial void LogNotFollowed(ILogger logger, Hash32 key, string problem);

    private readonly struct Turn(SemaphoreSlim changes) : IDisposable
    {
        public void Dispose() => changes.Release();
    }
}
