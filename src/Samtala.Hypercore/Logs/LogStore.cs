using Samtala.Crypto;
using Samtala.Hypercore.Logs.Core;
using Samtala.Hypercore.Logs.Pages;
using Samtala.Hypercore.Manifests;
using Samtala.Storage;

namespace Samtala.Hypercore.Logs;

/// <summary>All logs of one store. Source: docs/logs.md.</summary>
/// <remarks>Thread-safe. Make one for each store, and dispose it before the store.</remarks>
public sealed partial class LogStore : IAsyncDisposable
{
    private readonly IStore _store;
    private readonly LogEnvironment _environment;
    private readonly LogDirectory _directory;
    private readonly Turn _turn = new();
    private readonly Dictionary<Hash32, LogCore> _open = [];
    private bool _isLoaded;
    private bool _isDisposed;

    /// <summary>Names the store; nothing is read yet.</summary>
    /// <param name="store">Owned by the caller; must outlive this.</param>
    /// <param name="time">For the delay of downloads.</param>
    /// <param name="options">Limits; null for the defaults.</param>
    /// <exception cref="ArgumentException">What the store acknowledges is not durable.</exception>
    public LogStore(IStore store, TimeProvider time, LogStoreOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(time);
        if (!store.Capabilities.DurableAcknowledgement)
            throw new ArgumentException("A store must be durable when it says so, or logs fork.", nameof(store));
        _store = store;
        _environment = new LogEnvironment(store, time, options ?? new LogStoreOptions());
        _directory = new LogDirectory(store);
    }

    /// <summary>Told whenever a log is opened for the first time; the replicator listens.</summary>
#pragma warning disable MA0046 // No sender: there is one store.
    internal event Action<IReplicatedLog> Opened = static _ => { };
#pragma warning restore MA0046

    /// <summary>Makes a log, or opens it if it is there.</summary>
    /// <param name="creation">Without a manifest the log has one signer: the secret key.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>A session; dispose it.</returns>
    /// <exception cref="ArgumentException">Neither a manifest nor a secret key is given.</exception>
    /// <exception cref="StoreException">The disk refused.</exception>
    public async ValueTask<Log> CreateAsync(LogCreation creation, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(creation);
        if (creation.SecretKey is null && (creation.Manifest is null || creation.IsCompat))
            throw new ArgumentException("A new log needs a secret key or a manifest.", nameof(creation));
        if (creation.IsCompat)
        {
            PublicKey signer = creation.SecretKey!.PublicKey;
            return await OpenAsync(new Hash32(signer.Bytes), creation with { Manifest = null }, cancellationToken);
        }

        Manifest manifest = creation.Manifest ?? Manifest.Single(creation.SecretKey!.PublicKey);
        return await OpenAsync(manifest.ComputeKey(), creation with { Manifest = manifest }, cancellationToken);
    }

    /// <summary>Opens a log by its key: an own one, or a stranger's, which is empty until peers fill it.</summary>
    /// <param name="key">Of the log.</param>
    /// <param name="options">How; null for reading.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>A session; dispose it.</returns>
    /// <exception cref="LogException">The manifest is not of this key, or a record is damaged.</exception>
    /// <exception cref="StoreException">The disk refused.</exception>
    public async ValueTask<Log> OpenAsync(
        Hash32 key, LogOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new LogOptions();
        bool isNew;
        LogCore? core;
        await BeginAsync(cancellationToken);
        try
        {
            isNew = !_open.TryGetValue(key, out core);
            if (core is null)
            {
                core = await LoadAsync(key, options, cancellationToken);
                _open.Add(key, core);
            }

            core.Join(options);
            core.SessionCount++;
        }
        finally
        {
            _turn.Release();
        }

        if (isNew)
            Opened(core);
        return new Log(core, this, options);
    }

    /// <summary>The key of a log whose discovery key is known.</summary>
    /// <param name="discoveryKey">As peers announce it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Null when no such log is here.</returns>
    public async ValueTask<Hash32?> FindByDiscoveryKeyAsync(
        Hash32 discoveryKey, CancellationToken cancellationToken = default) =>
        await _directory.FindByDiscoveryKeyAsync(discoveryKey, cancellationToken);

