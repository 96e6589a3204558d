using Samtala.Protocol;

namespace Samtala.Hypercore.Replication;

/// <summary>What all logs of one replicator share.</summary>
internal sealed class ReplicatorContext(IReplicationPolicy policy, TimeProvider time, ReplicatorOptions options)
{
    public IReplicationPolicy Policy { get; } = policy;

    public TimeProvider Time { get; } = time;

    public ReplicatorOptions Options { get; } = options;

    public UploadThrottle Throttle { get; } = new(time, options.UploadBytesPerSecond);

    /// <summary>The connections that are attached now.</summary>
    public Func<IReadOnlyList<Protomux>> Muxes { get; init; } = static () => [];

    /// <summary>Told, without a lock, when a channel of a log has closed.</summary>
    public Action<LogReplicator> OnPeerClosed { get; init; } = static _ => { };
}
