using Samtala.Crypto;
using Samtala.Hypercore.Logs;
using Samtala.Hypercore.Replication;
using Samtala.Testing;
using Samtala.Vectors;

namespace Samtala.Hypercore.Tests.Replication;

/// <summary>The whole: logs in simulated stores, replicators, muxes.</summary>
public sealed class ReplicatorTests : IAsyncDisposable
{
    private readonly SecretSlab _slab = new();
    private readonly SimNet _net;
    private readonly List<(LogStore Logs, Replicator Replicator)> _nodes = [];
    private readonly Random _random = TestSeed.NewRandom();

    public ReplicatorTests() => _net = new SimNet(_random);

    [Fact]
    public async Task A_stored_log_is_served_to_whoever_asks_and_encrypted_blocks_are_read_with_the_key()
    {
        (LogStore writerLogs, Replicator writer) = Add();
        (LogStore readerLogs, Replicator reader) = Add();
        using SymmetricKey key = SymmetricKey.FromBytes(_slab, new byte[32]);
        Hash32 logKey;
        await using (Log own = await CreateAsync(writerLogs, new LogEncryption(key)))
        {
            logKey = own.Key;
            await own.AppendAsync([.. DownloadTests.Blocks(0, 300).Select(block => (ReadOnlyMemory<byte>)block)]);
        }

        Connect(writer, reader);
        await using Log log = await readerLogs.OpenAsync(
            logKey, new LogOptions { Encryption = new LogEncryption(key) });
        await using LogReplication replication = reader.Start(log, LogInterest.Sparse);
        Assert.True(await RunAsync(replication.UpdateAsync(wait: true).AsTask()));
        await RunAsync(replication.DownloadAsync(0, 300).AsTask());
        for (int i = 0; i < 300; i++)
            Assert.Equal(DownloadTests.Blocks(i, 1)[0], await RunAsync(log.GetAsync((ulong)i).AsTask()));
        Assert.Equal(300, replication.Statistics.BlocksReceived);
        byte[] picture = new byte[10];
        Assert.True(replication.TryDraw(replication.Peers[0].PublicKey, picture));
        Assert.All(picture, part => Assert.Equal(255, part));
    }

    [Fact]
    public async Task A_read_that_waits_asks_peers_and_new_blocks_arrive_by_themselves()
    {
        (LogStore writerLogs, Replicator writer) = Add();
        (LogStore readerLogs, Replicator reader) = Add();
        await using Log own = await CreateAsync(writerLogs, null);
        await using LogReplication serving = writer.Start(own, LogInterest.Sparse);
        await using Log log = await readerLogs.OpenAsync(own.Key);
        await using LogReplication replication = reader.Start(log, LogInterest.Full);
        SimLink link = Connect(writer, reader);
        await RunAsync(own.AppendAsync("one"u8.ToArray()).AsTask());
        Assert.Equal("one"u8.ToArray(), await RunAsync(log.GetAsync(0, new LogRead { Wait = true }).AsTask()));
        link.Drop();
        await RunAsync(own.AppendAsync("two"u8.ToArray()).AsTask());
        Task<byte[]?> waiting = log.GetAsync(1, new LogRead { Wait = true }).AsTask();
        Connect(writer, reader);
        Assert.Equal("two"u8.ToArray(), await RunAsync(waiting));
    }

    [Fact]
    public async Task After_an_update_the_log_shows_the_new_head_however_long_downloads_may_wait_for_each_other()
    {
        (LogStore writerLogs, Replicator writer) = Add();
        LogStoreOptions slow = new() { DownloadDelay = TimeSpan.FromSeconds(10) };
        (LogStore readerLogs, Replicator reader) = Add(slow);
        await using Log own = await CreateAsync(writerLogs, null);
        await own.AppendAsync([.. DownloadTests.Blocks(0, 20).Select(block => (ReadOnlyMemory<byte>)block)]);
        await using LogReplication serving = writer.Start(own, LogInterest.Sparse);
        await using Log log = await readerLogs.OpenAsync(own.Key);
        await using LogReplication replication = reader.Start(log, LogInterest.Sparse);
        Connect(writer, reader);
        Assert.True(await RunAsync(replication.UpdateAsync(wait: true).AsTask()));
        Assert.Equal(20UL, log.Length);
        Assert.Equal(own.Head.TreeHash(), log.Head.TreeHash());
    }

