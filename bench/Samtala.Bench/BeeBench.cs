using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Samtala.Crypto;
using Samtala.Hypercore.Bees;
using Samtala.Hypercore.Logs;
using Samtala.Storage;

namespace Samtala.Bench;

/// <summary>The cases of bench/hyper/bee.js: puts, gets, a scan and deletes of a bee in the embedded store.</summary>
internal static class BeeBench
{
    public const string Usage =
        "  bee [--runs N] [--puts N] [--batch N] [--gets N] [--folder DIR] [--peer true] (bench/hyper/bee.js beside)";

    private static readonly string s_filler = new('x', 80);

    public static async Task<int> RunAsync(BenchArguments arguments)
    {
        var root = arguments.Get("folder", Path.Combine(Path.GetTempPath(), $"samtala-bee-{Environment.ProcessId}"));
        SortedDictionary<string, List<double>> results = new(StringComparer.Ordinal);
        List<Dictionary<string, double>> peers = [];
        try
        {
            // One run of each in turn, so that a busy machine slows both.
            for (var run = 0; run < arguments.Get("runs", 3); run++)
            {
                if (arguments.Has("peer"))
                    peers.Add(await RunPeerAsync(arguments, root));
                await RunOnceAsync(arguments, Path.Combine(root, $"run{run}"), results);
            }
        }
        finally
        {
            if (Directory.Exists(root))
                Directory.Delete(root, recursive: true);
        }

        foreach (var (name, values) in results)
        {
            // A durable figure stands beside the reference, which waits for no disk; so does the cold one.
            var twin = name.Replace("-durable", "", StringComparison.Ordinal)
                .Replace("-cold", "", StringComparison.Ordinal);
            double[] theirs = [.. peers.Select(x => x[twin])];
            double[] ratios = [.. theirs.Select((rate, run) => Math.Round(values[run] / rate, 2)).Order()];
            (string, JsonNode?)[] extra = ratios.Length > 0
                ? [("javascript", theirs.Order().ElementAt(theirs.Length / 2)), ("ratio", ratios[ratios.Length / 2])]
                : [];
            BenchLine.Write("bee", name, "1/s", values, extra);
        }

        return 0;
    }

    private static async Task RunOnceAsync(
        BenchArguments arguments, string folder, SortedDictionary<string, List<double>> results)
    {
        var puts = arguments.Get("puts", 5000);
        var batch = arguments.Get("batch", 50_000);
        var gets = arguments.Get("gets", 5000);
        using SecretSlab slab = new();
        using var key = SecretKey.FromSeed(slab, new byte[SecretKey.SeedSize]);
        await using var store = await StoreBench.OpenAsync(folder);
        await using LogStore logs = new(store, TimeProvider.System);
        await using (var log = await logs.CreateAsync(new LogCreation { SecretKey = key }))
        {
            Bee bee = new(log);
            await MeasureAsync("put-awaited", puts, () => PutAsync(bee, puts, Durability.Later));
            await MeasureAsync("put-in-batch-1000", batch, () => PutBatchesAsync(bee, batch, "b", Durability.Later));
            await MeasureAsync("get-random", gets, () => GetAsync(bee, gets, batch));
            await MeasureAsync("range-scan-entries", Math.Min(batch, 20_000), () => ScanAsync(bee));
            await MeasureAsync("del-awaited", 1000, () => DeleteAsync(bee, Durability.Later));
            var durable = Math.Min(puts, 500);
            await MeasureAsync("put-awaited-durable", durable, () => PutAsync(bee, durable, Durability.Durable));
            await MeasureAsync("put-in-batch-1000-durable", batch,
                () => PutBatchesAsync(bee, batch, "c", Durability.Durable));
        }

        await using var again = await logs.CreateAsync(new LogCreation { SecretKey = key });
        await MeasureAsync("get-random-cold", gets, () => GetAsync(new Bee(again), gets, batch));
        await MeasureAsync("range-scan-entries-cold", Math.Min(batch, 20_000), () => ScanAsync(new Bee(again)));

        async Task MeasureAsync(string name, int count, Func<Task> work)
        {
            var start = Stopwatch.GetTimestamp();
            await work();
            var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            if (!results.TryGetValue(name + "/s", out var values))
                results.Add(name + "/s", values = []);
            values.Add(Math.Round(count / seconds));
        }
    }

    /// <summary>With one flush at the end, which is measured too.</summary>
    private static async Task PutAsync(Bee bee, int count, Durability durability)
    {
        BeeWrite write = new() { Durability = durability };
        for (var i = 0; i < count; i++)
            await bee.PutAsync(Key('k', (long)i * 7919 % count), Value(i), write);
        await bee.FlushAsync();
    }

    private static async Task PutBatchesAsync(Bee bee, int count, string prefix, Durability durability)
    {
        for (var i = 0; i < count; i += 1000)
        {
            await using var batch = bee.BeginBatch();
            for (var j = 0; j < 1000; j++)
                await batch.PutAsync(Key(prefix[0], (long)(i + j) * 7919 % count), Value(i));
            await batch.FlushAsync(durability);
        }

        await bee.FlushAsync();
    }

    private static async Task GetAsync(Bee bee, int count, int keys)
    {
        for (var i = 0; i < count; i++)
        {
            if (await bee.GetAsync(Key('b', (long)i * 104_729 % keys)) is null)
                throw new InvalidOperationException("A key that was put is not there.");
        }
    }

    private static async Task ScanAsync(Bee bee)
    {
        var count = 0;
        await foreach (var entry in bee.RangeAsync(new BeeRange { AtLeast = "b"u8.ToArray(), Limit = 20_000 }))
            count += entry.Value!.Value.Length > 0 ? 1 : 0;
        if (count == 0)
            throw new InvalidOperationException("The scan found nothing.");
    }

    private static async Task DeleteAsync(Bee bee, Durability durability)
    {
        BeeWrite write = new() { Durability = durability };
        for (var i = 0; i < 1000; i++)
            await bee.DeleteAsync(Key('k', i), write);
        await bee.FlushAsync();
    }

    private static byte[] Key(char prefix, long number) =>
        Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{prefix}{number:D8}"));

    private static byte[] Value(int number) =>
        Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"value-{number}{s_filler}"));

    private static async Task<Dictionary<string, double>> RunPeerAsync(BenchArguments arguments, string root)
    {
        Directory.CreateDirectory(root);
        var output = Path.Combine(root, "peer.json");
        ProcessStartInfo start = new("node") { RedirectStandardOutput = true };
        foreach (var argument in (string[])[
            Path.Combine("bench", "hyper", "bee.js"), "--out", output,
            "--runs", "1", "--puts", arguments.Get("puts", "5000"),
            "--batch", arguments.Get("batch", "50000"), "--gets", arguments.Get("gets", "5000")])
        {
            start.ArgumentList.Add(argument);
        }

        // Beside the script; whoever has the packages elsewhere says so.
        start.Environment.TryAdd("NODE_PATH", Path.GetFullPath(Path.Combine("interop", "hyper", "node_modules")));
        using var node = Process.Start(start)!;
        await node.StandardOutput.ReadToEndAsync();
        await node.WaitForExitAsync();
        var results = JsonNode.Parse(await File.ReadAllBytesAsync(output))!["results"]!.AsObject();
        return results.ToDictionary(x => x.Key, x => x.Value!["median"]!.GetValue<double>(), StringComparer.Ordinal);
    }
}
