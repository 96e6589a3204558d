using Samtala.Crypto;
using Samtala.Hypercore.Replication;
using Samtala.Protocol;
using Samtala.Testing;

namespace Samtala.Hypercore.Tests.Replication;

/// <summary>Nodes with one log each, joined by <see cref="SimNet"/>, in virtual time and on one thread.</summary>
internal sealed class ReplicationWorld(Random random)
{
    private static readonly SecretSlab s_slab = new();

    public SimClock Clock { get; } = new();

    public SimNet Net { get; } = new(random);

    public static SecretKey Secret(byte seed)
    {
        byte[] bytes = new byte[32];
        bytes.AsSpan().Fill(seed);
        return SecretKey.FromSeed(s_slab, bytes);
    }

    public Node Add(MemoryLog log, ReplicatorOptions? options = null, IReplicationPolicy? policy = null) =>
        new(this, log, options ?? new ReplicatorOptions(), policy ?? ReplicationPolicy.Everyone);

    /// <summary>Adds who writes a log and has some blocks of it.</summary>
    public Node AddWriter(int blocks)
    {
        Node writer = Add(MemoryLog.Create(Secret(1)));
        writer.Log.Append(DownloadTests.Blocks(0, blocks));
        return writer;
    }

    public SimLink Connect(Node a, Node b)
    {
        SimLink link = Net.Connect();
        a.Attach(link.A.Mux);
        b.Attach(link.B.Mux);
        return link;
    }

    /// <summary>Runs until no frame is on its way, then lets time pass, a few times.</summary>
    public void Settle(double seconds = 2)
    {
        Net.Run();
        for (int i = 0; i < seconds * 4; i++)
        {
            Clock.Advance(TimeSpan.FromMilliseconds(250));
            Net.Run();
        }
    }

    internal sealed class Node
    {
        private readonly List<Protomux> _muxes = [];

        public Node(ReplicationWorld world, MemoryLog log, ReplicatorOptions options, IReplicationPolicy policy)
        {
            Log = log;
            Replicator = new LogReplicator(log, new ReplicatorContext(policy, world.Clock, options)
            {
                Muxes = () => _muxes,
            });
        }

        public MemoryLog Log { get; }

        public LogReplicator Replicator { get; }

        /// <summary>What a failing test wants to know.</summary>
        public override string ToString() =>
            $"fork {Log.AcceptedHead.Fork} ({Log.Head.Fork}) length {Log.AcceptedHead.Length} ({Log.Head.Length}) "
            + $"here to {Log.QueryAccepted(0UL, (bits, _) => bits.FirstUnset(0))} ({Log.ContiguousLength}) "
            + $"taken to {Replicator.Local.Taken.FirstUnset(0)}; "
            + string.Join(", ", Replicator.Peers.Select(peer =>
                $"peer fork {peer.Remote.Fork} length {peer.Remote.Length} has to {peer.Remote.Blocks.FirstUnset(0)} "
                + $"in flight {peer.Download.InFlight.Count} sated {peer.Download.IsSated} paused {peer.IsPaused} "
                + $"silent {peer.IsSilent} misfits {peer.Counters.Misfits} no data {peer.Counters.NoDataReceived}"));

        public void Attach(Protomux mux)
        {
            _muxes.Add(mux);
            mux.OnRemoteOpen("hypercore/alpha", id =>
            {
                if (id.Span.SequenceEqual(Log.DiscoveryKey.Bytes))
                    Replicator.OpenOn(mux);
            });
            Replicator.OpenOn(mux);
        }

        /// <summary>Begins to follow and to download everything.</summary>
        public Node Full()
        {
            Replicator.AddLive(1);
            _ = Replicator.DownloadAsync(0, ulong.MaxValue, 0, CancellationToken.None).AsTask();
            return this;
        }

        public Node Live()
        {
            Replicator.AddLive(1);
            return this;
        }
    }
}
