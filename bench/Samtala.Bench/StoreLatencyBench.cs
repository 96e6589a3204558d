using System.Diagnostics;
using Samtala.Storage;

namespace Samtala.Bench;

/// <summary>How long a single durable put waits at worst while the store is busy, and what an idle store takes.
/// </summary>
internal static class StoreLatencyBench
{
    private const int IdleKeys = 100_000;
    private const int IdleExtents = 10_000;

    private static readonly Keyspace s_probes = Keyspace.Exact("probe");

    /// <summary>One caller puts single entries one after another while `store put` runs beside it.</summary>
    public static async Task StallAsync(BenchArguments arguments, string root)
    {
        var entries = arguments.Get("entries", 1_000_000);
        List<double> longest = [];
        List<double> medians = [];
        for (var run = 0; run < arguments.Get("runs", 3); run++)
        {
            await using var store = await StoreBench.OpenAsync(Path.Combine(root, $"stall{run}"));
            using CancellationTokenSource stop = new();
            var probe = Task.Run(() => ProbeAsync(store, stop.Token));
            await StoreBench.FillAsync(
                store, entries, arguments.Get("size", 128), arguments.Get("batch", 100), Durability.Durable);
            await stop.CancelAsync();
            var waits = await probe;
            longest.Add(waits[^1]);
            medians.Add(waits[waits.Count / 2]);
        }

        BenchLine.Write("store", "stall/longest", "ms", longest, ("entries", entries));
        BenchLine.Write("store", "stall/median", "ms", medians, ("entries", entries));
    }

    /// <summary>100,000 keys and 10,000 extents, opened again and left alone.</summary>
    public static async Task IdleAsync(BenchArguments arguments, string root)
    {
        var folder = Path.Combine(root, "idle");
        if (!arguments.Has("open"))
        {
            await using var store = await StoreBench.OpenAsync(folder);
            await StoreBench.FillAsync(store, IdleKeys, 128, 1000, Durability.Later);
            var bytes = new byte[4096];
            for (var i = 0; i < IdleExtents; i++)
            {
                await using var writer = await store.CreateExtentAsync(CancellationToken.None);
                await writer.WriteAsync(bytes, CancellationToken.None);
                await writer.CompleteAsync(CancellationToken.None);
                await store.CommitAsync(
                    new WriteBatch().AddExtent(writer.Id), Durability.Later, CancellationToken.None);
            }
        }

        // Another process, because this one has had a full store in it.
        if (!arguments.Has("open"))
        {
            using var child = Process.Start(
                Environment.ProcessPath!, ["store", "idle", "--open", "true", "--folder", root])!;
            await child.WaitForExitAsync();
            return;
        }

        using var process = Process.GetCurrentProcess();
        var before = process.WorkingSet64;
        await using var again = await StoreBench.OpenAsync(folder);
        await Task.Delay(TimeSpan.FromSeconds(3), TimeProvider.System);
        process.Refresh();
        BenchLine.Write("store", "idle/rss", "MiB", [process.WorkingSet64 / 1048576.0],
            ("keys", IdleKeys), ("extents", IdleExtents), ("beforeOpen", before >> 20),
            ("managedMb", GC.GetTotalMemory(forceFullCollection: false) >> 20));
    }

    private static async Task<List<double>> ProbeAsync(EmbeddedStore store, CancellationToken stop)
    {
        List<double> waits = [];
        var key = new byte[8];
        WriteBatch batch = new();
        while (!stop.IsCancellationRequested)
        {
            BitConverter.TryWriteBytes(key, waits.Count % 1000);
            batch.Clear();
            batch.Put(s_probes, key, key);
            var start = Stopwatch.GetTimestamp();
            await store.CommitAsync(batch, Durability.Durable, CancellationToken.None);
            waits.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        waits.Sort();
        return waits;
    }
}
