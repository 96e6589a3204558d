using System.Collections.Immutable;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;

namespace Samtala.Storage.Tests.Faults;

/// <summary>What a store must hold after some batches.</summary>
/// <param name="Entries">Keys that begin with "o" are in the ordered keyspace.</param>
/// <param name="Extents">By id: seed and length of the bytes.</param>
internal sealed record WorkloadState(
    ImmutableSortedDictionary<string, string> Entries,
    ImmutableSortedDictionary<ulong, (int Seed, int Length)> Extents);

/// <summary>A few dozen batches of everything a store does, with what it must hold after each.</summary>
internal sealed class Workload(int seed, FaultyDisk disk)
{
    private const int BatchCount = 40;
    private const string CounterKey = "n";

    private static readonly Keyspace s_exact = Keyspace.Exact("e");
    private static readonly Keyspace s_ordered = Keyspace.Ordered("o");

    private readonly Random _random = new(seed);
    private WorkloadState _state = new(
        ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal),
        ImmutableSortedDictionary<ulong, (int Seed, int Length)>.Empty);

    /// <summary>State after each batch that was tried, and how many operations the disk had seen when it was
    /// acknowledged as durable; -1 if it was not.</summary>
    public List<(WorkloadState State, int AcknowledgedAt)> History { get; } = [];

    public WorkloadState State => _state;

    /// <summary>What the store said when it last refused; for a failing test's message.</summary>
    private StoreException? LastRefusal { get; set; }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static Task<EmbeddedStore> OpenAsync(FaultyDisk disk) => EmbeddedStore.OpenAsync(
        disk,
        new StoreOptions
        {
            Folder = "",
            WalSizeMax = 1 << 20,
            TableMemory = 1 << 20,
            WalMemory = 2 << 20,
            MaintenanceInterval = TimeSpan.Zero,
            TableIndexBuckets = 1 << 8,
            SyncAheadSize = 4096,
        },
        TimeProvider.System,
        NullLogger.Instance,
        null);

    /// <summary>Runs every batch; the disk may refuse some.</summary>
    public async Task RunAsync(EmbeddedStore store)
    {
        for (var i = 1; i <= BatchCount; i++)
        {
            await CommitAsync(store, i);
            if (i is 12 or 25)
                await TryAsync(() => store.CheckpointAsync(Token));
            if (i == 33)
                await TryAsync(() => store.CompactAsync(Token));
        }
    }

    /// <summary>Which state the store is in: the number of batches it holds.</summary>
    public static async Task<int> CountAsync(EmbeddedStore store) =>
        await store.GetAsync(s_exact, Bytes(CounterKey), Token) is { } value
            ? int.Parse(Encoding.UTF8.GetString(value), null)
            : 0;

    /// <summary>Compares everything the store holds.</summary>
    public static async Task CheckAsync(EmbeddedStore store, WorkloadState state)
    {
        for (var k = 0; k < 30; k++)
        {
            foreach (var (prefix, keyspace) in new[] { ("e", s_exact), ("o", s_ordered) })
            {
                var value = await store.GetAsync(keyspace, Bytes($"{prefix}{k}"), Token);
                Assert.Equal(
                    state.Entries.GetValueOrDefault($"{prefix}{k}"),
                    value is null ? null : Encoding.UTF8.GetString(value));
            }
        }

        var page = await store.ScanAsync(s_ordered, new ScanRange(default, default, 1000), Token);
        Assert.Equal(
            state.Entries.Where(e => e.Key[0] == 'o'),
            page.Select(e => KeyValuePair.Create(
                Encoding.UTF8.GetString(e.Key), Encoding.UTF8.GetString(e.Value))));
        foreach (var (id, (extentSeed, length)) in state.Extents)
        {
            var bytes = new byte[length];
            Assert.Equal(length, await store.ReadExtentAsync(new ExtentId(id), 0, bytes, Token));
            Assert.True(bytes.AsSpan().SequenceEqual(Noise(extentSeed, length)), $"Extent {id} has other bytes.");
        }
    }

    /// <summary>One more batch, which must succeed.</summary>
    public async Task CommitOneAsync(EmbeddedStore store)
    {
        var before = History.Count;
        await CommitAsync(store, BatchCount + before);
        Assert.True(History.Count > before, $"The store does not take batches again: {LastRefusal}");
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static byte[] Noise(int noiseSeed, int length)
    {
        var bytes = new byte[length];
        new Random(noiseSeed).NextBytes(bytes);
        return bytes;
    }

    private async Task<bool> TryAsync(Func<ValueTask> work)
    {
        try
        {
            await work();
            return true;
        }
        catch (StoreException e)
        {
            LastRefusal = e;
            return false;
        }
    }

    private async Task CommitAsync(EmbeddedStore store, int number)
    {
        WriteBatch batch = new();
        var entries = _state.Entries;
        for (var n = _random.Next(1, 6); n > 0; n--)
        {
            var (prefix, keyspace) = _random.Next(2) == 0 ? ("e", s_exact) : ("o", s_ordered);
            var key = $"{prefix}{_random.Next(30)}";
            if (_random.Next(4) == 0)
            {
                batch.Delete(keyspace, Bytes(key));
                entries = entries.Remove(key);
            }
            else
            {
                var value = new string((char)('a' + _random.Next(26)), _random.Next(200));
                batch.Put(keyspace, Bytes(key), Bytes(value));
                entries = entries.SetItem(key, value);
            }
        }

        var extents = _state.Extents;
        if (_random.Next(3) == 0 && extents.Count > 0)
        {
            var freed = extents.Keys.ElementAt(_random.Next(extents.Count));
            batch.FreeExtent(new ExtentId(freed));
            extents = extents.Remove(freed);
        }

        var length = _random.Next(3) switch { 0 => _random.Next(2_000), 1 => 70_000 + _random.Next(70_000), _ => -1 };
        var durability = _random.Next(3) == 0 ? Durability.Later : Durability.Durable;
        batch.Put(s_exact, Bytes(CounterKey), Bytes($"{History.Count + 1}"));
        await TryAsync(async () =>
        {
            if (length >= 0)
            {
                var id = await WriteExtentAsync(store, number, length);
                batch.AddExtent(id);
                extents = extents.SetItem(id.Value, (number, length));
            }

            Assert.True((await store.CommitAsync(batch, durability, Token)).Committed);
            _state = new WorkloadState(entries, extents);
            History.Add((_state, durability == Durability.Durable ? disk.OperationCount : -1));
        });
    }

    private static async Task<ExtentId> WriteExtentAsync(EmbeddedStore store, int noiseSeed, int length)
    {
        await using var writer = await store.CreateExtentAsync(Token);
        await writer.WriteAsync(Noise(noiseSeed, length), Token);
        await writer.CompleteAsync(Token);
        return writer.Id;
    }
}
