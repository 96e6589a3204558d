namespace Samtala.Storage;

/// <summary>
/// One atomic commit over exact keys, ordered keys and extents. The embedded store, a database server and the simulated
/// store implement it, and one conformance suite holds them to it. Source: docs/architecture.md, "Storage".
/// </summary>
/// <remarks>All members may be called from any thread.</remarks>
public interface IStore : IAsyncDisposable
{
    /// <summary>What this store promises. A store whose acknowledgement is not durable must not keep logs.</summary>
    StoreCapabilities Capabilities { get; }

    /// <summary>Applies every operation of <paramref name="batch"/> or none.</summary>
    /// <param name="batch">Read during the call only; the caller may reuse it afterwards.</param>
    /// <param name="durability">When the call completes: <see cref="Durability.Durable"/> waits for the disk.</param>
    /// <param name="cancellationToken">Gives up waiting; the batch may still be committed.</param>
    /// <returns>Committed, or the first expectation of the batch that did not hold (then nothing was
    /// applied).</returns>
    /// <exception cref="ArgumentException">The batch is larger than <see cref="StoreLimits.BatchSizeMax"/>, or adds an
    /// extent that is not complete or already added. Nothing was applied.</exception>
    /// <exception cref="StoreException">The disk refused; nothing of the batch is visible or durable.</exception>
    ValueTask<CommitResult> CommitAsync(
        WriteBatch batch, Durability durability, CancellationToken cancellationToken);

    /// <summary>Makes every batch applied before this call durable.</summary>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="StoreException">The disk refused.</exception>
    ValueTask FlushAsync(CancellationToken cancellationToken);

    /// <summary>Reads the applied value of one key.</summary>
    /// <param name="keyspace">Exact or ordered.</param>
    /// <param name="key">1 to <see cref="StoreLimits.KeySizeMax"/> bytes.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>A copy the caller owns, or null when the key is absent.</returns>
    ValueTask<byte[]?> GetAsync(Keyspace keyspace, ReadOnlyMemory<byte> key, CancellationToken cancellationToken);

    /// <summary>Reads a page of an ordered keyspace in ascending byte order of the keys.</summary>
    /// <param name="keyspace">Declared <see cref="Keyspace.IsOrdered"/>.</param>
    /// <param name="range">Which keys, and how many at most.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>A snapshot of the page; the caller owns it.</returns>
    /// <exception cref="ArgumentException">The keyspace is not ordered.</exception>
    ValueTask<IReadOnlyList<StoreEntry>> ScanAsync(
        Keyspace keyspace, ScanRange range, CancellationToken cancellationToken);

    /// <summary>Begins a write-once run of bulk bytes. It is garbage until a committed batch names it.</summary>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>A writer the caller disposes; disposing before completion gives the space back.</returns>
    ValueTask<IExtentWriter> CreateExtentAsync(CancellationToken cancellationToken);

    /// <summary>Reads bytes of an extent that a committed batch named.</summary>
    /// <param name="extent">The extent.</param>
    /// <param name="offset">First byte, 0 to the extent's length.</param>
    /// <param name="target">Filled completely unless the extent ends first.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>How many bytes were read; less than <paramref name="target"/> only at the end.</returns>
    /// <exception cref="StoreCorruptException">The bytes are not those written; none are returned.</exception>
    /// <exception cref="KeyNotFoundException">No such extent.</exception>
    ValueTask<int> ReadExtentAsync(
        ExtentId extent, long offset, Memory<byte> target, CancellationToken cancellationToken);

    /// <summary>Pins an extent so that its bytes can be read by file handle without copying.</summary>
    /// <param name="extent">The extent.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>A view the caller disposes; null when this store has no files.</returns>
    /// <exception cref="StoreCorruptException">The bytes are not those written.</exception>
    /// <exception cref="KeyNotFoundException">No such extent.</exception>
    ValueTask<ExtentView?> OpenExtentAsync(ExtentId extent, CancellationToken cancellationToken);

    /// <summary>Asks for the right to act alone under a name.</summary>
    /// <param name="name">What is guarded, 1 to 128 characters.</param>
    /// <param name="owner">Who asks.</param>
    /// <param name="duration">How long the lease holds without renewal.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>A lease with a fencing token higher than every earlier one of that name; null when another holds it.
    /// The embedded store always grants.</returns>
    ValueTask<Lease?> TryAcquireLeaseAsync(
        string name, string owner, TimeSpan duration, CancellationToken cancellationToken);
}
