using Samtala.Vectors;

namespace Samtala.Hypercore.Tests.Replication;

public sealed class ReorgTests
{
    [Theory]
    [InlineData(5, 3, 0)]
    [InlineData(5, 3, 2)]
    [InlineData(100, 37, 80)]
    [InlineData(100, 99, 1)]
    [InlineData(100, 1, 0)]
    public void A_reader_follows_a_log_that_was_cut_back(int before, int kept, int after)
    {
        ReplicationWorld world = new(TestSeed.NewRandom());
        ReplicationWorld.Node writer = world.Add(MemoryLog.Create(ReplicationWorld.Secret(1))).Live();
        writer.Log.Append(DownloadTests.Blocks(0, before));
        ReplicationWorld.Node reader = world.Add(writer.Log.Reader()).Full();
        SimLink link = world.Connect(writer, reader);
        world.Settle();
        DownloadTests.AssertEqual(writer.Log, reader.Log);
        writer.Log.Truncate((ulong)kept);
        if (after > 0)
            writer.Log.Append(DownloadTests.Blocks(1000, after));
        world.Settle();
        Assert.False(link.A.Mux.IsDestroyed, link.A.Mux.Reason);
        DownloadTests.AssertEqual(writer.Log, reader.Log);
    }

    [Fact]
    public void A_writer_who_signed_two_logs_freezes_both_readers_with_the_proof()
    {
        ReplicationWorld world = new(TestSeed.NewRandom());
        MemoryLog one = MemoryLog.Create(ReplicationWorld.Secret(1));
        MemoryLog other = MemoryLog.Create(ReplicationWorld.Secret(1));
        one.Append(DownloadTests.Blocks(0, 10));
        other.Append(DownloadTests.Blocks(5, 12));
        ReplicationWorld.Node a = world.Add(one).Live(), b = world.Add(other).Live();
        ReplicationWorld.Node readerA = world.Add(one.Reader()).Full(), readerB = world.Add(one.Reader()).Full();
        world.Connect(a, readerA);
        world.Connect(b, readerB);
        world.Settle();
        DownloadTests.AssertEqual(one, readerA.Log);
        DownloadTests.AssertEqual(other, readerB.Log);
        world.Connect(readerA, readerB);
        world.Settle();
        Assert.True(readerA.Log.IsFrozen);
        Assert.True(readerB.Log.IsFrozen);
        Assert.NotEqual(readerA.Log.Conflict!.FirstTreeHash, readerA.Log.Conflict.SecondTreeHash);
    }
}
