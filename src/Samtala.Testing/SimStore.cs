using Samtala.Storage;

namespace Samtala.Testing;

/// <summary>A store in memory that behaves as the embedded one does, deterministically, and fails when told
/// to.</summary>
/// <remarks>Batches become visible together with their flush; after <see cref="SimDisk.Crash"/> every call fails and a
/// new store on the same disk sees what survived.</remarks>
public sealed class SimStore : IStore
{
    private readonly SimDisk _disk;
    private readonly Random _random;
    private readonly TimeProvider _time;
    private readonly SimStoreOptions _options;
    private readonly int _generation;
    private readonly Queue<Request> _queue = new();
    private readonly Dictionary<ExtentId, byte[]> _staged = [];
    private SimState _visible;
    private bool _pumping;
    private bool _disposed;

    /// <summary>Opens the store on a disk.</summary>
    /// <param name="disk">What survived.</param>
    /// <param name="random">Seeded; owned by the caller.</param>
    /// <param name="time">Simulated or real.</param>
    /// <param name="options">Which faults.</param>
    public SimStore(SimDisk disk, Random random, TimeProvider time, SimStoreOptions? options = null)
    {
        _disk = disk;
        _random = random;
        _time = time;
        _options = options ?? new SimStoreOptions();
        _generation = disk.Generation;
        _visible = disk.Durable;
    }

    /// <inheritdoc/>
    public StoreCapabilities Capabilities { get; } = new("simulated", DurableAcknowledgement: true, HasFiles: false);

