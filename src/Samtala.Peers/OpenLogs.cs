using System.Collections.Concurrent;
using Samtala.Crypto;
using Samtala.Hypercore.Corestores;
using Samtala.Hypercore.Logs;

namespace Samtala.Peers;

/// <summary>The sessions of kept logs, opened when first used, with the keys they need.</summary>
internal sealed class OpenLogs(LogStore logs, NodeSecrets secrets, SecretSlab slab) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<Hash32, Lazy<Task<Entry>>> _open = new();

    /// <summary>The session of a log; it stays open until <see cref="CloseAsync"/>.</summary>
    /// <exception cref="LogException">A record is damaged, or its encryption key cannot be opened.</exception>
    public async Task<Log> GetAsync(KeptLog kept)
    {
        var entry = _open.GetOrAdd(kept.Key, _ => new Lazy<Task<Entry>>(() => OpenAsync(kept)));
        try
        {
            return (await entry.Value).Log;
        }
        catch
        {
            // The next one tries again.
            _open.TryRemove(new KeyValuePair<Hash32, Lazy<Task<Entry>>>(kept.Key, entry));
            throw;
        }
    }

    /// <summary>The key pair of an own log. The caller disposes it.</summary>
    public SecretKey WriterKey(KeptLog kept)
    {
        using var primary = secrets.PrimaryKey();
        return CorestoreKeys.DeriveKey(slab, primary, default, System.Text.Encoding.UTF8.GetBytes(kept.Name));
    }

    /// <summary>Ends a session, if there is one.</summary>
    public async ValueTask CloseAsync(Hash32 key)
    {
        if (_open.TryRemove(key, out var entry))
            await (await entry.Value).DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var key in _open.Keys)
            await CloseAsync(key);
    }

    private async Task<Entry> OpenAsync(KeptLog kept)
    {
        Entry entry = new();
        try
        {
            entry.BlockKey = BlockKeyOf(kept);
            LogOptions options = new()
            {
                Encryption = entry.BlockKey is { } key ? new LogEncryption(key) : null,
            };
            if (kept.IsOwn)
            {
                entry.SecretKey = WriterKey(kept);
                options = options with
                {
                    SecretKey = entry.SecretKey,
                    Manifest = Hypercore.Manifests.Manifest.Single(entry.SecretKey.PublicKey),
                };
            }

            entry.Log = await logs.OpenAsync(kept.Key, options);
            return entry;
        }
        catch
        {
            await entry.DisposeAsync();
            throw;
        }
    }

    private SymmetricKey? BlockKeyOf(KeptLog kept)
    {
        if (!kept.IsEncrypted)
            return null;
        if (kept.IsOwn)
            return secrets.BlockKey(kept.Name);
        return secrets.OpenKey(kept.SealedKey.AsSpan(), kept.Key.Bytes)
            ?? throw new PeerException(
                "SAM0982", PeerProblem.Unavailable,
                $"The encryption key of log {kept.Key} was sealed by another device. Follow the log again with its "
                + "key.");
    }

    private sealed class Entry : IAsyncDisposable
    {
        public Log Log { get; set; } = null!;

        public SecretKey? SecretKey { get; set; }

        public SymmetricKey? BlockKey { get; set; }

        public async ValueTask DisposeAsync()
        {
            if (Log is not null)
                await Log.DisposeAsync();
            SecretKey?.Dispose();
            BlockKey?.Dispose();
        }
    }
}
