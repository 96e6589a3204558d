using System.Text.Json.Nodes;
using Samtala.Hypercore.Bees;
using Samtala.Hypercore.Replication;
using Utf8 = System.Text.Encoding;

namespace Samtala.Interop.Peer;

/// <summary><c>bee-read --key K --tcp PORT</c>: reads a Hyperbee from a peer, fetching only the paths it
/// needs.</summary>
internal static class BeeRead
{
    public static async Task<int> RunAsync(Flags flags, CancellationToken cancellationToken)
    {
        await using var bench = await Workbench.OpenAsync(flags);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(flags.Number("timeout", 30)));
        await using var log = await bench.Logs.OpenAsync(flags.Key("key"), null, limit.Token);
        await using var replication = bench.Replicator.Start(log, LogInterest.Sparse);
        await bench.ConnectAsync(flags, limit.Token);
        await replication.UpdateAsync(wait: true, limit.Token);
        Bee bee = new(log);
        Lines.Print(new JsonObject
        {
            ["header"] = (await bee.GetHeaderAsync(limit.Token))?.Protocol,
            ["version"] = bee.Version,
        });
        return flags.Has("get")
            ? await GetAsync(bee, flags.Text("get"), limit.Token)
            : await RangeAsync(bee, flags, limit.Token);
    }

    private static async Task<int> GetAsync(Bee bee, string key, CancellationToken cancellationToken)
    {
        var entry = await bee.GetAsync(key, cancellationToken);
        var line = entry is { } found ? Describe(found) : [];
        line.Insert(0, "ok", entry is not null);
        Lines.Print(line);
        return entry is null ? 1 : 0;
    }

    private static async Task<int> RangeAsync(Bee bee, Flags flags, CancellationToken cancellationToken)
    {
        BeeRange range = new()
        {
            AtLeast = BoundOf(flags, "gte"),
            Below = BoundOf(flags, "lt"),
            Reverse = flags.Has("reverse"),
            Limit = flags.Number("limit", 20),
        };
        var count = 0;
        await foreach (var entry in bee.RangeAsync(range, cancellationToken))
        {
            count++;
            Lines.Print(Describe(entry));
        }

        Lines.Print(new JsonObject { ["ok"] = true, ["entries"] = count });
        return 0;
    }

    private static ReadOnlyMemory<byte>? BoundOf(Flags flags, string name)
    {
        // Not a conditional expression: there null would become empty memory, which is a bound.
        if (flags.Has(name))
            return Utf8.UTF8.GetBytes(flags.Text(name));
        return null;
    }

    private static JsonObject Describe(BeeEntry entry) => new()
    {
        ["seq"] = entry.Seq,
        ["key"] = entry.KeyText,
        ["value"] = entry.ValueText,
    };
}