    /// <summary>Lists the keys of all logs, in ascending order of their bytes.</summary>
    /// <param name="after">Begins behind this key; null for the first page.</param>
    /// <param name="limit">Most keys to return, at least 1.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async ValueTask<IReadOnlyList<Hash32>> ListAsync(
        Hash32? after = null, int limit = 1000, CancellationToken cancellationToken = default) =>
        await _directory.ListAsync(after, limit, cancellationToken);

    /// <summary>Deletes a log with everything in it.</summary>
    /// <param name="key">Of the log.</param>
    /// <param name="cancellationToken">Gives up before anything is deleted.</param>
    /// <returns>False when there is none.</returns>
    /// <exception cref="InvalidOperationException">A session is open.</exception>
    public async ValueTask<bool> DeleteAsync(Hash32 key, CancellationToken cancellationToken = default)
    {
        await BeginAsync(cancellationToken);
        try
        {
            if (_open.ContainsKey(key))
                throw new InvalidOperationException($"Log {key} is in use. Dispose its sessions first.");
            if (await _directory.FindAsync(key, cancellationToken) is not { } number)
                return false;
            await _directory.MarkDeletingAsync(key, number, cancellationToken);
            await EraseAsync(key, number);
            return true;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Writes what waits. Sessions cannot be used afterwards.</summary>
    /// <exception cref="StoreException">The disk refused that of a log; the others are written.</exception>
    public async ValueTask DisposeAsync()
    {
        await _turn.WaitAsync(CancellationToken.None);
        try
        {
            if (_isDisposed)
                return;
            _isDisposed = true;
            StoreException? refused = null;
            foreach (LogCore core in _open.Values)
            {
                try
                {
                    await core.CloseAsync();
                }
                catch (StoreException e)
                {
                    refused ??= e;
                }
            }

            _open.Clear();
            if (refused is not null)
                throw new StoreException(refused.Message, refused);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>The logs that have sessions, for the replicator.</summary>
    internal async ValueTask<IReadOnlyList<IReplicatedLog>> ListOpenAsync(CancellationToken cancellationToken)
    {
        await BeginAsync(cancellationToken);
        try
        {
            return [.. _open.Values];
        }
        finally
        {
            _turn.Release();
        }
    }

    internal TimeProvider Time => _environment.Time;

    /// <summary>Adds a session to a log that has one.</summary>
    internal async ValueTask JoinAsync(LogCore core)
    {
        await BeginAsync(CancellationToken.None);
        try
        {
            // The session that asks may have been the last one, and ended meanwhile.
            ObjectDisposedException.ThrowIf(core.SessionCount == 0, typeof(Log));
            core.SessionCount++;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Ends a session; the last one closes the log.</summary>
    internal async ValueTask LeaveAsync(LogCore core)
    {
        await _turn.WaitAsync(CancellationToken.None);
        try
        {
            if (--core.SessionCount > 0 || _isDisposed)
                return;
            _open.Remove(core.Key);
            await core.CloseAsync();
        }
        finally
        {
            _turn.Release();
        }
    }

    private async ValueTask BeginAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_isLoaded)
                return;
            _environment.Era = await _directory.BeginEraAsync(
                _environment.Options.History.IsContinuous, cancellationToken);
            foreach ((Hash32 key, ulong number) in await _directory.ListDeletingAsync(cancellationToken))
                await EraseAsync(key, number);
            _isLoaded = true;
        }
        catch
        {
            _turn.Release();
            throw;
        }
    }

    private async ValueTask<LogCore> LoadAsync(Hash32 key, LogOptions options, CancellationToken cancellationToken)
    {
        Manifest? manifest = options.Manifest;
        if (manifest is not null && manifest.ComputeKey() != key)
            throw LogErrors.WrongManifest(key);
        ulong number = await _directory.FindAsync(key, cancellationToken)
            ?? await _directory.AddAsync(key, manifest, _environment.Era, cancellationToken);
        return await LoadAsync(key, number, manifest, cancellationToken);
    }

    private async ValueTask<LogCore> LoadAsync(
        Hash32 key, ulong number, Manifest? manifest, CancellationToken cancellationToken)
    {
        LogRecord record = await _directory.ReadHeadAsync(number, cancellationToken);
        manifest = await _directory.ReadManifestAsync(number, cancellationToken) ?? manifest;
        LogCore core = new(_environment, number, key, (manifest, record));
        await core.LoadAsync(cancellationToken);
        return core;
    }

    private async ValueTask EraseAsync(Hash32 key, ulong number)
    {
        try
        {
            LogCore core = await LoadAsync(key, number, null, CancellationToken.None);
            await core.EraseAsync();
        }
        catch (Exception e) when (e is StoreCorruptException or LogException { Problem: LogProblem.Damaged })
        {
            // A damaged log cannot tell what space is its own: that stays taken. It must go all the same, or a deletion
            // that is tried again at every start would keep the other logs closed.
        }

        await _directory.RemoveAsync(key, Manifest.DiscoveryKey(key), number);
    }
}