    [Fact]
    public async Task An_update_that_is_asked_for_after_a_followed_log_grew_by_itself_does_not_wait_for_more()
    {
        (LogStore writerLogs, Replicator writer) = Add();
        (LogStore readerLogs, Replicator reader) = Add();
        await using Log own = await CreateAsync(writerLogs, null);
        await own.AppendAsync("one"u8.ToArray());
        await using LogReplication serving = writer.Start(own, LogInterest.Sparse);
        await using Log log = await readerLogs.OpenAsync(own.Key);
        await using LogReplication replication = reader.Start(log, LogInterest.Sparse);
        Task<bool> first = replication.UpdateAsync(wait: true).AsTask();
        Assert.Equal(0, _net.Run());
        Assert.False(first.IsCompleted, "It waits for a first peer.");
        Connect(writer, reader);
        Assert.True(await RunAsync(first));
        Assert.False(await RunAsync(replication.UpdateAsync(wait: true).AsTask()));
        Assert.Equal(1UL, log.Length);
    }

    [Fact]
    public async Task A_log_is_served_to_who_asks_for_it_just_when_the_last_other_peer_leaves()
    {
        Turn turn = new();
        (LogStore writerLogs, Replicator writer) = Add(policy: turn);
        (LogStore firstLogs, Replicator first) = Add();
        (LogStore secondLogs, Replicator second) = Add();
        Hash32 key;
        await using (Log own = await CreateAsync(writerLogs, null))
        {
            key = own.Key;
            await own.AppendAsync("one"u8.ToArray());
        }

        await using Log one = await firstLogs.OpenAsync(key);
        await using LogReplication replicationOne = first.Start(one, LogInterest.Sparse);
        SimLink link = Connect(writer, first);
        Assert.True(await RunAsync(replicationOne.UpdateAsync(wait: true).AsTask()));
        Assert.Single(writer.ActiveLogs);

        int asked = 0;
        turn.Asked = () =>
        {
            if (++asked == 2)
                link.Drop();
        };
        await using Log two = await secondLogs.OpenAsync(key);
        await using LogReplication replicationTwo = second.Start(two, LogInterest.Sparse);
        Connect(writer, second);
        Assert.True(await RunAsync(replicationTwo.UpdateAsync(wait: true).AsTask()));
        Assert.True(asked >= 2);
    }

    public async ValueTask DisposeAsync()
    {
        foreach ((LogStore logs, Replicator replicator) in _nodes)
        {
            await replicator.DisposeAsync();
            await logs.DisposeAsync();
        }

        _slab.Dispose();
    }

    private (LogStore Logs, Replicator Replicator) Add(
        LogStoreOptions? options = null, IReplicationPolicy? policy = null)
    {
        SimStore store = new(new SimDisk(), new Random(1), TimeProvider.System);
        LogStore logs = new(store, TimeProvider.System, options);
        _nodes.Add((logs, new Replicator(logs, policy ?? ReplicationPolicy.Everyone, TimeProvider.System)));
        return _nodes[^1];
    }

    private static async Task<Log> CreateAsync(LogStore logs, LogEncryption? encryption) => await logs.CreateAsync(
        new LogCreation { SecretKey = ReplicationWorld.Secret(7), Encryption = encryption });

    private SimLink Connect(Replicator one, Replicator other)
    {
        SimLink link = _net.Connect();
        one.Attach(link.A.Mux);
        other.Attach(link.B.Mux);
        return link;
    }

    /// <summary>Moves frames until something is done.</summary>
    private async Task<T> RunAsync<T>(Task<T> task)
    {
        await RunAsync((Task)task);
        return await task;
    }

    private async Task RunAsync(Task task)
    {
        for (int i = 0; i < 20_000 && !task.IsCompleted; i++)
        {
            if (_net.Run() == 0)
                await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, CancellationToken.None);
        }

        Assert.True(task.IsCompleted, "It did not end.");
        await task;
    }

    /// <summary>Allows everything, and lets a test do something at that moment.</summary>
    private sealed class Turn : IReplicationPolicy
    {
        public Action Asked { get; set; } = static () => { };

        public bool MayOpen(PublicKey remote, Hash32 discoveryKey)
        {
            Asked();
            return true;
        }
    }
}
