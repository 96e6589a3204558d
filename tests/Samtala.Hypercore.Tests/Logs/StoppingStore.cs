using Samtala.Storage;

namespace Samtala.Hypercore.Tests.Logs;

/// <summary>A store whose machine stops at a chosen commit, and which knows the extents that are live.</summary>
internal sealed class StoppingStore(IStore inner) : IStore
{
    /// <summary>Commits until the machine stops; negative for never.</summary>
    public int CommitsLeft { get; set; } = -1;

    public bool HasStopped { get; private set; }

    /// <summary>Stops the machine now.</summary>
    public void Stop() => HasStopped = true;

    public HashSet<ulong> LiveExtents { get; } = [];

    /// <summary>Runs after a batch was committed and before its caller is told.</summary>
    public Func<WriteBatch, Task>? Committed { get; set; }

    /// <summary>Gets what reads a value, and may do so when it likes.</summary>
    public Func<Func<ValueTask<byte[]?>>, ValueTask<byte[]?>>? Reading { get; set; }

    /// <summary>Refuses to write, for as long as this is set.</summary>
    public bool Refuses { get; set; }

    /// <summary>Writers of extents that were neither completed nor disposed.</summary>
    public int OpenExtents { get; private set; }

    public StoreCapabilities Capabilities => inner.Capabilities;

    public async ValueTask<CommitResult> CommitAsync(
        WriteBatch batch, Durability durability, CancellationToken cancellationToken)
    {
        Step();
        CommitResult result = await inner.CommitAsync(batch, durability, cancellationToken);
        foreach (WriteOperation operation in batch.Operations)
        {
            if (operation.Kind == WriteKind.AddExtent)
                LiveExtents.Add(operation.Extent.Value);
            else if (operation.Kind == WriteKind.FreeExtent)
                LiveExtents.Remove(operation.Extent.Value);
        }

        if (Committed is { } committed)
            await committed(batch);
        return result;
    }

    public ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        Step();
        return inner.FlushAsync(cancellationToken);
    }

    public ValueTask<byte[]?> GetAsync(
        Keyspace keyspace, ReadOnlyMemory<byte> key, CancellationToken cancellationToken) =>
        Reading is { } reading
            ? reading(() => inner.GetAsync(keyspace, key, cancellationToken))
            : inner.GetAsync(keyspace, key, cancellationToken);

    public ValueTask<IReadOnlyList<StoreEntry>> ScanAsync(
        Keyspace keyspace, ScanRange range, CancellationToken cancellationToken) =>
        inner.ScanAsync(keyspace, range, cancellationToken);

    public async ValueTask<IExtentWriter> CreateExtentAsync(CancellationToken cancellationToken) =>
        new Writer(this, await inner.CreateExtentAsync(cancellationToken));

    public ValueTask<int> ReadExtentAsync(
        ExtentId extent, long offset, Memory<byte> target, CancellationToken cancellationToken) =>
        inner.ReadExtentAsync(extent, offset, target, cancellationToken);

    public ValueTask<ExtentView?> OpenExtentAsync(ExtentId extent, CancellationToken cancellationToken) =>
        inner.OpenExtentAsync(extent, cancellationToken);

    public ValueTask<Lease?> TryAcquireLeaseAsync(
        string name, string owner, TimeSpan duration, CancellationToken cancellationToken) =>
        inner.TryAcquireLeaseAsync(name, owner, duration, cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private void Step()
    {
        if (Refuses)
            throw new StoreException("The simulated disk is full.");
        HasStopped |= CommitsLeft == 0;
        if (HasStopped)
            throw new StoreException("The simulated machine stopped.");
        if (CommitsLeft > 0)
            CommitsLeft--;
    }

    private sealed class Writer(StoppingStore owner, IExtentWriter writer) : IExtentWriter
    {
        private bool _isOpen;

        public ExtentId Id => writer.Id;

        public long Length => writer.Length;

        public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
        {
            if (!_isOpen)
                owner.OpenExtents++;
            _isOpen = true;
            if (owner.Refuses)
                throw new StoreException("The simulated disk is full.");
            return writer.WriteAsync(bytes, cancellationToken);
        }

        public ValueTask CompleteAsync(CancellationToken cancellationToken)
        {
            End();
            return writer.CompleteAsync(cancellationToken);
        }

        public ValueTask DisposeAsync()
        {
            End();
            return writer.DisposeAsync();
        }

        private void End()
        {
            if (_isOpen)
                owner.OpenExtents--;
            _isOpen = false;
        }
    }
}
