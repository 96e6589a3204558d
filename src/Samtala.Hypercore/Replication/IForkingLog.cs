using Samtala.Hypercore.Logs;
using Samtala.Hypercore.Proofs;

namespace Samtala.Hypercore.Replication;

/// <summary>A log that can be cut back by its writer, or found to be signed twice; blobs cannot.</summary>
internal interface IForkingLog : IReplicatedLog
{
    LogAuthority Authority { get; }

    /// <summary>Why the log is frozen; null while it is not.</summary>
    ConflictProof? Conflict { get; }

    /// <summary>Adopts what was proven, if the head is still the one it was compared with.</summary>
    /// <returns>Whether it was adopted. Completes when durable.</returns>
    ValueTask<bool> ReorgAsync(VerifiedReorg reorg, CancellationToken cancellationToken);

    /// <summary>Keeps the proof and takes nothing any more. Completes when durable.</summary>
    ValueTask FreezeAsync(ConflictProof conflict, CancellationToken cancellationToken);
}
