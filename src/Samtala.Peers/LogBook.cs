using Samtala.Crypto;
using Samtala.Hypercore.Manifests;
using Samtala.Storage;

namespace Samtala.Peers;

/// <summary>The logs this node keeps, by key and by label; every change is durable before it counts.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class LogBook
{
    private const int PageSize = 1000;

    // Few enough to be kept sorted in memory: a person's own logs and those that are followed.
    private static readonly Keyspace s_logs = Keyspace.Ordered("peer-log");
    private readonly IStore _store;
    private readonly Lock _lock = new();
    private readonly Dictionary<Hash32, KeptLog> _byKey = [];
    private readonly Dictionary<string, Hash32> _byLabel = new(StringComparer.Ordinal);
    private readonly Dictionary<Hash32, Hash32> _byDiscoveryKey = [];
    private readonly Dictionary<Hash32, KeptLog> _deleted = [];

    private LogBook(IStore store)
    {
        _store = store;
    }

    /// <summary>All of them, in order of their keys.</summary>
    public IReadOnlyList<KeptLog> All
    {
        get
        {
            lock (_lock)
                return [.. _byKey.Values.OrderBy(l => l.Key.ToString(), StringComparer.Ordinal)];
        }
    }

    /// <summary>Logs of which entries may be left.</summary>
    public IReadOnlyList<KeptLog> Deleted
    {
        get
        {
            lock (_lock)
                return [.. _deleted.Values];
        }
    }

    /// <summary>Reads what was kept.</summary>
    /// <exception cref="StoreCorruptException">An entry is not what was written.</exception>
    public static async Task<LogBook> OpenAsync(IStore store, CancellationToken cancellationToken)
    {
        LogBook book = new(store);
        var from = Array.Empty<byte>();
        while (true)
        {
            var page = await store.ScanAsync(s_logs, new ScanRange(from, default, PageSize), cancellationToken);
            foreach (var (key, value) in page)
            {
                book.Take(KeptLog.Decode(key, value) ?? throw new StoreCorruptException(
                    $"SAM0981: what is remembered of log {Convert.ToHexStringLower(key)} cannot be read. Restore the "
                    + "data folder from a backup."));
            }

            if (page.Count < PageSize)
                return book;
            from = [.. page[^1].Key, 0];
        }
    }

    /// <summary>The log of a key, or null.</summary>
    public KeptLog? Find(Hash32 key)
    {
        lock (_lock)
            return _byKey.GetValueOrDefault(key);
    }

    /// <summary>The log of a label, or null.</summary>
    public KeptLog? Find(string label)
    {
        lock (_lock)
            return _byLabel.TryGetValue(label, out var key) ? _byKey[key] : null;
    }

    /// <summary>The log of a discovery key, or null.</summary>
    public KeptLog? FindByDiscoveryKey(Hash32 discoveryKey)
    {
        lock (_lock)
            return _byDiscoveryKey.TryGetValue(discoveryKey, out var key) ? _byKey[key] : null;
    }

    /// <summary>The own log of a key that was deleted, or null.</summary>
    public KeptLog? FindDeleted(Hash32 key)
    {
        lock (_lock)
            return _deleted.GetValueOrDefault(key) is { IsOwn: true } deleted ? deleted : null;
    }

    /// <summary>How many own logs of a label were deleted.</summary>
    public uint CountDeleted(string label)
    {
        lock (_lock)
            return (uint)_deleted.Values.Count(l => l.IsOwn && l.Label == label);
    }

    /// <summary>Adds or replaces; durable when it returns.</summary>
    public async ValueTask PutAsync(KeptLog log, CancellationToken cancellationToken)
    {
        await _store.CommitAsync(
            new WriteBatch().Put(s_logs, log.Key.Bytes, log.Encode()), Durability.Durable, cancellationToken);
        lock (_lock)
            Take(log);
    }

    /// <summary>Takes a log out of all lists; durable when it returns.</summary>
    public ValueTask DeleteAsync(KeptLog log, CancellationToken cancellationToken) =>
        PutAsync(log with { IsDeleted = true, IsShared = false, Peers = [], SealedKey = [] }, cancellationToken);

    /// <summary>No entry of a deleted log is left: forgets it, unless it is an own one; durable when it returns.
    /// </summary>
    public async ValueTask ForgetAsync(KeptLog log)
    {
        if (log.IsOwn)
            return;
        await _store.CommitAsync(
            new WriteBatch().Delete(s_logs, log.Key.Bytes), Durability.Durable, CancellationToken.None);
        lock (_lock)
            _deleted.Remove(log.Key);
    }

    private void Take(KeptLog log)
    {
        if (_byKey.Remove(log.Key, out var before))
            _byLabel.Remove(before.Label);
        _byDiscoveryKey.Remove(Manifest.DiscoveryKey(log.Key));
        _deleted.Remove(log.Key);
        if (log.IsDeleted)
        {
            _deleted[log.Key] = log;
            return;
        }

        _byKey[log.Key] = log;
        _byDiscoveryKey[Manifest.DiscoveryKey(log.Key)] = log.Key;
        if (log.Label.Length > 0)
            _byLabel[log.Label] = log.Key;
    }
}
