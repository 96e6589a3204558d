using System.Buffers.Binary;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Samtala.Storage;

namespace Samtala.Bench;

/// <summary>The embedded store: puts, gets, recovery, space.</summary>
internal static partial class StoreBench
{
    public const string Usage =
        "store put|get|recover|space|stall|idle [--entries 1000000] [--size 128] [--batch 1000] [--writers 64] "
        + "[--seconds 5] [--runs 3] [--folder DIR]";

    private static readonly Keyspace s_keys = Keyspace.Exact("bench");

    public static async Task<int> RunAsync(BenchArguments arguments)
    {
        var root = arguments.Get("folder", Path.Combine(Path.GetTempPath(), $"samtala-bench-{Environment.ProcessId}"));
        try
        {
            switch (arguments.Case)
            {
                case "put":
                    await PutAsync(arguments, root);
                    break;
                case "get":
                    await GetAsync(arguments, root);
                    break;
                case "recover":
                    await RecoverAsync(arguments, root);
                    break;
                case "space":
                    await SpaceAsync(arguments, root);
                    break;
                case "stall":
                    await StoreLatencyBench.StallAsync(arguments, root);
                    break;
                case "idle":
                    await StoreLatencyBench.IdleAsync(arguments, root);
                    break;
                default:
                    await Console.Error.WriteLineAsync(Usage);
                    return 2;
            }

            return 0;
        }
        finally
        {
            if (Directory.Exists(root))
                Directory.Delete(root, recursive: true);
        }
    }

    private static async Task PutAsync(BenchArguments arguments, string root)
    {
        var entries = arguments.Get("entries", 1_000_000);
        var size = arguments.Get("size", 128);
        foreach (var durability in new[] { Durability.Later, Durability.Durable })
        {
            List<double> rates = [];
            for (var run = 0; run < arguments.Get("runs", 3); run++)
            {
                await using var store = await OpenAsync(Path.Combine(root, $"{durability}{run}"));
                var watch = Stopwatch.StartNew();
                await FillAsync(store, entries, size, arguments.Get("batch", 1000), durability);
                rates.Add(entries / watch.Elapsed.TotalSeconds);
            }

            BenchLine.Write("store", durability == Durability.Later ? "put/batched-later-flush" : "put/batched-durable",
                "entries/s", rates, ("entries", entries), ("size", size));
        }

        await PutWithWritersAsync(arguments, root, size);
    }

    private static async Task PutWithWritersAsync(BenchArguments arguments, string root, int size)
    {
        List<double> acknowledged = [];
        List<double> raw = [];
        var writers = arguments.Get("writers", 64);
        List<double> ratios = [];

        // In short slices side by side, because other users of the disk come and go.
        const int Slices = 10;
        TimeSpan span = TimeSpan.FromSeconds(arguments.Get("seconds", 5)) / Slices;
        for (var run = 0; run < arguments.Get("runs", 3) * Slices; run++)
        {
            raw.Add(RawSyncRate(root, span / 2));
            await using var store = await OpenAsync(Path.Combine(root, $"writers{run}"));
            long count = 0;
            var watch = Stopwatch.StartNew();
            await Task.WhenAll(Enumerable.Range(0, writers).Select(w => Task.Run(async () =>
            {
                var key = new byte[16];
                var value = new byte[size];
                WriteBatch batch = new();
                BinaryPrimitives.WriteInt32LittleEndian(key, w);
                for (var i = 0; watch.Elapsed < span; i++)
                {
                    BinaryPrimitives.WriteInt32LittleEndian(key.AsSpan(4), i);
                    batch.Clear();
                    batch.Put(s_keys, key, value);
                    await store.CommitAsync(batch, Durability.Durable, CancellationToken.None);
                    Interlocked.Increment(ref count);
                }
            })));
            acknowledged.Add(count / watch.Elapsed.TotalSeconds);
            raw[^1] = (raw[^1] + RawSyncRate(root, span / 2)) / 2;
            ratios.Add(acknowledged[^1] / raw[^1]);
        }

        BenchLine.Write("store", "raw-fdatasync", "syncs/s", raw);
        BenchLine.Write("store", $"put/durable-{writers}-writers", "acks/s", acknowledged,
            ("timesRaw", Math.Round(Median(ratios), 1)));
    }

    private static async Task GetAsync(BenchArguments arguments, string root)
    {
        var entries = arguments.Get("entries", 1_000_000);
        var gets = Math.Min(entries, 300_000);
        await using (var store = await OpenAsync(root))
            await FillAsync(store, entries, arguments.Get("size", 128), 1000, Durability.Later);
        await using var again = await OpenAsync(root);
        List<double> rates = [];
        Random random = new(1);
        for (var run = 0; run < arguments.Get("runs", 3); run++)
        {
            var key = new byte[16];
            var watch = Stopwatch.StartNew();
            for (var i = 0; i < gets; i++)
            {
                KeyOf(random.Next(entries), key);
                if (await again.GetAsync(s_keys, key, CancellationToken.None) is null)
                    throw new InvalidDataException("A key is missing.");
            }

            rates.Add(gets / watch.Elapsed.TotalSeconds);
        }

        BenchLine.Write("store", "get/random", "gets/s", rates, ("entries", entries));
    }

