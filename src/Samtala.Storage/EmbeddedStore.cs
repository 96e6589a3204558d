using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Win32.SafeHandles;
using Samtala.Storage.Embedded;
using Samtala.Storage.Extents;
using Samtala.Storage.Files;
using Samtala.Storage.Wal;

namespace Samtala.Storage;

/// <summary>The store of a node: one folder, one process. Source: docs/storage.md.</summary>
public sealed class EmbeddedStore : IStore
{
    private readonly StoreContents _contents;
    private readonly Committer _committer;
    private readonly StagedExtents _staged;
    private readonly TimeProvider _time;
    private readonly StoreLock? _lock;
    private readonly Maintenance _maintenance;
    private int _disposed;

    private EmbeddedStore(
        StoreContents contents, Committer committer, StoreOptions options, (TimeProvider Time, ILogger Logger) services,
        StoreLock? storeLock)
    {
        _contents = contents;
        _committer = committer;
        _time = services.Time;
        _lock = storeLock;
        _staged = new StagedExtents(contents);
        _maintenance = new Maintenance(
            contents, committer, (options.MaintenanceInterval, services.Time), services.Logger);
    }

    /// <inheritdoc/>
    public StoreCapabilities Capabilities { get; } = new("embedded", DurableAcknowledgement: true, HasFiles: true);

    /// <summary>Whether the last process on this folder closed the store; true for a new folder.</summary>
    public bool StoppedCleanly => _lock?.StoppedCleanly ?? true;

    /// <summary>What marks this folder on this machine now.</summary>
    public StoreWitness? Witness => _lock?.Witness;

    /// <summary>What marked it at the last start; null for a new folder.</summary>
    public StoreWitness? PreviousWitness => _lock?.PreviousWitness;

