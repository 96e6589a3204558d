using System.Text;
using Samtala.Crypto;
using Samtala.Hypercore.Logs;
using Samtala.Storage;
using Samtala.Testing;

namespace Samtala.Hypercore.Tests.Logs;

/// <summary>A simulated disk with logs on it, that can crash and start again.</summary>
internal sealed class LogWorld : IAsyncDisposable
{
    private readonly Random _random;
    private readonly SecretSlab _slab = new();

    public LogWorld(Random? random = null, LogStoreOptions? options = null, SimStoreOptions? faults = null)
    {
        _random = random ?? new Random(1);
        Options = options ?? new LogStoreOptions { DownloadDelay = TimeSpan.Zero };
        Faults = faults ?? new SimStoreOptions();
        Store = new SimStore(Disk, _random, TimeProvider.System, Faults);
        Logs = new LogStore(Store, TimeProvider.System, Options);
    }

    public SimDisk Disk { get; } = new();

    public LogStoreOptions Options { get; set; }

    public SimStoreOptions Faults { get; set; }

    public IStore Store { get; private set; }

    public LogStore Logs { get; private set; }

    public static ReadOnlyMemory<byte> Block(string text) => Encoding.UTF8.GetBytes(text);

    public static string Text(byte[]? block) => block is null ? "(none)" : Encoding.UTF8.GetString(block);

    public SecretKey Key(int number)
    {
        byte[] seed = new byte[SecretKey.SeedSize];
        seed[0] = (byte)number;
        return SecretKey.FromSeed(_slab, seed);
    }

    public SymmetricKey Secret(byte[] bytes) => SymmetricKey.FromBytes(_slab, bytes);

    public SecretKey Key(byte[] seed) => SecretKey.FromSeed(_slab, seed);

    /// <summary>Loses what was not durable, as far as chance has it, and opens the disk again.</summary>
    public void Crash()
    {
        Disk.Crash(_random);
        Store = new SimStore(Disk, _random, TimeProvider.System, Faults);
        Logs = new LogStore(Store, TimeProvider.System, Options);
    }

    /// <summary>Stops cleanly and opens the disk again.</summary>
    public async Task RestartAsync()
    {
        await Logs.DisposeAsync();
        await Store.DisposeAsync();
        Store = new SimStore(Disk, _random, TimeProvider.System, Faults);
        Logs = new LogStore(Store, TimeProvider.System, Options);
    }

    public async ValueTask DisposeAsync()
    {
        await Logs.DisposeAsync();
        await Store.DisposeAsync();
        _slab.Dispose();
    }
}
