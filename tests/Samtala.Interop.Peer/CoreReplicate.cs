using System.Diagnostics;
using System.Text.Json.Nodes;
using Samtala.Crypto;
using Samtala.Hypercore.Logs;
using Samtala.Hypercore.Replication;

namespace Samtala.Interop.Peer;

/// <summary><c>core-replicate --key K --tcp PORT</c>: downloads a log, or a range of it.</summary>
internal static class CoreReplicate
{
    public static async Task<int> RunAsync(Flags flags, CancellationToken cancellationToken)
    {
        await using var bench = await Workbench.OpenAsync(flags);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(flags.Number("timeout", 60)));
        LogOptions options = new() { Encryption = bench.EncryptionOf(flags) };
        await using var log = await bench.Logs.OpenAsync(flags.Key("key"), options, limit.Token);
        await using var replication = bench.Replicator.Start(log, LogInterest.Sparse);
        var watch = Stopwatch.StartNew();
        await bench.ConnectAsync(flags, limit.Token);
        await replication.UpdateAsync(wait: true, limit.Token);
        await log.FlushAsync(limit.Token);
        var updated = watch.Elapsed;
        var (from, to) = RangeOf(flags, log.Length);
        await replication.DownloadAsync(from, to, 0, limit.Token);
        var downloaded = watch.Elapsed;

        if (!flags.Has("live"))
        {
            await ReportAsync(log, flags, (from, to), (updated, downloaded), limit.Token);
            return 0;
        }

        // Listening begins before the report, so nothing that happens meanwhile is missed.
        await using var changes = log.WatchAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
        var next = changes.MoveNextAsync();
        await ReportAsync(log, flags, (from, to), (updated, downloaded), limit.Token);
        limit.CancelAfter(Timeout.InfiniteTimeSpan);
        while (await next)
        {
            await TellAsync(log, changes.Current, cancellationToken);
            next = changes.MoveNextAsync();
        }

        return 0;
    }

    private static (ulong From, ulong To) RangeOf(Flags flags, ulong length)
    {
        if (!flags.Has("range"))
            return (0, length);
        var parts = flags.Text("range").Split('-');
        return (ulong.Parse(parts[0], System.Globalization.CultureInfo.InvariantCulture),
            ulong.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture));
    }

    private static async Task ReportAsync(
        Log log, Flags flags, (ulong From, ulong To) range, (TimeSpan Updated, TimeSpan Downloaded) times,
        CancellationToken cancellationToken)
    {
        long bytes = 0;
        using Blake2b digest = new();
        for (var index = range.From; index < range.To; index++)
        {
            var block = await log.GetAsync(index, new LogRead { Wait = true }, cancellationToken) ?? [];
            bytes += block.Length;
            var hash = Blake2b.HashData(block).ToString();
            digest.Append(System.Text.Encoding.ASCII.GetBytes(hash));
            if (flags.Has("print"))
                Lines.Print(new JsonObject { ["block"] = index, ["size"] = block.Length, ["hash"] = hash });
        }

        var seconds = Math.Max(0.001, (times.Downloaded - times.Updated).TotalSeconds);
        Lines.Print(new JsonObject
        {
            ["ok"] = true,
            ["length"] = log.Length,
            ["fork"] = log.Fork,
            ["bytes"] = bytes,
            ["updateMs"] = (long)times.Updated.TotalMilliseconds,
            ["downloadMs"] = (long)times.Downloaded.TotalMilliseconds,
            ["mbps"] = Math.Round(bytes / 1e6 / seconds, 2),
            ["blocksPerSec"] = Math.Round((range.To - range.From) / seconds),
            ["treeHash"] = log.Head.TreeHash().ToString(),
            ["digest"] = digest.GetHash32AndReset().ToString(),
            ["rssMB"] = Environment.WorkingSet / 1_000_000,
        });
    }

    private static async Task TellAsync(Log log, LogChange change, CancellationToken cancellationToken)
    {
        if (change.Kind == LogChangeKind.Truncated)
        {
            Lines.Print(new JsonObject
            {
                ["event"] = "truncate",
                ["length"] = change.Start,
                ["fork"] = change.Fork,
            });
        }
        else if (change.Kind == LogChangeKind.Appended)
        {
            var block = await log.GetAsync(change.Length - 1, new LogRead { Wait = true }, cancellationToken);
            Lines.Print(new JsonObject
            {
                ["event"] = "append",
                ["length"] = change.Length,
                ["hash"] = Blake2b.HashData(block).ToString(),
            });
        }
    }
}