    /// <summary>Opens the store; after a crash, what was acknowledged is there.</summary>
    /// <param name="options">Which folder, which limits.</param>
    /// <param name="time">For leases and maintenance.</param>
    /// <param name="logger">Gets what no caller waits for.</param>
    /// <param name="cancellationToken">Gives up before the store is open.</param>
    /// <exception cref="StoreException">The folder is in use, was written by a newer program, or cannot be read.
    /// </exception>
    /// <exception cref="StoreCorruptException">Something acknowledged cannot be read back.</exception>
    public static async Task<EmbeddedStore> OpenAsync(
        StoreOptions options, TimeProvider time, ILogger? logger = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        cancellationToken.ThrowIfCancellationRequested();
        var storeLock = StoreLock.Acquire(options.Folder);
        try
        {
            return await OpenAsync(new DiskFileSystem(options.Folder), options, time, logger, storeLock);
        }
        catch
        {
            storeLock.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<CommitResult> CommitAsync(
        WriteBatch batch, Durability durability, CancellationToken cancellationToken)
    {
        ThrowIfDisposed();
        ArgumentNullException.ThrowIfNull(batch);
        cancellationToken.ThrowIfCancellationRequested();
        if (BatchSize.Of(batch) > StoreLimits.BatchSizeMax - BatchRecord.HeaderSize)
            throw new ArgumentException($"A batch has at most {StoreLimits.BatchSizeMax} bytes.", nameof(batch));
        var request = _staged.Prepare(batch, durability == Durability.Durable);
        return await _committer.EnqueueAsync(request, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        ThrowIfDisposed();
        await _committer.EnqueueAsync(new BatchRequest(isDurable: true), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<byte[]?> GetAsync(Keyspace keyspace, ReadOnlyMemory<byte> key, CancellationToken cancellationToken)
    {
        ThrowIfDisposed();
        ArgumentNullException.ThrowIfNull(keyspace);
        if (key.Length is 0 or > StoreLimits.KeySizeMax)
            throw new ArgumentException($"A key has 1 to {StoreLimits.KeySizeMax} bytes.", nameof(key));
        return new(_contents.Get(keyspace.Name, keyspace.IsOrdered, key));
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<StoreEntry>> ScanAsync(
        Keyspace keyspace, ScanRange range, CancellationToken cancellationToken)
    {
        ThrowIfDisposed();
        ArgumentNullException.ThrowIfNull(keyspace);
        ArgumentOutOfRangeException.ThrowIfLessThan(range.Limit, 1, nameof(range));
        if (!keyspace.IsOrdered)
            throw new ArgumentException($"Keyspace '{keyspace.Name}' is not ordered.", nameof(keyspace));
        return new(_contents.Ordered.Scan(keyspace.Name, range));
    }

    /// <inheritdoc/>
    public ValueTask<IExtentWriter> CreateExtentAsync(CancellationToken cancellationToken)
    {
        ThrowIfDisposed();
        return new(_staged.CreateWriter());
    }

    /// <inheritdoc/>
    public ValueTask<int> ReadExtentAsync(
        ExtentId extent, long offset, Memory<byte> target, CancellationToken cancellationToken)
    {
        ThrowIfDisposed();
        while (true)
        {
            if (!_contents.TryFind(extent, out var payload, out var place))
                throw Missing(extent);
            ArgumentOutOfRangeException.ThrowIfNegative(offset);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, payload?.Bytes.Length ?? place.Length);
            if (payload is not null)
            {
                var count = (int)Math.Min(target.Length, payload.Bytes.Length - offset);
                payload.Bytes.AsSpan((int)offset, count).CopyTo(target.Span);
                return new(count);
            }

            try
            {
                return new(_contents.Extents.Read(extent, place, offset, target.Span));
            }
            catch (KeyNotFoundException) when (HasMoved(extent, place))
            {
                // Compaction moved it between the look-up and the read.
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask<ExtentView?> OpenExtentAsync(ExtentId extent, CancellationToken cancellationToken)
    {
        ThrowIfDisposed();
        while (true)
        {
            if (!_contents.TryFind(extent, out var payload, out var place))
                throw Missing(extent);
            if (payload is not null && payload.Place is null)
            {
                await _maintenance.PlacePayloadsAsync(cancellationToken);
                continue;
            }

            place = payload?.Place ?? place;
            try
            {
                return new PinnedView(_contents.Extents.OpenVerified(extent, place), place);
            }
            catch (KeyNotFoundException) when (HasMoved(extent, place))
            {
                // Compaction moved it between the look-up and the open.
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask<Lease?> TryAcquireLeaseAsync(
        string name, string owner, TimeSpan duration, CancellationToken cancellationToken) =>
        await LeaseGrant.GrantAsync(this, name, _time.GetUtcNow() + duration, cancellationToken);

    /// <summary>Moves everything applied out of the write-ahead log now.</summary>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="StoreException">The disk refused; nothing is lost.</exception>
    public async ValueTask CheckpointAsync(CancellationToken cancellationToken)
    {
        ThrowIfDisposed();
        await _committer.CheckpointAsync(cancellationToken);
    }

    /// <summary>Gives space back now: rewrites what is mostly dead. The store does so by itself when idle.</summary>
    /// <param name="cancellationToken">Stops between two steps.</param>
    /// <exception cref="StoreException">The disk refused; nothing is lost.</exception>
    public async ValueTask CompactAsync(CancellationToken cancellationToken)
    {
        ThrowIfDisposed();
        await _maintenance.CompactAsync(cancellationToken);
    }

    /// <summary>Reads every extent and compares its checksums.</summary>
    /// <param name="cancellationToken">Stops between two extents.</param>
    /// <returns>One sentence for each damaged object.</returns>
    public async Task<IReadOnlyList<string>> ScrubAsync(CancellationToken cancellationToken)
    {
        ThrowIfDisposed();
        return await _maintenance.ScrubAsync(cancellationToken);
    }

    /// <summary>Closes the store; the next start has nothing to replay.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        await _maintenance.DisposeAsync();
        var clean = await _committer.StopAsync();
        _contents.Dispose();
        if (clean)
            _lock?.MarkClean();
        _lock?.Dispose();
    }

    internal static async Task<EmbeddedStore> OpenAsync(
        IFileSystem files, StoreOptions options, TimeProvider time, ILogger? logger, StoreLock? storeLock)
    {
        logger ??= NullLogger.Instance;
        var (contents, committer) = await StoreRecovery.OpenAsync(files, options, logger);
        committer.Start();
        EmbeddedStore store = new(contents, committer, options, (time, logger), storeLock);
        store._maintenance.Start();
        return store;
    }

    private static KeyNotFoundException Missing(ExtentId extent) => new($"Extent {extent.Value} does not exist.");

    private bool HasMoved(ExtentId extent, ExtentPlace place) =>
        _contents.TryFind(extent, out var payload, out var now) && (payload?.Place ?? now) != place;

    private void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);

    private sealed class PinnedView(ExtentFile.Use use, ExtentPlace place) : ExtentView
    {
        public override SafeFileHandle File => use.File.Handle
            ?? throw new NotSupportedException("This store has no files.");

        public override long Offset => place.Offset;

        public override long Length => place.Length;

        protected override void Dispose(bool disposing) => use.Dispose();
    }
}
