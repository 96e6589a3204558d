using System.Collections.Immutable;
using Samtala.Crypto;
using Samtala.Encodings;
using Samtala.Hypercore.Logs;
using Samtala.Hypercore.Manifests;
using Samtala.Hypercore.Proofs;
using Samtala.Hypercore.Replication;
using Samtala.Hypercore.Tree;

namespace Samtala.Hypercore.Tests.Replication;

/// <summary>A log in dictionaries: the model that replicators are tested against, with a disk as slow as a test wants.
/// </summary>
internal sealed class MemoryLog : IForkingLog
{
    private readonly Dictionary<ulong, MerkleNode> _nodes = [];
    private readonly Dictionary<ulong, byte[]> _blocks = [];
    private readonly SparseBitfield _durable = new();
    private readonly SparseBitfield _accepted = new();
    private readonly Queue<LogChange> _undurable = new();
    private readonly SecretKey[] _secrets;
    private LogAuthority _authority;

    public MemoryLog(Hash32 key, Manifest? manifest, params SecretKey[] secrets)
    {
        Key = key;
        DiscoveryKey = Samtala.Hypercore.Manifests.Manifest.DiscoveryKey(key);
        _secrets = secrets;
        _authority = new LogAuthority(key, manifest);
    }

#pragma warning disable MA0046 // As the interface says.
    public event Action<LogChange>? Changed;
#pragma warning restore MA0046

    public LogAuthority Authority => _authority;

    public ConflictProof? Conflict { get; private set; }

    public Hash32 Key { get; }

    public Hash32 DiscoveryKey { get; }

    public Samtala.Hypercore.Manifests.Manifest? Manifest => _authority.Manifest;

    public LogHead Head { get; private set; } = LogHead.Empty;

    public LogHead AcceptedHead { get; private set; } = LogHead.Empty;

    public bool IsFrozen { get; private set; }

    public ForkPolicy ForkPolicy { get; init; }

    /// <summary>Whether changes wait for <see cref="Flush"/>.</summary>
    public bool IsDiskSlow { get; set; }

    /// <summary>Proofs are looked at once this is complete.</summary>
    public Task HasRoom { get; set; } = Task.CompletedTask;

    public ulong ContiguousLength => _durable.FirstUnset(0);

    public IBlockFetcher? Fetcher { get; set; }

    public int AcceptCount { get; private set; }

    public static MemoryLog Create(SecretKey secret)
    {
        Manifest manifest = Samtala.Hypercore.Manifests.Manifest.Single(secret.PublicKey);
        return new MemoryLog(manifest.ComputeKey(), manifest, secret);
    }

    /// <summary>A log that all of these must sign.</summary>
    public static MemoryLog CreateShared(params SecretKey[] secrets)
    {
        Manifest manifest = Samtala.Hypercore.Manifests.Manifest.Create(new ManifestParts
        {
            Quorum = secrets.Length,
            Signers = [.. secrets.Select(secret => new ManifestSigner(secret.PublicKey))],
        });
        return new MemoryLog(manifest.ComputeKey(), manifest, secrets);
    }

    /// <summary>A log of hypercore 10: no manifest.</summary>
    public static MemoryLog CreateCompat(SecretKey secret) => new(new Hash32(secret.PublicKey.Bytes), null, secret);

    public MemoryLog Reader() => new(Key, null) { ForkPolicy = ForkPolicy };

    public void Append(params byte[][] blocks)
    {
        MerkleRoots roots = new();
        ulong start = AcceptedHead.Length;
        List<MerkleNode> all = [.. AcceptedHead.Roots];
        ulong index = start;
        foreach (byte[] block in blocks)
        {
            MerkleNode node = new(index * 2, (ulong)block.Length, MerkleHash.Leaf(block));
            _nodes[node.Index] = node;
            while (all.Count > 0 && all[^1].Index == FlatTree.Sibling(node.Index)
                && FlatTree.Depth(all[^1].Index) == FlatTree.Depth(node.Index))
            {
                node = MerkleHash.Parent(all[^1], node);
                all.RemoveAt(all.Count - 1);
                _nodes[node.Index] = node;
            }

            all.Add(node);
            _blocks[index] = block;
            _accepted.Set(index++);
        }

        LogHead head = LogHead.Of(AcceptedHead.Fork, [.. all]);
        AcceptedHead = head with { Signature = Sign(head) };
        Tell(new LogChange(LogChangeKind.Appended, start, index - start, head.Length, head.Fork));
    }

    public bool Has(ulong index) => _durable.Get(index);

    public bool HasAccepted(ulong index) => _accepted.Get(index);

    public TResult QueryDurable<TState, TResult>(TState state, Func<SparseBitfield, TState, TResult> query) =>
        query(_durable, state);

    public TResult QueryAccepted<TState, TResult>(TState state, Func<SparseBitfield, TState, TResult> query) =>
        query(_accepted, state);

    public byte[]? Block(ulong index) => _blocks.GetValueOrDefault(index);

    public ValueTask<ReadOnlyMemory<byte>?> ReadStoredAsync(ulong index, CancellationToken cancellationToken) =>
        ValueTask.FromResult<ReadOnlyMemory<byte>?>(_blocks.TryGetValue(index, out byte[]? block) ? block : null);