    /// <inheritdoc/>
    public async ValueTask<CommitResult> CommitAsync(
        WriteBatch batch, Durability durability, CancellationToken cancellationToken)
    {
        ThrowIfGone();
        cancellationToken.ThrowIfCancellationRequested();
        if (BatchSize.Of(batch) > StoreLimits.BatchSizeMax)
            throw new ArgumentException($"A batch has at most {StoreLimits.BatchSizeMax} bytes.", nameof(batch));
        return await EnqueueAsync([.. batch.Operations], durability == Durability.Durable, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        ThrowIfGone();
        await EnqueueAsync([], durable: true, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<byte[]?> GetAsync(Keyspace keyspace, ReadOnlyMemory<byte> key, CancellationToken cancellationToken)
    {
        ThrowIfGone();
        FailSometimes(_options.ReadFailureRatio, "read");
        return new(_visible.Entries.TryGetValue(new SimKey(keyspace.Name, key.ToArray()), out var value)
            ? value.ToArray()
            : null);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<StoreEntry>> ScanAsync(
        Keyspace keyspace, ScanRange range, CancellationToken cancellationToken)
    {
        ThrowIfGone();
        ArgumentOutOfRangeException.ThrowIfLessThan(range.Limit, 1, nameof(range));
        if (!keyspace.IsOrdered)
            throw new ArgumentException($"Keyspace '{keyspace.Name}' is not ordered.", nameof(keyspace));
        FailSometimes(_options.ReadFailureRatio, "read");
        IReadOnlyList<StoreEntry> page = [.. _visible.Entries
            .Where(e => string.Equals(e.Key.Keyspace, keyspace.Name, StringComparison.Ordinal))
            .Where(e => e.Key.Key.AsSpan().SequenceCompareTo(range.From.Span) >= 0)
            .TakeWhile(e => range.To.IsEmpty || e.Key.Key.AsSpan().SequenceCompareTo(range.To.Span) < 0)
            .Take(range.Limit)
            .Select(e => new StoreEntry(e.Key.Key.ToArray(), e.Value.ToArray()))];
        return new(page);
    }

    /// <inheritdoc/>
    public ValueTask<IExtentWriter> CreateExtentAsync(CancellationToken cancellationToken)
    {
        ThrowIfGone();
        lock (_disk.Gate)
            return new(new SimExtentWriter(this, new ExtentId(++_disk.LastExtent)));
    }

    /// <inheritdoc/>
    public ValueTask<int> ReadExtentAsync(
        ExtentId extent, long offset, Memory<byte> target, CancellationToken cancellationToken)
    {
        ThrowIfGone();
        FailSometimes(_options.ReadFailureRatio, "read");
        if (!_visible.Extents.TryGetValue(extent, out var bytes))
            throw new KeyNotFoundException($"Extent {extent.Value} does not exist.");
        if (_disk.Damaged.Contains(extent))
            throw new StoreCorruptException($"Extent {extent.Value} is damaged: fetch its bytes from a peer again.");
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, bytes.Length);
        var count = (int)Math.Min(target.Length, bytes.Length - offset);
        bytes.AsSpan((int)offset, count).CopyTo(target.Span);
        return new(count);
    }

    /// <inheritdoc/>
    public ValueTask<ExtentView?> OpenExtentAsync(ExtentId extent, CancellationToken cancellationToken)
    {
        ThrowIfGone();
        if (!_visible.Extents.ContainsKey(extent))
            throw new KeyNotFoundException($"Extent {extent.Value} does not exist.");
        return new((ExtentView?)null);
    }

    /// <inheritdoc/>
    public async ValueTask<Lease?> TryAcquireLeaseAsync(
        string name, string owner, TimeSpan duration, CancellationToken cancellationToken) =>
        await LeaseGrant.GrantAsync(this, name, _time.GetUtcNow() + duration, cancellationToken);

    /// <summary>Stops cleanly: what was committed for later is flushed.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
            return;
        if (_generation == _disk.Generation)
        {
            try
            {
                await EnqueueAsync([], durable: true, CancellationToken.None);
            }
            catch (StoreException)
            {
                // The injected failure hit the last flush; a crash would have lost no less.
            }
        }

        _disposed = true;
    }

    internal void Stage(ExtentId extent, byte[] bytes)
    {
        ThrowIfGone();
        lock (_disk.Gate)
            _staged.Add(extent, bytes);
    }

    private async Task<CommitResult> EnqueueAsync(
        WriteOperation[] operations, bool durable, CancellationToken cancellationToken)
    {
        Request request = new(operations, durable);
        bool pump;
        lock (_disk.Gate)
        {
            _queue.Enqueue(request);
            pump = !_pumping;
            _pumping = true;
        }

        if (pump)
            _ = PumpAsync();
        return await (cancellationToken.CanBeCanceled
            ? request.Done.Task.WaitAsync(cancellationToken)
            : request.Done.Task);
    }

    /// <summary>Takes everything that waits as one group, as the embedded store's committer does.</summary>
    private async Task PumpAsync()
    {
        while (true)
        {
            List<Request> group = [];
            lock (_disk.Gate)
            {
                while (_queue.TryDequeue(out var request))
                    group.Add(request);
                if (group.Count == 0)
                {
                    _pumping = false;
                    return;
                }
            }

            await CommitGroupAsync(group);
        }
    }

    private async Task CommitGroupAsync(List<Request> group)
    {
        SimState state;
        int unflushedBefore;
        lock (_disk.Gate)
        {
            if (_generation != _disk.Generation)
            {
                Finish(group, Gone());
                return;
            }

            unflushedBefore = _disk.UnflushedCount;
            state = Prepare(group);
        }

        if (!group.Exists(r => r.Durable) || _options.AcknowledgesEarly)
        {
            _visible = state;
            Finish(group, null);
            if (!_options.AcknowledgesEarly)
                return;
        }

        if (_options.FlushLatencyMax > TimeSpan.Zero)
            await Task.Delay(_options.FlushLatencyMax * _random.NextDouble(), _time, CancellationToken.None);

        lock (_disk.Gate)
        {
            if (_generation != _disk.Generation)
            {
                Finish(group, Gone());
            }
            else if (_random.NextDouble() < _options.FlushFailureRatio && !_options.AcknowledgesEarly)
            {
                _disk.ForgetUnflushedAfter(unflushedBefore);
                Finish(group, new StoreException("The simulated disk refused the flush; try again."));
            }
            else
            {
                _disk.Flush(state);
                _visible = state;
                Finish(group, null);
            }
        }
    }

    private SimState Prepare(List<Request> group)
    {
        var state = _visible;
        foreach (var request in group)
        {
            var unknown = request.Operations
                .Where(o => o.Kind == WriteKind.AddExtent && !_staged.ContainsKey(o.Extent))
                .Select(o => (ulong?)o.Extent.Value)
                .FirstOrDefault();
            if (unknown is not null)
            {
                request.Done.TrySetException(
                    new ArgumentException($"Extent {unknown} is not complete or was added before.", nameof(group)));
                continue;
            }

            request.ConflictIndex = state.FindConflict(request.Operations);
            if (request.ConflictIndex >= 0 || request.Operations.Length == 0)
                continue;
            state = state.Apply(request.Operations, _staged);
            _disk.AddUnflushed(state);
        }

        return state;
    }

    private void Finish(List<Request> group, Exception? error)
    {
        foreach (var request in group)
        {
            if (error is not null)
            {
                request.Done.TrySetException(error);
                continue;
            }

            if (request.ConflictIndex < 0)
            {
                foreach (var operation in request.Operations)
                    _staged.Remove(operation.Extent);
            }

            request.Done.TrySetResult(new CommitResult(request.ConflictIndex < 0, request.ConflictIndex));
        }
    }

    private void FailSometimes(double ratio, string what)
    {
        if (ratio > 0 && _random.NextDouble() < ratio)
            throw new StoreException($"The simulated disk refused the {what}; try again.");
    }

    private void ThrowIfGone()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_generation != _disk.Generation)
            throw Gone();
    }

    private static StoreException Gone() => new("The simulated machine crashed; open the disk with a new store.");

    private sealed class Request(WriteOperation[] operations, bool durable)
    {
        public WriteOperation[] Operations { get; } = operations;

        public bool Durable { get; } = durable;

        public int ConflictIndex { get; set; } = -1;

        public TaskCompletionSource<CommitResult> Done { get; } =
            new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
