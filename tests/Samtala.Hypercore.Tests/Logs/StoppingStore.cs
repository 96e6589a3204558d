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

        return result;
    }

    public ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        Step();
        return inner.FlushAsync(cancellationToken);
    }

    public ValueTask<byte[]?> GetAsync(
        Keyspace keyspace, ReadOnlyMemory<byte> key, CancellationToken cancellationToken) =>
        inner.GetAsync(keyspace, key, cancellationToken);

    public ValueTask<IReadOnlyList<StoreEntry>> ScanAsync(
        Keyspace keyspace, ScanRange range, CancellationToken cancellationToken) =>
        inner.ScanAsync(keyspace, range, cancellationToken);

    public ValueTask<IExtentWriter> CreateExtentAsync(CancellationToken cancellationToken) =>
        inner.CreateExtentAsync(cancellationToken);

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
        HasStopped |= CommitsLeft == 0;
        if (HasStopped)
            throw new StoreException("The simulated machine stopped.");
        if (CommitsLeft > 0)
            CommitsLeft--;
    }
}
