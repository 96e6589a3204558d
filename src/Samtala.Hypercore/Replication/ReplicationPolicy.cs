using Samtala.Crypto;

namespace Samtala.Hypercore.Replication;

/// <summary>Policies that need no state.</summary>
public static class ReplicationPolicy
{
    /// <summary>Whoever knows the key of a log may have it: right for public logs only.</summary>
    public static IReplicationPolicy Everyone { get; } = new Fixed(true);

    /// <summary>Nobody may open anything.</summary>
    public static IReplicationPolicy Nobody { get; } = new Fixed(false);

    private sealed class Fixed(bool answer) : IReplicationPolicy
    {
        public bool MayOpen(PublicKey remote, Hash32 discoveryKey) => answer;
    }
}
