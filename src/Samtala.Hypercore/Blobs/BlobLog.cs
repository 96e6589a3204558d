using Samtala.Crypto;
using Samtala.Encodings;
using Samtala.Hypercore.Logs;
using Samtala.Hypercore.Manifests;
using Samtala.Hypercore.Proofs;
using Samtala.Hypercore.Tree;
using Samtala.Storage;

namespace Samtala.Hypercore.Blobs;

/// <summary>A stored blob as the static log that it is, so that peers can have verified ranges of it.</summary>
/// <remarks>Thread-safe. Keeps the blob from being swept until disposed.</remarks>
internal sealed class BlobLog : IReplicatedLog, IAsyncDisposable
{
    private readonly BlobStore _blobs;
    private readonly BlobRecord _record;
    private readonly BlobTree _tree;
    private readonly SparseBitfield _all = new();
    private readonly Lock _gate = new();
    private int _isDisposed;

    private BlobLog(BlobStore blobs, BlobRecord record, BlobTree tree)
    {
        _blobs = blobs;
        _record = record;
        _tree = tree;
        _all.SetRange(0, tree.Head.Length);
        Manifest = Manifest.Static(record.Info.TreeHash, tree.Head.Length);
        DiscoveryKey = Manifest.DiscoveryKey(Key);
    }

#pragma warning disable MA0046 // As the interface says. Nothing ever changes here.
    /// <inheritdoc/>
    public event Action<LogChange> Changed
    {
        add { }
        remove { }
    }
#pragma warning restore MA0046

    /// <inheritdoc/>
    public Hash32 Key => _record.Info.Id.Key;

    /// <inheritdoc/>
    public Hash32 DiscoveryKey { get; }

    /// <inheritdoc/>
    public Manifest Manifest { get; }

    /// <inheritdoc/>
    public LogHead Head => _tree.Head;

    /// <inheritdoc/>
    public LogHead AcceptedHead => _tree.Head;

    /// <inheritdoc/>
    public bool IsFrozen => false;

    /// <inheritdoc/>
    public ForkPolicy ForkPolicy => ForkPolicy.None;

    /// <inheritdoc/>
    public ulong ContiguousLength => _tree.Head.Length;

    /// <inheritdoc/>
    public IBlockFetcher? Fetcher { get; set; }

    /// <summary>Opens a stored blob.</summary>
    /// <returns>Null when it is not stored, is empty, or was found damaged.</returns>
    /// <exception cref="StoreCorruptException">The stored hashes are damaged; from now on the blob counts as absent.
    /// </exception>
    public static async ValueTask<BlobLog?> OpenAsync(BlobStore blobs, BlobId id, CancellationToken ct)
    {
        await blobs.PinAsync(id, ct);
        BlobLog? log = null;
        try
        {
            BlobRecord? record = await blobs.GetRecordAsync(id, ct);
            if (record is null || record.Info.Length == 0)
                return null;
            Hash32[] leaves = await blobs.ReadLeavesAsync(record, 0, (int)record.Info.BlockCount, ct);
            BlobTree? tree = leaves.Length == record.Info.BlockCount ? new BlobTree(leaves, record.Info.Length) : null;
            if (tree?.Head.TreeHash() != record.Info.TreeHash)
            {
                await blobs.MarkDamagedAsync(record);
                throw new StoreCorruptException(
                    $"SAM0305: the stored hashes of blob {id} are damaged, so it is not served any more; fetch or put "
                    + "it again to heal it.");
            }

            log = new BlobLog(blobs, record, tree);
            return log;
        }
        finally
        {
            if (log is null)
                blobs.Unpin(id);
        }
    }

    /// <inheritdoc/>
    public bool Has(ulong index) => index < _tree.Head.Length;

    /// <inheritdoc/>
    public bool HasAccepted(ulong index) => Has(index);

    /// <inheritdoc/>
    public TResult QueryDurable<TState, TResult>(TState state, Func<SparseBitfield, TState, TResult> query)
    {
        lock (_gate)
            return query(_all, state);
    }

    /// <inheritdoc/>
    public TResult QueryAccepted<TState, TResult>(TState state, Func<SparseBitfield, TState, TResult> query) =>
        QueryDurable(state, query);

    /// <inheritdoc/>
    public ValueTask<MerkleNode?> ReadNodeAsync(ulong index, CancellationToken cancellationToken) =>
        ValueTask.FromResult(_tree.Find(index));

    /// <inheritdoc/>
    public async ValueTask<ReadOnlyMemory<byte>?> ReadStoredAsync(ulong index, CancellationToken cancellationToken)
    {
        if (!Has(index))
            return null;
        byte[] block = new byte[BlobTree.SizeOf(index * 2, _record.Info.Length)];
        try
        {
            await _blobs.ReadRecordAsync(_record, (long)index * BlobLimits.BlockSize, block, cancellationToken);
        }
        catch (StoreCorruptException)
        {
            // The store has marked it; a peer is told that it is not here, and asks another.
            return null;
        }

        return block;
    }

    /// <summary>Everything is here: nothing is taken.</summary>
    public ValueTask<ProofError> AcceptAsync(Proof proof, CancellationToken cancellationToken) =>
        ValueTask.FromResult(ProofError.InvalidOperation);

    /// <inheritdoc/>
    public Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Lets the sweep have the blob.</summary>
    public ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
            _blobs.Unpin(_record.Info.Id);
        return ValueTask.CompletedTask;
    }
}