    private static async Task RecoverAsync(BenchArguments arguments, string root)
    {
        var entries = arguments.Get("entries", 1_000_000);
        var live = Path.Combine(root, "live");
        List<double> times = [];
        await using (var store = await OpenAsync(live))
        {
            await FillAsync(store, entries, arguments.Get("size", 128), 1000, Durability.Durable);

            // What a killed process leaves: the files as they are now.
            for (var run = 0; run < arguments.Get("runs", 3); run++)
            {
                var copy = Path.Combine(root, $"copy{run}");
                Copy(live, copy);
                var watch = Stopwatch.StartNew();
                await using var recovered = await OpenAsync(copy);
                times.Add(watch.Elapsed.TotalMilliseconds);
                var key = new byte[16];
                KeyOf(entries - 1, key);
                if (await recovered.GetAsync(s_keys, key, CancellationToken.None) is null)
                    throw new InvalidDataException("The last acknowledged entry is missing.");
            }
        }

        BenchLine.Write("store", "recover", "ms", times, ("entries", entries));
    }

    private static async Task SpaceAsync(BenchArguments arguments, string root)
    {
        var entries = arguments.Get("entries", 300_000);
        var size = arguments.Get("size", 128);
        await using var store = await OpenAsync(root);
        for (var round = 0; round < 5; round++)
            await FillAsync(store, entries, size, 1000, Durability.Later);
        List<ExtentId> extents = [];
        var bytes = new byte[200_000];
        for (var i = 0; i < 3_000; i++)
        {
            await using var writer = await store.CreateExtentAsync(CancellationToken.None);
            await writer.WriteAsync(bytes, CancellationToken.None);
            await writer.CompleteAsync(CancellationToken.None);
            extents.Add(writer.Id);
            await store.CommitAsync(
                new WriteBatch().AddExtent(writer.Id), Durability.Later, CancellationToken.None);
        }

        var before = DiskSize(root);
        foreach (var extent in extents.Where((_, i) => i % 3 != 0))
            await store.CommitAsync(new WriteBatch().FreeExtent(extent), Durability.Later, CancellationToken.None);
        var watch = Stopwatch.StartNew();
        await store.CompactAsync(CancellationToken.None);
        var live = ((long)entries * (size + 16)) + (1_000L * bytes.Length);
        if (arguments.Has("list"))
        {
            foreach (var file in new DirectoryInfo(root).EnumerateFiles("*", SearchOption.AllDirectories))
                await Console.Error.WriteLineAsync($"{file.FullName}: {file.Length >> 20} MiB");
        }

        BenchLine.Write("store", "space", "bytes on disk / live byte", [DiskSize(root) / (double)live],
            ("liveMb", live >> 20), ("diskMb", DiskSize(root) >> 20), ("beforeMb", before >> 20),
            ("compactMs", watch.ElapsedMilliseconds));
    }

    /// <summary>Puts entries in batches, some ahead of the disk, and flushes.</summary>
    public static async Task FillAsync(
        EmbeddedStore store, int entries, int size, int batchSize, Durability durability)
    {
        var key = new byte[16];
        var value = new byte[size];
        WriteBatch batch = new();
        Queue<Task> waiting = new();
        for (var i = 0; i < entries;)
        {
            batch.Clear();
            for (var n = 0; n < batchSize && i < entries; n++, i++)
            {
                KeyOf(i, key);
                BinaryPrimitives.WriteInt32LittleEndian(value, i);
                batch.Put(s_keys, key, value);
            }

            waiting.Enqueue(store.CommitAsync(batch, durability, CancellationToken.None).AsTask());
            if (waiting.Count > 32)
                await waiting.Dequeue();
        }

        await Task.WhenAll(waiting);
        await store.FlushAsync(CancellationToken.None);
    }

    private static void KeyOf(int number, Span<byte> key)
    {
        // Scattered, as hashes would be.
        BinaryPrimitives.WriteUInt64LittleEndian(key, (ulong)number * 0x9E3779B97F4A7C15);
        BinaryPrimitives.WriteInt32LittleEndian(key[8..], number);
    }

    /// <summary>Writes 4 KiB over existing bytes and syncs: the most this disk can do one after another.</summary>
    private static double RawSyncRate(string root, TimeSpan span)
    {
        Directory.CreateDirectory(root);
        var path = Path.Combine(root, "raw");
        using var handle = File.OpenHandle(path, FileMode.Create, FileAccess.ReadWrite);
        RandomAccess.Write(handle, new byte[1 << 20], 0);
        RandomAccess.FlushToDisk(handle);
        var block = new byte[4096];
        var watch = Stopwatch.StartNew();
        long count = 0;
        for (; watch.Elapsed < span; count++)
        {
            RandomAccess.Write(handle, block, count % 256 * block.Length);
            if (!OperatingSystem.IsLinux() || SyncData(handle) != 0)
                RandomAccess.FlushToDisk(handle);
        }

        return count / watch.Elapsed.TotalSeconds;
    }

    [LibraryImport("libc", EntryPoint = "fdatasync")]
    private static partial int SyncData(SafeFileHandle handle);

    /// <summary>A store that does nothing by itself.</summary>
    public static Task<EmbeddedStore> OpenAsync(string folder) => EmbeddedStore.OpenAsync(
        new StoreOptions { Folder = folder, MaintenanceInterval = TimeSpan.Zero }, TimeProvider.System);

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static long DiskSize(string folder) =>
        new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(f => f.Length);

    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            if (string.Equals(Path.GetFileName(file), "lock", StringComparison.Ordinal))
                continue;
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }
}
