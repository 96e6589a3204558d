using Samtala.Hypercore.Blobs;
using Samtala.Hypercore.Logs;
using Samtala.Hypercore.Replication;
using Samtala.Hypercore.Tests.Replication;

namespace Samtala.Hypercore.Tests.Blobs;

/// <summary>Nodes with blobs, joined in memory; frames move while somebody waits.</summary>
internal sealed class BlobPeers(Random random) : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly List<BlobPeer> _peers = [];

    public SimNet Net { get; } = new(random);

    public BlobPeer Add()
    {
        BlobPeer peer = new(random);
        _peers.Add(peer);
        return peer;
    }

    public SimLink Connect(BlobPeer one, BlobPeer other)
    {
        SimLink link = Net.Connect();
        one.Replicator.Attach(link.A.Mux);
        other.Replicator.Attach(link.B.Mux);
        return link;
    }

    /// <summary>Moves frames until a task ends.</summary>
    public async Task<T> RunAsync<T>(ValueTask<T> task)
    {
        Task<T> waiting = task.AsTask();
        await RunUntilAsync(() => waiting.IsCompleted);
        return await waiting;
    }

    public async Task RunUntilAsync(Func<bool> isDone)
    {
        long start = TimeProvider.System.GetTimestamp();
        while (!isDone())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < s_patience, "Nothing comes any more.");
            if (!Net.Step())
                await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
        }
    }

    /// <summary>Moves frames until none has come for a while.</summary>
    public async Task SettleAsync()
    {
        for (int idle = 0; idle < 30; idle = Net.Step() ? 0 : idle + 1)
        {
            if (idle > 0)
                await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (BlobPeer peer in _peers)
            await peer.DisposeAsync();
    }
}

internal sealed class BlobPeer : IAsyncDisposable
{
    public BlobPeer(Random random)
    {
        World = new BlobWorld(random);
        Logs = new LogStore(World.Store, TimeProvider.System);
        Replicator = new Replicator(Logs, ReplicationPolicy.Everyone, TimeProvider.System);
        Exchange = new BlobExchange(World.Blobs, Replicator);
    }

    public BlobWorld World { get; }

    public LogStore Logs { get; }

    public Replicator Replicator { get; }

    public BlobExchange Exchange { get; }

    public async Task<BlobInfo> PutSharedAsync(byte[] bytes)
    {
        BlobInfo info = await World.PutAsync(bytes);
        Exchange.Share(info.Id);
        return info;
    }

    public ValueTask<BlobDownload> DownloadAsync(BlobId id, BlobExpectation? expected = null, long? lengthMax = null) =>
        Exchange.DownloadAsync(
            id,
            new BlobDownloadOptions
            {
                Owner = BlobWorld.Owner,
                Expected = expected,
                LengthMax = lengthMax ?? BlobLimits.LengthMax,
            },
            BlobWorld.Stop);

    public async ValueTask DisposeAsync()
    {
        await Exchange.DisposeAsync();
        await Replicator.DisposeAsync();
        await Logs.DisposeAsync();
        await World.DisposeAsync();
    }
}