    public ValueTask<MerkleNode?> ReadNodeAsync(ulong index, CancellationToken cancellationToken) =>
        ValueTask.FromResult(_nodes.TryGetValue(index, out MerkleNode node) ? node : (MerkleNode?)null);

    public void Clear(ulong start, ulong count)
    {
        for (ulong i = start; i < start + count; i++)
            _blocks.Remove(i);
        _durable.ClearRange(start, count);
        _accepted.ClearRange(start, count);
        Changed?.Invoke(new LogChange(LogChangeKind.Cleared, start, count, Head.Length, Head.Fork));
    }

    public void Truncate(ulong length)
    {
        ulong[] roots = new ulong[FlatTree.CountRoots(length)];
        FlatTree.FullRoots(length, roots);
        LogHead head = LogHead.Of(AcceptedHead.Fork + 1, [.. roots.Select(root => _nodes[root])]);
        CutBack(length, head with { Signature = Sign(head) });
    }

    public ValueTask<bool> ReorgAsync(VerifiedReorg reorg, CancellationToken cancellationToken)
    {
        if (reorg.Base != AcceptedHead)
            return ValueTask.FromResult(false);
        foreach (MerkleNode node in reorg.Nodes)
            _nodes[node.Index] = node;
        if (reorg.NewManifest is { } manifest)
            _authority = new LogAuthority(Key, manifest);
        CutBack(reorg.Ancestors, reorg.NewHead, reorg.Nodes);
        return ValueTask.FromResult(true);
    }

    public ValueTask FreezeAsync(ConflictProof conflict, CancellationToken cancellationToken)
    {
        Conflict = conflict;
        IsFrozen = true;
        Changed?.Invoke(new LogChange(LogChangeKind.Frozen, 0, 0, Head.Length, Head.Fork));
        return default;
    }

    public ValueTask<ProofError> AcceptAsync(Proof proof, CancellationToken cancellationToken) =>
        HasRoom.IsCompleted ? ValueTask.FromResult(Accept(proof)) : AcceptLaterAsync(proof);

    /// <summary>The disk has written everything.</summary>
    public Task FlushAsync(CancellationToken cancellationToken)
    {
        Flush();
        return Task.CompletedTask;
    }

    public void Flush()
    {
        while (_undurable.TryDequeue(out LogChange change))
            Finish(change);
    }

    private async ValueTask<ProofError> AcceptLaterAsync(Proof proof)
    {
        await HasRoom;
        return Accept(proof);
    }

    private ProofError Accept(Proof proof)
    {
        AcceptCount++;
        ProofVerdict verdict = ProofVerifier.Verify(_authority, AcceptedHead, proof);
        ProofError error = verdict.CheckAnchor(
            verdict.Anchor is { } anchor && _nodes.TryGetValue(anchor.Index, out MerkleNode stored) ? stored : null);
        if (error != ProofError.None)
            return error;
        foreach (MerkleNode node in verdict.Nodes.Span)
            _nodes[node.Index] = node;
        if (verdict.NewManifest is { } manifest)
            _authority = new LogAuthority(Key, manifest);
        if (verdict.NewHead is { } head && head.Length > AcceptedHead.Length)
        {
            ulong before = AcceptedHead.Length;
            AcceptedHead = head;
            foreach (MerkleNode root in head.Roots)
                _nodes[root.Index] = root;
            Tell(new LogChange(LogChangeKind.Appended, before, head.Length - before, head.Length, head.Fork));
        }

        if (proof.Block is { } block && _accepted.Set(block.Index))
        {
            _blocks[block.Index] = block.Value.ToArray();
            Tell(new LogChange(LogChangeKind.Downloaded, block.Index, 1, AcceptedHead.Length, AcceptedHead.Fork));
        }

        return ProofError.None;
    }

    private byte[] Sign(LogHead head) => _secrets.Length == 1
        ? _authority.Sign(_secrets[0], head)
        : _authority.Assemble([.. _secrets.Select(secret => _authority.SignPart(secret, head))]);

    private void CutBack(ulong length, LogHead head, ImmutableArray<MerkleNode> added = default)
    {
        ulong before = AcceptedHead.Length;
        HashSet<ulong> kept = added.IsDefault ? [] : [.. added.Select(node => node.Index)];
        foreach (ulong node in _nodes.Keys.ToArray())
        {
            if (FlatTree.RightSpan(node) >= length * 2 && !kept.Contains(node))
                _nodes.Remove(node);
        }

        foreach (MerkleNode root in head.Roots)
            _nodes[root.Index] = root;
        foreach (ulong block in _blocks.Keys.Where(b => b >= length).ToArray())
            _blocks.Remove(block);
        _accepted.ClearRange(length, SparseBitfield.BitsMax);
        _durable.ClearRange(length, SparseBitfield.BitsMax);
        AcceptedHead = Head = head;
        Changed?.Invoke(new LogChange(
            LogChangeKind.Truncated, length, before > length ? before - length : 0, head.Length, head.Fork));
    }

    private void Tell(LogChange change)
    {
        if (IsDiskSlow)
            _undurable.Enqueue(change);
        else
            Finish(change);
    }

    private void Finish(LogChange change)
    {
        if (change.Kind == LogChangeKind.Appended)
            Head = AcceptedHead;
        for (ulong i = change.Start; i < change.Start + change.Count; i++)
        {
            if (_accepted.Get(i))
                _durable.Set(i);
        }

        Changed?.Invoke(change);
    }
}
