using Samtala.Vectors;

namespace Samtala.Hypercore.Tests.Replication;

public sealed class DownloadTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(1000)]
    public void A_full_reader_ends_with_the_writers_blocks(int count)
    {
        ReplicationWorld world = new(TestSeed.NewRandom());
        ReplicationWorld.Node writer = world.Add(MemoryLog.Create(ReplicationWorld.Secret(1))).Live();
        writer.Log.Append(Blocks(0, count));
        ReplicationWorld.Node reader = world.Add(writer.Log.Reader()).Full();
        SimLink link = world.Connect(writer, reader);
        world.Settle();
        AssertEqual(writer.Log, reader.Log);
        Assert.Equal(0, reader.Replicator.Peers[0].Counters.Misfits);
        writer.Log.Append(Blocks(count, 3));
        writer.Log.Append(Blocks(count + 3, 1));
        world.Settle();
        AssertEqual(writer.Log, reader.Log);
        TestContext.Current.TestOutputHelper!.WriteLine($"{link.A.BytesSent} and {link.B.BytesSent} bytes");
        Assert.False(link.A.Mux.IsDestroyed, link.A.Mux.Reason);
    }

    [Theory]
    [InlineData("compat")]
    [InlineData("two signers")]
    public void Logs_of_other_kinds_arrive_too(string kind)
    {
        ReplicationWorld world = new(TestSeed.NewRandom());
        MemoryLog log = kind == "compat"
            ? MemoryLog.CreateCompat(ReplicationWorld.Secret(1))
            : MemoryLog.CreateShared(ReplicationWorld.Secret(1), ReplicationWorld.Secret(2));
        ReplicationWorld.Node writer = world.Add(log).Live(), reader = world.Add(log.Reader()).Full();
        world.Connect(writer, reader);
        world.Settle();
        log.Append(Blocks(0, 33));
        world.Settle();
        log.Truncate(9);
        log.Append(Blocks(50, 7));
        world.Settle();
        AssertEqual(log, reader.Log);
        Assert.Equal(kind == "compat", reader.Log.Manifest is null);
    }

    [Fact]
    public void A_channel_that_the_other_side_closed_at_once_comes_back_for_who_wants_blocks()
    {
        ReplicationWorld world = new(TestSeed.NewRandom());
        ReplicationWorld.Node writer = world.Add(MemoryLog.Create(ReplicationWorld.Secret(1)));
        ReplicationWorld.Node reader = world.Add(writer.Log.Reader()).Full();
        writer.Log.Append(Blocks(0, 3));
        world.Connect(writer, reader);
        world.Settle(0);
        writer.Replicator.Peers[0].Channel.Close();
        writer.Log.Append(Blocks(3, 4));
        world.Settle();
        AssertEqual(writer.Log, reader.Log);
    }

    [Fact]
    public async Task A_block_that_waits_for_the_disk_stays_what_it_was_when_its_connection_reads_on()
    {
        ReplicationWorld world = new(TestSeed.NewRandom());
        ReplicationWorld.Node writer = world.Add(MemoryLog.Create(ReplicationWorld.Secret(1))).Live();
        writer.Log.Append(Blocks(0, 8));
        ReplicationWorld.Node reader = world.Add(writer.Log.Reader()).Live();
        SimLink link = world.Connect(writer, reader);
        world.Settle();
        TaskCompletionSource room = new();
        reader.Log.HasRoom = room.Task;
        Task range = reader.Replicator.DownloadAsync(0, 8, 0, default).AsTask();
        world.Settle();
        Assert.False(range.IsCompleted);
        room.SetResult();
        world.Settle();
        await range;
        Assert.Null(link.B.Mux.Reason);
        AssertEqual(writer.Log, reader.Log);
    }

    internal static byte[][] Blocks(int start, int count) =>
        [.. Enumerable.Range(start, count).Select(i => System.Text.Encoding.UTF8.GetBytes($"block {i}"))];

    internal static void AssertEqual(MemoryLog expected, MemoryLog actual)
    {
        Assert.Equal(expected.Head.Length, actual.Head.Length);
        Assert.Equal(expected.Head.Fork, actual.Head.Fork);
        Assert.Equal(expected.Head.TreeHash(), actual.Head.TreeHash());
        for (ulong i = 0; i < expected.Head.Length; i++)
            Assert.Equal(expected.Block(i), actual.Block(i));
    }
}
