using System.Collections.Immutable;
using Samtala.Hypercore.Messages;
using Samtala.Hypercore.Proofs;
using Samtala.Hypercore.Tree;
using Samtala.Vectors;

namespace Samtala.Hypercore.Tests.Replication;

/// <summary>Whatever a peer lies about, the log stays what it is, memory stays bounded, and an honest peer still fills
/// it.</summary>
public sealed class HostilePeerTests
{
    private const int Blocks = 200;

    [Theory]
    [InlineData("another value")]
    [InlineData("another hash")]
    [InlineData("another node")]
    [InlineData("a longer block")]
    [InlineData("the neighbour's block")]
    [InlineData("a forged signature")]
    [InlineData("no answer")]
    public void A_lie_in_an_answer_changes_nothing(string lie)
    {
        Func<RequestMessage, Proof, Proof?> answer = (_, proof) => lie switch
        {
            "another value" when proof.Block is not null => proof.WithBlockValue(new byte[9]),
            "a longer block" when proof.Block is not null => proof.WithBlockValue(new byte[1_000_000]),
            "another hash" when proof.Block is { Nodes.Length: > 0 } block =>
                proof with { Block = block with { Nodes = Change(block.Nodes, n => n with { Hash = default }) } },
            "another node" when proof.Block is { Nodes.Length: > 0 } block =>
                proof with { Block = block with { Nodes = Change(block.Nodes, n => n with { Index = n.Index + 2 }) } },
            "the neighbour's block" when proof.Block is { } block =>
                proof with { Block = block with { Index = block.Index ^ 1 } },
            "a forged signature" when proof.Upgrade is { } upgrade =>
                proof with { Upgrade = upgrade with { Signature = Flip(upgrade.Signature) } },
            "no answer" => null,
            _ => proof,
        };
        Run((log, mux) => new Liar(log, mux) { Answer = answer });
    }

    [Fact]
    public void A_peer_that_does_not_know_the_key_is_cut_off()
    {
        (_, SimLink link) = Run((log, mux) => new Liar(log, mux, knowsKey: false));
        Assert.True(link.A.Mux.IsDestroyed);
    }

    [Fact]
    public void A_peer_that_promises_everything_and_has_nothing_is_left_alone()
    {
        Liar? liar = null;
        (ReplicationWorld.Node reader, _) = Run((log, mux) => liar = new Liar(log, mux)
        {
            SaysNoData = true,
            Length = (1UL << 53) - 1,
            Opened = me => me.SendRange(drop: false, 0, (1UL << 53) - 1),
        });
        Assert.InRange(liar!.Requests, 0, 2_000);
        Assert.All(reader.Replicator.Peers, peer => Assert.InRange(peer.Remote.Blocks.PageCount, 0, 1_024));
    }

    [Fact]
    public void Scattered_ranges_and_bitfields_take_no_more_memory_than_allowed()
    {
        Random random = TestSeed.NewRandom();
        (ReplicationWorld.Node reader, _) = Run((log, mux) => new Liar(log, mux)
        {
            Length = (1UL << 53) - 1,
            Opened = me =>
            {
                for (int i = 0; i < 5_000; i++)
                    me.SendRange(random.Next(3) == 0, (ulong)random.NextInt64(1L << 53), (ulong)random.Next(1, 5));
            },
        });
        Assert.All(reader.Replicator.Peers, peer => Assert.InRange(peer.Remote.Blocks.PageCount, 0, 1_024));
    }

    [Fact]
    public void Answers_nobody_asked_for_are_dropped_unread()
    {
        (ReplicationWorld.Node reader, _) = Run((log, mux) => new Liar(log, mux)
        {
            Opened = me =>
            {
                Proof proof = new() { Block = new BlockProof(0, new byte[100_000], []) };
                for (ulong id = 500; id < 1_500; id++)
                    me.SendData(id, proof);
                for (int i = 0; i < 100; i++)
                    me.SendData(0, new Proof { Upgrade = new UpgradeProof { Start = 0, Length = 5 } });
            },
        });
        Assert.InRange(reader.Log.AcceptCount, 1, (Blocks * 2) + 10);
    }

    [Fact]
    public void A_peer_that_speaks_of_a_newer_fork_and_does_not_prove_it_keeps_no_honest_head_away()
    {
        static Proof Nothing(RequestMessage request) => new()
        {
            Fork = request.Request.Fork,
            Upgrade = new UpgradeProof { Start = 0, Length = 10, Signature = new byte[64] },
        };
        ReplicationWorld world = new(TestSeed.NewRandom());
        ReplicationWorld.Node writer = world.Add(MemoryLog.Create(ReplicationWorld.Secret(1))).Live();
        writer.Log.Append(DownloadTests.Blocks(0, Blocks));
        ReplicationWorld.Node reader = world.Add(writer.Log.Reader()).Full();
        SimLink link = world.Net.Connect();
        Liar liar = new(writer.Log, link.B.Mux)
        {
            Fork = 9,
            Length = 10,
            Invent = Nothing,
        };
        reader.Attach(link.A.Mux);
        world.Net.Run(2_000);
        Assert.InRange(liar.Requests, 1, 300);
        world.Connect(writer, reader);
        world.Settle();
        DownloadTests.AssertEqual(writer.Log, reader.Log);
    }

