using Samtala.Storage;

namespace Samtala.Hypercore.Tests.Blobs;

/// <summary>A store that returns one wrong bit, as a disk without checksums would, and counts questions.</summary>
internal sealed class FlippingStore(IStore inner) : IStore
{
    private int _commits;
    private int _gets;

    /// <summary>The bit of the first read extent, counted from the beginning of the extent, that is wrong.</summary>
    public (ExtentId Extent, long Bit)? Flipped { get; set; }

    public int CommitCount => _commits;

    public int GetCount => _gets;

    public StoreCapabilities Capabilities => inner.Capabilities;

    public ValueTask<CommitResult> CommitAsync(
        WriteBatch batch, Durability durability, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _commits);
        return inner.CommitAsync(batch, durability, cancellationToken);
    }

    public ValueTask FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public ValueTask<byte[]?> GetAsync(
        Keyspace keyspace, ReadOnlyMemory<byte> key, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _gets);
        return inner.GetAsync(keyspace, key, cancellationToken);
    }

    public ValueTask<IReadOnlyList<StoreEntry>> ScanAsync(
        Keyspace keyspace, ScanRange range, CancellationToken cancellationToken) =>
        inner.ScanAsync(keyspace, range, cancellationToken);

    public ValueTask<IExtentWriter> CreateExtentAsync(CancellationToken cancellationToken) =>
        inner.CreateExtentAsync(cancellationToken);

    public async ValueTask<int> ReadExtentAsync(
        ExtentId extent, long offset, Memory<byte> target, CancellationToken cancellationToken)
    {
        int read = await inner.ReadExtentAsync(extent, offset, target, cancellationToken);
        if (Flipped is { } flipped && flipped.Extent == extent)
        {
            long at = (flipped.Bit / 8) - offset;
            if (at >= 0 && at < read)
                target.Span[(int)at] ^= (byte)(1 << (int)(flipped.Bit % 8));
        }

        return read;
    }

    public ValueTask<ExtentView?> OpenExtentAsync(ExtentId extent, CancellationToken cancellationToken) =>
        inner.OpenExtentAsync(extent, cancellationToken);

    public ValueTask<Lease?> TryAcquireLeaseAsync(
        string name, string owner, TimeSpan duration, CancellationToken cancellationToken) =>
        inner.TryAcquireLeaseAsync(name, owner, duration, cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
