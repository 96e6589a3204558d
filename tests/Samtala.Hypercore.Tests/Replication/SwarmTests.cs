using Samtala.Vectors;

namespace Samtala.Hypercore.Tests.Replication;

public sealed class SwarmTests
{
    [Fact]
    public void Five_nodes_in_a_chain_end_with_the_writers_blocks()
    {
        ReplicationWorld world = new(TestSeed.NewRandom());
        ReplicationWorld.Node writer = world.AddWriter(500).Live();
        List<ReplicationWorld.Node> nodes = [writer];
        for (int i = 0; i < 4; i++)
        {
            nodes.Add(world.Add(writer.Log.Reader()).Full());
            world.Connect(nodes[^2], nodes[^1]);
        }

        world.Settle();
        writer.Log.Append(DownloadTests.Blocks(500, 50));
        world.Settle();
        Assert.All(nodes, node => DownloadTests.AssertEqual(writer.Log, node.Log));
    }

    [Fact]
    public async Task A_sparse_reader_gets_only_what_it_asks_for_also_from_a_peer_with_holes()
    {
        ReplicationWorld world = new(TestSeed.NewRandom());
        ReplicationWorld.Node writer = world.AddWriter(3000).Live();
        writer.Log.Clear(5, 20);
        writer.Log.Clear(2000, 500);
        ReplicationWorld.Node reader = world.Add(writer.Log.Reader()).Live();
        world.Connect(writer, reader);
        world.Settle();
        ulong[] wanted = [0, 4, 25, 1999, 2500, 2999];
        Task[] fetches = [.. wanted.Select(i => reader.Replicator.FetchAsync(i, default).AsTask())];
        using CancellationTokenSource giveUp = new();
        Task absent = reader.Replicator.FetchAsync(10, giveUp.Token).AsTask();
        Task range = reader.Replicator.DownloadAsync(100, 200, 1, default).AsTask();
        world.Settle();
        await Task.WhenAll(fetches);
        await range;
        Assert.Equal(106UL, reader.Log.QueryAccepted(0, (bits, _) => bits.Count));
        Assert.False(absent.IsCompleted);
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => absent);
    }

    [Fact]
    public void Blocks_owed_by_a_silent_peer_are_asked_of_another()
    {
        ReplicationWorld world = new(TestSeed.NewRandom());
        ReplicationWorld.Node writer = world.AddWriter(400).Live();
        ReplicationWorld.Node copy = world.Add(writer.Log.Reader()).Full();
        world.Connect(writer, copy);
        world.Settle();
        ReplicationWorld.Node reader = world.Add(writer.Log.Reader()).Full();
        SimLink silent = world.Connect(writer, reader);
        SimLink fast = world.Connect(copy, reader);
        for (int i = 0; i < 60; i++)
            world.Net.Step();
        silent.IsSlow = true;
        world.Settle(20);
        DownloadTests.AssertEqual(writer.Log, reader.Log);
        Assert.False(fast.A.Mux.IsDestroyed);
    }

    [Fact]
    public void A_block_is_announced_only_when_it_is_durable()
    {
        ReplicationWorld world = new(TestSeed.NewRandom());
        ReplicationWorld.Node writer = world.Add(MemoryLog.Create(ReplicationWorld.Secret(1))).Live();
        ReplicationWorld.Node reader = world.Add(writer.Log.Reader()).Full();
        world.Connect(writer, reader);
        world.Settle();
        writer.Log.IsDiskSlow = true;
        writer.Log.Append(DownloadTests.Blocks(0, 10));
        world.Settle();
        Assert.Equal(0UL, reader.Log.Head.Length);
        writer.Log.Flush();
        world.Settle();
        DownloadTests.AssertEqual(writer.Log, reader.Log);
    }

    [Fact]
    public async Task An_update_says_whether_the_log_grew()
    {
        ReplicationWorld world = new(TestSeed.NewRandom());
        ReplicationWorld.Node writer = world.AddWriter(3).Live();
        ReplicationWorld.Node reader = world.Add(writer.Log.Reader());
        Assert.False(await reader.Replicator.UpdateAsync(default));
        world.Connect(writer, reader);
        Task<bool> update = reader.Replicator.UpdateAsync(default).AsTask();
        world.Settle();
        Assert.True(await update);
        Assert.Equal(3UL, reader.Log.Head.Length);
        Task<bool> again = reader.Replicator.UpdateAsync(default).AsTask();
        world.Settle();
        Assert.False(await again);
    }

    [Fact]
    public async Task A_channel_on_which_nobody_wants_anything_closes_and_opens_again_when_somebody_does()
    {
        ReplicationWorld world = new(TestSeed.NewRandom());
        ReplicationWorld.Node writer = world.AddWriter(3);
        ReplicationWorld.Node reader = world.Add(writer.Log.Reader()).Live();
        world.Connect(writer, reader);
        world.Settle();
        Assert.Single(reader.Replicator.Peers);
        reader.Replicator.AddLive(-1);
        world.Settle(30);
        Assert.Empty(reader.Replicator.Peers);
        Task fetch = reader.Replicator.FetchAsync(2, default).AsTask();
        world.Settle();
        await fetch;
        Assert.Equal(1UL, reader.Log.QueryAccepted(0, (bits, _) => bits.Count));
    }

    [Fact]
    public async Task A_channel_that_the_other_side_closed_while_nobody_wanted_anything_opens_for_who_wants_something()
    {
        ReplicationWorld world = new(TestSeed.NewRandom());
        ReplicationWorld.Node writer = world.AddWriter(3);
        ReplicationWorld.Node reader = world.Add(writer.Log.Reader()).Live();
        world.Connect(writer, reader);
        world.Settle();
        reader.Replicator.AddLive(-1);
        Assert.True(reader.Replicator.SaysDownloading, "It lingers.");
        writer.Replicator.Peers[0].Channel.Close();
        world.Settle();
        Assert.Empty(reader.Replicator.Peers);
        Task fetch = reader.Replicator.FetchAsync(2, default).AsTask();
        world.Settle();
        Assert.Single(reader.Replicator.Peers);
        await fetch;
    }

    [Fact]
    public async Task A_block_that_two_silent_peers_owe_is_asked_of_a_third()
    {
        ReplicationWorld world = new(TestSeed.NewRandom());
        ReplicationWorld.Node writer = world.AddWriter(40).Live();
        ReplicationWorld.Node reader = world.Add(writer.Log.Reader()).Live();
        for (int i = 0; i < 2; i++)
            ConnectSilent(world, writer, reader);

        world.Settle();
        Task range = reader.Replicator.DownloadAsync(0, 40, 0, default).AsTask();
        world.Settle();
        world.Connect(writer, reader);
        world.Settle(10);
        DownloadTests.AssertEqual(writer.Log, reader.Log);
        await range;
    }

    [Fact]
    public async Task Who_begins_while_the_channel_of_who_went_before_is_still_open_gets_one_a_little_later()
    {
        ReplicationWorld world = new(TestSeed.NewRandom());
        ReplicationWorld.Node writer = world.AddWriter(5);
        ReplicationWorld.Node reader = world.Add(writer.Log.Reader()).Live();
        world.Connect(writer, reader);
        world.Settle();
        ReplicationWorld.Node next = world.Add(reader.Log);
        next.Attach(reader.Replicator.Peers[0].Mux);
        Task fetch = next.Replicator.FetchAsync(2, default).AsTask();
        reader.Replicator.Close(new ObjectDisposedException("The one before."));
        world.Settle();
        Assert.Equal(writer.Log.Block(2), next.Log.Block(2));
        await fetch;
    }

    [Fact]
    public async Task A_block_that_a_silent_peer_owes_since_before_the_log_was_cut_back_is_asked_of_another()
    {
        ReplicationWorld world = new(TestSeed.NewRandom());
        ReplicationWorld.Node writer = world.AddWriter(5).Live();
        ReplicationWorld.Node reader = world.Add(writer.Log.Reader()).Live();
        ConnectSilent(world, writer, reader);
        world.Settle();
        Task fetch = reader.Replicator.FetchAsync(2, default).AsTask();
        world.Settle();
        writer.Log.Truncate(4);
        world.Connect(writer, reader);
        world.Settle(10);
        Assert.Equal(writer.Log.Block(2), reader.Log.Block(2));
        await fetch;
    }

    [Fact]
    public void Who_may_not_open_a_log_gets_nothing_and_is_asked_for_nothing()
    {
        ReplicationWorld world = new(TestSeed.NewRandom());
        MemoryLog log = MemoryLog.Create(ReplicationWorld.Secret(1));
        log.Append(DownloadTests.Blocks(0, 3));
        ReplicationWorld.Node writer = world.Add(log, policy: Hypercore.Replication.ReplicationPolicy.Nobody).Live();
        ReplicationWorld.Node reader = world.Add(log.Reader()).Full();
        SimLink link = world.Connect(writer, reader);
        world.Settle();
        Assert.Equal(0UL, reader.Log.Head.Length);
        Assert.InRange(link.A.BytesSent, 0, 16);
    }

    [Fact]
    public void Any_operations_of_the_writer_and_any_losses_end_with_equal_logs()
    {
        Random random = TestSeed.NewRandom();
        for (int run = 0; run < 25; run++)
        {
            ReplicationWorld world = new(random);
            ReplicationWorld.Node writer = world.Add(MemoryLog.Create(ReplicationWorld.Secret(1))).Live();
            ReplicationWorld.Node[] nodes =
                [writer, .. Enumerable.Range(0, 3).Select(_ => world.Add(writer.Log.Reader()).Full())];
            List<SimLink> links = [];
            for (int step = 0; step < 60; step++)
                Disturb(world, random, nodes, links);
            foreach (ReplicationWorld.Node node in nodes)
            {
                node.Log.IsDiskSlow = false;
                node.Log.Flush();
            }

            foreach (SimLink link in links)
                link.Drop();
            // A log that was cut back to nothing has no signature to show: readers follow once it has a block again.
            writer.Log.Append(DownloadTests.Blocks(0, 1));
            links.Clear();
            for (int i = 1; i < nodes.Length; i++)
                links.Add(world.Connect(nodes[i - 1], nodes[i]));
            world.Settle(10);
            Assert.All(links, link => Assert.Null(link.A.Mux.Reason ?? link.B.Mux.Reason));
            foreach (ReplicationWorld.Node node in nodes)
                TestContext.Current.TestOutputHelper?.WriteLine(node.ToString());
            Assert.All(nodes, node => DownloadTests.AssertEqual(writer.Log, node.Log));
        }
    }

    [Fact]
    public void A_flipped_bit_in_any_message_is_refused_or_harmless()
    {
        Random random = TestSeed.NewRandom();
        for (int run = 0; run < 300; run++)
        {
            ReplicationWorld world = new(random);
            ReplicationWorld.Node writer = world.AddWriter(20).Live();
            ReplicationWorld.Node reader = world.Add(writer.Log.Reader()).Full();
            SimLink link = world.Connect(writer, reader);
            int frames = 0, flipped = random.Next(2, 16);
            link.Tamper = (_, frame) =>
            {
                if (frames++ == flipped && frame.Length > 0)
                    frame[random.Next(frame.Length)] ^= (byte)(1 << random.Next(8));
                return frame;
            };
            world.Settle(1);
            writer.Log.Append(DownloadTests.Blocks(20, 5));
            world.Settle(1);
            link.Drop();
            Assert.False(reader.Log.IsFrozen);
            for (ulong i = 0; i < 25; i++)
                Assert.True(reader.Log.Block(i) is not { } block || block.AsSpan().SequenceEqual(writer.Log.Block(i)));
            world.Connect(writer, reader);
            world.Settle(2);
            DownloadTests.AssertEqual(writer.Log, reader.Log);
        }
    }

    /// <summary>Connects to a peer that tells what it has and gives no block.</summary>
    private static void ConnectSilent(
        ReplicationWorld world, ReplicationWorld.Node writer, ReplicationWorld.Node reader)
    {
        SimLink link = world.Net.Connect();
        _ = new Liar(writer.Log, link.B.Mux) { Answer = (_, proof) => proof.Block is null ? proof : null };
        reader.Attach(link.A.Mux);
    }

    private static void Disturb(
        ReplicationWorld world, Random random, ReplicationWorld.Node[] nodes, List<SimLink> links)
    {
        MemoryLog log = nodes[0].Log;
        switch (random.Next(8))
        {
            case 0 or 1:
                log.Append(DownloadTests.Blocks(random.Next(1000), random.Next(1, 40)));
                break;
            case 2 when random.Next(4) == 0 && !log.IsDiskSlow && log.Head.Length > 0:
                log.Truncate((ulong)random.NextInt64((long)log.Head.Length));
                break;
            case 3:
                ReplicationWorld.Node a = nodes[random.Next(nodes.Length)], b = nodes[random.Next(nodes.Length)];
                if (a != b)
                    links.Add(world.Connect(a, b));
                break;
            case 4 when links.Count > 0:
                SimLink lost = links[random.Next(links.Count)];
                links.Remove(lost);
                lost.Drop();
                break;
            case 5:
                MemoryLog slow = nodes[random.Next(1, nodes.Length)].Log;
                slow.IsDiskSlow = !slow.IsDiskSlow;
                if (!slow.IsDiskSlow)
                    slow.Flush();
                break;
            case 6:
                world.Clock.Advance(TimeSpan.FromMilliseconds(random.Next(2000)));
                break;
            default:
                world.Net.Run(random.Next(200));
                break;
        }
    }
}