    [Fact]
    public void A_flood_of_answers_while_the_disk_is_behind_ends_the_connection()
    {
        ReplicationWorld world = new(TestSeed.NewRandom());
        ReplicationWorld.Node writer = world.Add(MemoryLog.Create(ReplicationWorld.Secret(1))).Live();
        writer.Log.Append(DownloadTests.Blocks(0, Blocks));
        ReplicationWorld.Node reader = world.Add(writer.Log.Reader()).Full();
        TaskCompletionSource room = new();
        reader.Log.HasRoom = room.Task;
        SimLink link = world.Net.Connect();
        Liar liar = new(writer.Log, link.B.Mux);
        reader.Attach(link.A.Mux);
        world.Settle();
        link.B.Mux.Cork();
        for (int i = 0; i < 20_000; i++)
            liar.Channel.Send((int)MessageType.Data, [0]);
        link.B.Mux.Uncork();
        world.Settle();
        Assert.True(link.A.Mux.IsDestroyed);
        Assert.Contains("more than was asked", link.A.Mux.Reason, StringComparison.Ordinal);
        room.SetResult();
    }

    [Fact]
    public void A_flood_of_requests_ends_the_connection()
    {
        ReplicationWorld world = new(TestSeed.NewRandom());
        MemoryLog log = MemoryLog.Create(ReplicationWorld.Secret(1));
        log.Append(DownloadTests.Blocks(0, Blocks));
        ReplicationWorld.Node writer = world.Add(log).Live();
        SimLink link = world.Net.Connect();
        link.A.CongestedAt = -1;
        _ = new Liar(log, link.B.Mux)
        {
            Opened = me =>
            {
                for (ulong id = 1; id < 10_000; id++)
                {
                    RequestMessage request = new(id, new ProofRequest { Block = new NodeRequest(1, 0) }, 0);
                    byte[] bytes = new byte[request.Size];
                    request.Write(bytes);
                    me.Channel.Send((int)MessageType.Request, bytes);
                }
            },
        };
        writer.Attach(link.A.Mux);
        world.Settle();
        Assert.True(link.A.Mux.IsDestroyed);
    }

    [Fact]
    public void Requests_that_no_log_can_answer_are_answered_ever_later_and_end_the_connection()
    {
        ReplicationWorld world = new(TestSeed.NewRandom());
        MemoryLog log = MemoryLog.Create(ReplicationWorld.Secret(1));
        log.Append(DownloadTests.Blocks(0, Blocks));
        ReplicationWorld.Node writer = world.Add(log).Live();
        SimLink link = world.Net.Connect();
        _ = new Liar(log, link.B.Mux)
        {
            Opened = me =>
            {
                for (ulong id = 1; id < 100; id++)
                {
                    RequestMessage request = new(id, new ProofRequest { Block = new NodeRequest(1, 99) }, 0);
                    byte[] bytes = new byte[request.Size];
                    request.Write(bytes);
                    me.Channel.Send((int)MessageType.Request, bytes);
                }
            },
        };
        writer.Attach(link.A.Mux);
        world.Settle();
        Assert.False(link.A.Mux.IsDestroyed);
        Assert.InRange(writer.Replicator.Peers[0].Counters.InvalidRequests, 2, 10);
    }

    [Theory]
    [InlineData(MessageType.Sync)]
    [InlineData(MessageType.Request)]
    [InlineData(MessageType.Data)]
    [InlineData(MessageType.Bitfield)]
    [InlineData(MessageType.Range)]
    [InlineData(MessageType.Want)]
    [InlineData(MessageType.Extension)]
    public void A_malformed_message_ends_the_connection(MessageType type)
    {
        (_, SimLink link) = Run((log, mux) => new Liar(log, mux)
        {
            Opened = me => me.Channel.Send((int)type, [0xff, 0xff]),
        });
        Assert.True(link.A.Mux.IsDestroyed);
    }

    /// <summary>A reader meets the liar first, and an honest writer later.</summary>
    private static (ReplicationWorld.Node Reader, SimLink Link) Run(Func<MemoryLog, Protocol.Protomux, Liar> lie)
    {
        ReplicationWorld world = new(TestSeed.NewRandom());
        ReplicationWorld.Node writer = world.Add(MemoryLog.Create(ReplicationWorld.Secret(1))).Live();
        writer.Log.Append(DownloadTests.Blocks(0, Blocks));
        ReplicationWorld.Node reader = world.Add(writer.Log.Reader()).Full();
        SimLink link = world.Net.Connect();
        _ = lie(writer.Log, link.B.Mux);
        reader.Attach(link.A.Mux);
        world.Settle();
        for (ulong i = 0; i < Blocks; i++)
            Assert.True(reader.Log.Block(i) is not { } block || block.AsSpan().SequenceEqual(writer.Log.Block(i)));
        Assert.False(reader.Log.IsFrozen);
        world.Connect(writer, reader);
        world.Settle(30);
        DownloadTests.AssertEqual(writer.Log, reader.Log);
        return (reader, link);
    }

    private static ImmutableArray<MerkleNode> Change(
        ImmutableArray<MerkleNode> nodes, Func<MerkleNode, MerkleNode> change) =>
        nodes.SetItem(nodes.Length / 2, change(nodes[nodes.Length / 2]));

    private static byte[] Flip(ReadOnlyMemory<byte> bytes)
    {
        byte[] flipped = bytes.ToArray();
        flipped[flipped.Length / 2] ^= 1;
        return flipped;
    }
}
