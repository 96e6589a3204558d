using Samtala.Crypto;
using Samtala.Encodings;
using Samtala.Hypercore.Manifests;
using Samtala.Hypercore.Proofs;
using Samtala.Hypercore.Tree;

namespace Samtala.Hypercore.Logs;

/// <summary>What a replicator needs of a log, or of a blob.</summary>
/// <remarks>Everything announced is durable; what is <em>accepted</em> may still be on its way to the disk.</remarks>
internal interface IReplicatedLog : INodeReader
{
    Hash32 Key { get; }

    Hash32 DiscoveryKey { get; }

    /// <summary>Null until it arrives; never there for a log of hypercore 10.</summary>
    Manifest? Manifest { get; }

    /// <summary>Durable: what may be announced and proven.</summary>
    LogHead Head { get; }

    /// <summary>What the next proof is verified against; at or ahead of <see cref="Head"/>.</summary>
    LogHead AcceptedHead { get; }

    bool IsFrozen { get; }

    ForkPolicy ForkPolicy { get; }

    /// <summary>Blocks 0 to here are all durable.</summary>
    ulong ContiguousLength { get; }

    /// <summary>Told after every durable change, in order, from the thread that wrote it, without any lock held.
    /// </summary>
#pragma warning disable MA0046 // No sender: a listener knows its log.
    event Action<LogChange> Changed;
#pragma warning restore MA0046

    /// <summary>Who fetches blocks for sessions that wait; set by the replicator.</summary>
    IBlockFetcher? Fetcher { get; set; }

    /// <summary>Whether a block is durable and may be offered.</summary>
    bool Has(ulong index);

    /// <summary>Whether a block was taken already and need not be asked for.</summary>
    bool HasAccepted(ulong index);

    /// <summary>Asks the field of the durable blocks something.</summary>
    /// <param name="state">Passed on.</param>
    /// <param name="query">Runs at once, under the log's lock: no waiting, no other log.</param>
    TResult QueryDurable<TState, TResult>(TState state, Func<SparseBitfield, TState, TResult> query);

    /// <summary>As <see cref="QueryDurable"/>, of the blocks that were taken.</summary>
    TResult QueryAccepted<TState, TResult>(TState state, Func<SparseBitfield, TState, TResult> query);

    /// <summary>The bytes of a durable block as hashed; null when it is not here.</summary>
    ValueTask<ReadOnlyMemory<byte>?> ReadStoredAsync(ulong index, CancellationToken cancellationToken);

    /// <summary>Verifies and takes a proof: into memory at once, to disk in groups.</summary>
    /// <param name="proof">Read during the call; its blocks are copied.</param>
    /// <param name="cancellationToken">Gives up waiting for room.</param>
    /// <returns>None when taken; completes synchronously unless too much waits for the disk.</returns>
    ValueTask<ProofError> AcceptAsync(Proof proof, CancellationToken cancellationToken);

    /// <summary>Completes when <see cref="Head"/> shows what was accepted before, and does not wait for more to be
    /// written together. At once where accepted heads become durable only at the very end.</summary>
    Task FlushAsync(CancellationToken cancellationToken);
}

/// <summary>Gets blocks from peers.</summary>
internal interface IBlockFetcher
{
    /// <summary>Completes when the block was accepted, not before.</summary>
    ValueTask FetchAsync(ulong index, CancellationToken cancellationToken);

    /// <summary>Asks peers for a longer head.</summary>
    /// <returns>Whether the log grew.</returns>
    ValueTask<bool> UpdateAsync(CancellationToken cancellationToken);
}
