using System.Collections.Immutable;
using Samtala.Crypto;
using Samtala.Hypercore.Logs;
using Samtala.Hypercore.Messages;
using Samtala.Protocol;

namespace Samtala.Hypercore.Replication;

/// <summary>Replicates the logs of one store with every connection it is given. Socketless: driven by the messages of
/// muxes, by changes of logs and by time. Wire: docs/protocol/replication.md.</summary>
/// <remarks>Thread-safe.</remarks>
public sealed class Replicator : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly LogStore _logs;
    private readonly ReplicatorContext _context;
    private readonly Dictionary<Hash32, Entry> _entries = [];
    private ImmutableArray<Protomux> _muxes = [];
    private bool _isDisposed;

    /// <summary>Replicates nothing yet.</summary>
    /// <param name="logs">Owned by the caller; must outlive this.</param>
    /// <param name="policy">Who may have what.</param>
    /// <param name="time">For delays and figures.</param>
    /// <param name="options">Null for the defaults.</param>
    public Replicator(
        LogStore logs, IReplicationPolicy policy, TimeProvider time, ReplicatorOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(logs);
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(time);
        _logs = logs;
        _context = new ReplicatorContext(policy, time, options ?? new ReplicatorOptions())
        {
            Muxes = () => _muxes,
            OnPeerClosed = ReleaseIfUnused,
        };
    }

    /// <summary>Keys of the logs that are wanted or being served.</summary>
    public IReadOnlyList<Hash32> ActiveLogs
    {
        get
        {
            lock (_gate)
                return [.. _entries.Values.Select(entry => entry.Replicator.Log.Key)];
        }
    }

    /// <summary>Finds, by the discovery key, what peers may have besides the logs of the store; what it gives is
    /// disposed
    /// when no peer has it open any more.</summary>
    internal Func<Hash32, ValueTask<(IReplicatedLog Log, IAsyncDisposable Lease)?>>? OtherLogs { get; set; }

    /// <summary>Opens the channels of all active logs on a connection, as far as the policy allows, and answers those
    /// that the other side opens. Ends by itself when the mux is destroyed.</summary>
    /// <param name="mux">Owned by the caller.</param>
    public void Attach(Protomux mux)
    {
        ArgumentNullException.ThrowIfNull(mux);
        LogReplicator[] active;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_muxes.Contains(mux))
                return;
            _muxes = _muxes.RemoveAll(static other => other.IsDestroyed).Add(mux);
            active = [.. _entries.Values.Where(entry => entry.Uses > 0).Select(entry => entry.Replicator)];
        }

        mux.OnRemoteOpenDeferred(ReplicationProtocol.Name, id => AnswerOpenAsync(mux, id));
        mux.OnRemoteOpenDeferred(ReplicationProtocol.Alias, id => AnswerOpenAsync(mux, id));
        mux.Cork();
        try
        {
            foreach (LogReplicator log in active)
                log.OpenOn(mux);
        }
        finally
        {
            mux.Uncork();
        }
    }

    /// <summary>Begins to replicate a log.</summary>
    /// <param name="log">A session of the same store; it must stay open until the result is disposed.</param>
    /// <param name="interest">What is wanted of it.</param>
    /// <returns>Dispose it to end.</returns>
    public LogReplication Start(Log log, LogInterest interest)
    {
        ArgumentNullException.ThrowIfNull(log);
        ArgumentNullException.ThrowIfNull(interest);
        return Start(log.Replicated, interest);
    }

    /// <summary>As the other, also for what is no log of the store.</summary>
    internal LogReplication Start(IReplicatedLog log, LogInterest interest)
    {
        Entry entry;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            entry = Use(log);
        }

        LogReplication replication = new(entry.Replicator, interest, () => Release(entry));
        foreach (Protomux mux in _muxes)
            entry.Replicator.OpenOn(mux);
        return replication;
    }

    /// <summary>The policy says no to what it allowed before: closes the channels it does not allow any more.</summary>
    public void Recheck()
    {
        LogReplicator[] active;
        lock (_gate)
            active = [.. _entries.Values.Select(entry => entry.Replicator)];
        foreach (LogReplicator log in active)
            log.CloseForbidden();
    }

    /// <summary>Finds the figures of an active log.</summary>
    /// <param name="key">Of the log.</param>
    /// <param name="statistics">Its figures.</param>
    /// <param name="peers">Its peers.</param>
    /// <returns>False when the log is not active.</returns>
    public bool TryGetStatistics(
        Hash32 key, out ReplicationStatistics statistics, out IReadOnlyList<PeerStatistics> peers)
    {
        LogReplicator? found;
        lock (_gate)
            found = _entries.GetValueOrDefault(Manifests.Manifest.DiscoveryKey(key))?.Replicator;
        statistics = found?.GetStatistics() ?? default;
        peers = found?.GetPeers() ?? [];
        return found is not null;
    }

    /// <summary>Draws which blocks of an active log a peer says it has.</summary>
    /// <param name="key">Of the log.</param>
    /// <param name="peer">Whose; null for ours.</param>
    /// <param name="picture">Every byte becomes the share, 0 to 255, of one equal part of the log.</param>
    /// <returns>False when the log is not active, or the peer has not opened its channel.</returns>
    public bool TryDraw(Hash32 key, PublicKey? peer, Span<byte> picture)
    {
        LogReplicator? found;
        lock (_gate)
            found = _entries.GetValueOrDefault(Manifests.Manifest.DiscoveryKey(key))?.Replicator;
        return found?.TryDraw(peer, picture) ?? false;
    }

    /// <summary>Closes all channels; interests end.</summary>
    public async ValueTask DisposeAsync()
    {
        Entry[] entries;
        lock (_gate)
        {
            if (_isDisposed)
                return;
            _isDisposed = true;
            entries = [.. _entries.Values];
            _entries.Clear();
        }

        foreach (Entry entry in entries)
        {
            entry.Replicator.Close(new ObjectDisposedException(nameof(Replicator)));
            if (entry.Session is { } session)
                await session.DisposeAsync();
        }
    }

    private Entry Use(IReplicatedLog log)
    {
        if (!_entries.TryGetValue(log.DiscoveryKey, out Entry? entry))
        {
            entry = new Entry(new LogReplicator(log, _context));
            _entries.Add(log.DiscoveryKey, entry);
        }

        entry.Uses++;
        return entry;
    }

    /// <summary>The other side opened a channel: answers when the log is active, or stored and allowed.</summary>
    private async ValueTask AnswerOpenAsync(Protomux mux, ReadOnlyMemory<byte> id)
    {
        if (id.Length != Hash32.Size)
            return;
        Hash32 discoveryKey = new(id.Span);
        if (!_context.Policy.MayOpen(mux.RemotePublicKey, discoveryKey))
            return;
        Entry? entry;
        lock (_gate)
        {
            if (_entries.TryGetValue(discoveryKey, out entry))
                entry.Answers++;
        }

        if (entry is null && _context.Options.ServeStoredLogs)
            entry = await OpenStoredAsync(discoveryKey);
        if (entry is null)
            return;
        try
        {
            entry.Replicator.OpenOn(mux);
        }
        finally
        {
            lock (_gate)
                entry.Answers--;

            // The connection may have ended meanwhile: then nobody else would close what was opened for it.
            ReleaseIfUnused(entry.Replicator);
        }
    }

    /// <returns>Held by one more answer; null when there is no such log.</returns>
    private async ValueTask<Entry?> OpenStoredAsync(Hash32 discoveryKey)
    {
        (IReplicatedLog Log, IAsyncDisposable Lease)? found = await FindStoredAsync(discoveryKey);
        if (found is null)
            return null;
        (IReplicatedLog log, IAsyncDisposable? session) = found.Value;
        try
        {
            lock (_gate)
            {
                if (_isDisposed)
                    return null;
                Entry entry = Use(log);
                entry.Uses--;
                entry.Answers++;
                if (entry.Session is null && entry.Uses == 0)
                {
                    entry.Session = session;
                    session = null;
                }

                return entry;
            }
        }
        finally
        {
            if (session is not null)
                await session.DisposeAsync();
        }
    }

    private async ValueTask<(IReplicatedLog Log, IAsyncDisposable Lease)?> FindStoredAsync(Hash32 discoveryKey)
    {
        if (await _logs.FindByDiscoveryKeyAsync(discoveryKey, CancellationToken.None) is { } key)
        {
            Log session = await _logs.OpenAsync(key, null, CancellationToken.None);
            return (session.Replicated, session);
        }

        return OtherLogs is { } other ? await other(discoveryKey) : null;
    }

    private void Release(Entry entry)
    {
        lock (_gate)
            entry.Uses--;
        ReleaseIfUnused(entry.Replicator);
    }

    /// <summary>A log that nobody here wants and no peer has open costs nothing any more.</summary>
    private void ReleaseIfUnused(LogReplicator log)
    {
        Entry? entry;
        lock (_gate)
        {
            if (!_entries.TryGetValue(log.Log.DiscoveryKey, out entry) || entry.Replicator != log
                || entry.Uses > 0 || entry.Answers > 0 || (entry.Session is not null && !log.IsUnused))
            {
                return;
            }

            _entries.Remove(log.Log.DiscoveryKey);
        }

        entry.Replicator.Close(new ObjectDisposedException(nameof(LogReplication)));
        if (entry.Session is { } session)
            _ = session.DisposeAsync().AsTask();
    }

    private sealed class Entry(LogReplicator replicator)
    {
        public LogReplicator Replicator { get; } = replicator;

        /// <summary>Interests that hold it.</summary>
        public int Uses { get; set; }

        /// <summary>Peers that are just being answered, so that it is not closed under them.</summary>
        public int Answers { get; set; }

        /// <summary>Kept open only because peers ask for the log.</summary>
        public IAsyncDisposable? Session { get; set; }
    }
}
