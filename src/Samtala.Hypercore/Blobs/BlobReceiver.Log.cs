using Samtala.Crypto;
using Samtala.Encodings;
using Samtala.Hypercore.Logs;
using Samtala.Hypercore.Manifests;
using Samtala.Hypercore.Proofs;
using Samtala.Hypercore.Tree;

namespace Samtala.Hypercore.Blobs;

/// <content>What the replicator sees: a static log, of which nothing is durable until all of it is.</content>
internal sealed partial class BlobReceiver : IReplicatedLog
{
#pragma warning disable MA0046 // As the interface says.
    /// <inheritdoc/>
    public event Action<LogChange>? Changed;
#pragma warning restore MA0046

    /// <inheritdoc/>
    public Hash32 Key => Id.Key;

    /// <inheritdoc/>
    public Hash32 DiscoveryKey { get; }

    /// <inheritdoc/>
    public Manifest? Manifest
    {
        get
        {
            lock (_gate)
                return _authority.Manifest;
        }
    }

    /// <inheritdoc/>
    public LogHead Head
    {
        get
        {
            lock (_gate)
                return _stored?.Head ?? LogHead.Empty;
        }
    }

    /// <inheritdoc/>
    public LogHead AcceptedHead
    {
        get
        {
            lock (_gate)
                return _head;
        }
    }

    /// <inheritdoc/>
    public bool IsFrozen => false;

    /// <inheritdoc/>
    public ForkPolicy ForkPolicy => ForkPolicy.None;

    /// <inheritdoc/>
    public ulong ContiguousLength => Head.Length;

    /// <inheritdoc/>
    public IBlockFetcher? Fetcher { get; set; }

    /// <inheritdoc/>
    public bool Has(ulong index) => index < Head.Length;

    /// <inheritdoc/>
    public bool HasAccepted(ulong index)
    {
        lock (_gate)
            return _accepted.Get(index);
    }

    /// <inheritdoc/>
    public TResult QueryDurable<TState, TResult>(TState state, Func<SparseBitfield, TState, TResult> query)
    {
        lock (_gate)
            return query(_stored is null ? _nothing : _accepted, state);
    }

    /// <inheritdoc/>
    public TResult QueryAccepted<TState, TResult>(TState state, Func<SparseBitfield, TState, TResult> query)
    {
        lock (_gate)
            return query(_accepted, state);
    }

    /// <inheritdoc/>
    public ValueTask<MerkleNode?> ReadNodeAsync(ulong index, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return _stored is not null
                ? _stored.ReadNodeAsync(index, cancellationToken)
                : ValueTask.FromResult(FindNode(index));
        }
    }

    /// <inheritdoc/>
    public async ValueTask<ReadOnlyMemory<byte>?> ReadStoredAsync(ulong index, CancellationToken cancellationToken)
    {
        BlobLog? stored;
        lock (_gate)
            stored = _stored;
        return stored is null ? null : await stored.ReadStoredAsync(index, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<ProofError> AcceptAsync(Proof proof, CancellationToken cancellationToken)
    {
        ProofError error;
        Exception? problem = null;
        lock (_gate)
        {
            // What arrives late is nobody's fault and is not looked at.
            error = _completion.Task.IsCompleted ? ProofError.None : Accept(proof, out problem);
        }

        if (problem is not null)
            Fail(problem);
        if (error == ProofError.None)
        {
            Pulse();
            StartWriting();
        }

        return ValueTask.FromResult(error);
    }

    /// <inheritdoc/>
    public Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private MerkleNode? FindNode(ulong index) =>
        _nodes.TryGetValue(index, out MerkleNode node) ? node : default(MerkleNode?);

    /// <summary>Verifies and takes. With the lock held.</summary>
    private ProofError Accept(Proof proof, out Exception? problem)
    {
        problem = null;
        if (proof.Block is { } early && early.Index >= _written + WindowBlocks)
            return ProofError.InvalidOperation;
        ProofVerdict verdict = ProofVerifier.Verify(_authority, _head, proof);
        ProofError error = verdict.CheckAnchor(verdict.Anchor is { } anchor ? FindNode(anchor.Index) : null);
        if (error != ProofError.None)
            return error;
        if (verdict.NewManifest is not null)
            _authority = _authority.Learn(verdict.NewManifest)!;
        if (verdict.NewHead is { } head)
        {
            // The id itself says so: no peer can be blamed, and none can have what was asked for.
            problem = FindProblem(head);
            if (problem is not null)
                return ProofError.None;
            _head = head;
            _lengthKnown.TrySetResult(head.Length);
        }

        // The roots may have the right sizes and leaves below them others: only who made the id can have done that.
        if (proof.Block is { } sized
            && (ulong)sized.Value.Length != BlobTree.SizeOf(sized.Index * 2, (long)_head.ByteLength))
        {
            problem = NoBlob();
            return ProofError.None;
        }

        foreach (ref readonly MerkleNode node in verdict.Nodes.Span)
            _nodes[node.Index] = node;
        if (proof.Block is { } block && _accepted.Set(block.Index))
            _blocks[block.Index] = block.Value.ToArray();
        return ProofError.None;
    }

    private InvalidDataException? FindProblem(LogHead head)
    {
        ManifestPrologue? fixedTree = _authority.Prologue;
        bool isBlob = _authority.IsStatic
            && fixedTree is not null
            && Manifest.Static(fixedTree.Hash, fixedTree.Length).ComputeKey() == Key
            && BlobTree.IsBlob(head);
        if (!isBlob)
            return NoBlob();
        return head.ByteLength <= (ulong)_lengthMax
            ? null
            : new InvalidDataException(
                $"SAM0311: blob {Id} has {head.ByteLength} bytes, more than the {_lengthMax} that were to be accepted. "
                + "Ask for it with a higher limit.");
    }

    private InvalidDataException NoBlob() => new(
        $"SAM0310: {Id} names a log that is no blob: it can change, or its blocks are not of "
        + $"{BlobLimits.BlockSize} bytes. Fetch it as a log.");
}
