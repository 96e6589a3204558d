using Samtala.Crypto;
using Samtala.Hypercore.Logs;
using Samtala.Testing;

namespace Samtala.Hypercore.Tests;

/// <summary>A simulated disk with logs for the structures on them.</summary>
internal sealed class Structures : IAsyncDisposable
{
    private readonly Random _random = new(1);
    private readonly SimDisk _disk = new();
    private int _logs;

    public Structures()
    {
        Logs = Open(StoreHistory.Continuous);
    }

    public SecretSlab Slab { get; } = new();

    public LogStore Logs { get; private set; }

    /// <summary>Another own log.</summary>
    public ValueTask<Log> NewLogAsync()
    {
        byte[] seed = new byte[SecretKey.SeedSize];
        seed[0] = (byte)++_logs;
        return Logs.CreateAsync(new LogCreation { SecretKey = SecretKey.FromSeed(Slab, seed) });
    }

    public async Task RestartAsync(StoreHistory history)
    {
        await Logs.DisposeAsync();
        Logs = Open(history);
    }

    public async ValueTask DisposeAsync()
    {
        await Logs.DisposeAsync();
        Slab.Dispose();
    }

    private LogStore Open(StoreHistory history) => new(
        new SimStore(_disk, _random, TimeProvider.System),
        TimeProvider.System,
        new LogStoreOptions { History = history, DownloadDelay = TimeSpan.Zero });
}
