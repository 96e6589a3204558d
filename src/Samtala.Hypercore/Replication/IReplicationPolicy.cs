using Samtala.Crypto;

namespace Samtala.Hypercore.Replication;

/// <summary>Decides who may replicate which log. Asked before every channel is opened or answered.</summary>
/// <remarks>Called from any thread, also for logs that are not here; it must answer at once and must not throw.
/// </remarks>
public interface IReplicationPolicy
{
    /// <summary>Whether a connection may carry a log, in both directions.</summary>
    /// <param name="remote">The static key the other side proved in the handshake.</param>
    /// <param name="discoveryKey">Which log.</param>
    bool MayOpen(PublicKey remote, Hash32 discoveryKey);
}
