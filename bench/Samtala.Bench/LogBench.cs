using System.Diagnostics;
using System.Security.Cryptography;
using Samtala.Crypto;
using Samtala.Hypercore.Logs;
using Samtala.Storage;

namespace Samtala.Bench;

/// <summary>`log append|get`: own logs on the embedded store. docs/logs.md says beside what.</summary>
public static class LogBench
{
    public const string Usage =
        "  log append|get --blocks N --size B [--batch N] [--durable] [--runs N] [--folder DIR] [--stages]";

    public static async Task<int> RunAsync(BenchArguments arguments)
    {
        if (arguments.Case == "replicate")
            return await ReplicationBench.RunAsync(arguments);
        var size = arguments.Get("size", 100);
        Load load = new(
            arguments.Get("blocks", 200_000), size, arguments.Get("batch", 1000),
            arguments.Has("durable") ? Durability.Durable : Durability.Later);
        List<double> appended = [];
        List<double> read = [];
        List<double> disk = [];
        List<double> cpu = [];
        List<LogBounds> bounds = [];
        var isGet = arguments.Case == "get";
        for (var run = -1; run < arguments.Get("runs", 3); run++)
        {
            var folder = Path.Combine(
                arguments.Get("folder", Path.GetTempPath()), $"samtala-log-{Environment.ProcessId}-{run}");
            try
            {
                var (rate, cpuTime) = await AppendAsync(folder, load);
                var gets = isGet ? await GetAsync(folder, load, arguments.Get("gets", 200_000)) : 0;

                // The first run warms the compiler up; JavaScript's does so with its first section.
                if (run < 0)
                    continue;
                appended.Add(rate);
                read.Add(gets);
                disk.Add(SizeOf(folder) / (double)load.Blocks);
                cpu.Add(cpuTime.TotalMicroseconds / load.Blocks);
                bounds.Add(LogBounds.Measure(folder, load.Blocks, size, load.Batch));
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        }

        var megabytes = appended.ConvertAll(rate => rate * size / 1e6);
        var name = $"append-{size}B-batch{load.Batch}{(load.Durability == Durability.Durable ? "-durable" : "")}";
        if (isGet)
            BenchLine.Write("log", $"get-random-{size}B", "blocks/s", read, ("blocks", load.Blocks));
        BenchLine.Write(
            "log", name, "blocks/s", appended, ("blocks", load.Blocks),
            ("megabytesPerSecond", Math.Round(megabytes.Order().ElementAt(megabytes.Count / 2), 1)),
            ("cpuMicrosecondsPerBlock", Math.Round(cpu.Order().ElementAt(cpu.Count / 2), 2)),
            ("hashMegabytesPerSecond", Math.Round(Median(bounds, b => b.Hash), 1)),
            ("diskMegabytesPerSecond", Math.Round(Median(bounds, b => b.Disk), 1)),
            ("ratioToBound", Math.Round(
                megabytes.Order().ElementAt(megabytes.Count / 2) / Median(bounds, b => Math.Min(b.Hash, b.Disk)), 2)),
            ("diskBytesPerBlock", Math.Round(disk.Order().ElementAt(disk.Count / 2), 1)));
        return 0;
    }

    private static double Median(List<LogBounds> bounds, Func<LogBounds, double> value) =>
        bounds.Select(value).Order().ElementAt(bounds.Count / 2);

    private static async Task<(double Rate, TimeSpan Cpu)> AppendAsync(string folder, Load load)
    {
        await using var store = await OpenAsync(folder);
        await using LogStore logs = new(store, TimeProvider.System);
        using SecretSlab slab = new();
        using var key = SecretKey.FromSeed(slab, new byte[SecretKey.SeedSize]);
        await using var log = await logs.CreateAsync(new LogCreation { SecretKey = key });
        var batch = Blocks(load.Batch, load.Size);
        var cpu = Environment.CpuUsage.TotalTime;
        var watch = Stopwatch.StartNew();
        for (var done = 0; done < load.Blocks; done += load.Batch)
        {
            await (load.Batch == 1
                ? log.AppendAsync(batch[0], load.Durability)
                : log.AppendAsync(batch, load.Durability));
        }

        // The flush is part of what is measured: JavaScript never does one.
        await log.FlushAsync();
        var rate = load.Blocks / watch.Elapsed.TotalSeconds;
        cpu = Environment.CpuUsage.TotalTime - cpu;
        if (log.Length != (ulong)load.Blocks)
            throw new InvalidOperationException($"{log.Length} of {load.Blocks} blocks were appended.");
        await store.CompactAsync(CancellationToken.None);
        return (rate, cpu);
    }

    private static async Task<double> GetAsync(string folder, Load load, int gets)
    {
        await using var store = await OpenAsync(folder);
        await using LogStore logs = new(store, TimeProvider.System);
        var key = (await logs.ListAsync())[0];
        await using var log = await logs.OpenAsync(key);
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < gets; i++)
        {
            var block = await log.GetAsync((ulong)((long)i * 7919 % load.Blocks));
            if (block is null || block.Length != load.Size)
                throw new InvalidOperationException("A block is missing.");
        }

        return gets / watch.Elapsed.TotalSeconds;
    }

    private static Task<EmbeddedStore> OpenAsync(string folder) =>
        EmbeddedStore.OpenAsync(new StoreOptions { Folder = folder }, TimeProvider.System);

    private static ReadOnlyMemory<byte>[] Blocks(int count, int size)
    {
        var bytes = new byte[count * (long)size];
        RandomNumberGenerator.Fill(bytes);
        return [.. Enumerable.Range(0, count).Select(i => (ReadOnlyMemory<byte>)bytes.AsMemory(i * size, size))];
    }

    private static long SizeOf(string folder) =>
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Sum(f => new FileInfo(f).Length);

    private sealed record Load(int Blocks, int Size, int Batch, Durability Durability);
}
