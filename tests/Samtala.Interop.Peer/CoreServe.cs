using System.Text.Json.Nodes;
using Samtala.Crypto;
using Samtala.Hypercore.Bees;
using Samtala.Hypercore.Logs;
using Samtala.Hypercore.Manifests;
using Samtala.Hypercore.Proofs;
using Samtala.Hypercore.Signatures;
using Samtala.Storage;

namespace Samtala.Interop.Peer;

/// <summary><c>core-serve --tcp PORT</c>: makes a log and serves it.</summary>
internal static class CoreServe
{
    private const int AppendCount = 1000;

    public static async Task<int> RunAsync(Flags flags, CancellationToken cancellationToken)
    {
        await using var bench = await Workbench.OpenAsync(flags);
        var signers = SignersOf(flags, bench.Slab);
        await using var log = await bench.Logs.CreateAsync(CreationOf(flags, signers, bench), cancellationToken);
        if (flags.Has("bee"))
            await FillBeeAsync(log, flags.Number("blocks", 100), cancellationToken);
        else
            await FillAsync(log, signers, flags, cancellationToken);
        var local = bench.Hub.Listen(Workbench.AddressOf(flags));
        Lines.Print(new JsonObject
        {
            ["event"] = "ready",
            ["key"] = log.Key.ToString(),
            ["discoveryKey"] = log.DiscoveryKey.ToString(),
            ["length"] = log.Length,
            ["byteLength"] = log.ByteLength,
            ["treeHash"] = log.Head.TreeHash().ToString(),
            ["tcp"] = local.Port,
        });
        if (flags.Has("truncate-to"))
            await TruncateAsync(bench, log, flags, cancellationToken);
        while (flags.Number("append-every", 0) is > 0 and var pause)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(pause), TimeProvider.System, cancellationToken);
            await log.AppendAsync(TestBlock.Make((int)log.Length, flags.Number("size", 100)));
            Lines.Print(new JsonObject { ["event"] = "append", ["length"] = log.Length });
        }

        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
        return 0;
    }

    private static SecretKey[] SignersOf(Flags flags, SecretSlab slab)
    {
        var seed = flags.Text("seed", "core-serve");
        var count = flags.Number("signers", 1);
        return count == 1
            ? [SecretKey.FromSeed(slab, Flags.SeedOf(seed).Bytes)]
            : [.. Enumerable.Range(0, count).Select(i => SecretKey.FromSeed(slab, Flags.SeedOf($"{seed}/{i}").Bytes))];
    }

    private static LogCreation CreationOf(Flags flags, SecretKey[] signers, Workbench bench) => new()
    {
        SecretKey = signers.Length == 1 ? signers[0] : null,
        Manifest = signers.Length == 1 ? null : Manifest.Create(new ManifestParts
        {
            Version = 1,
            Signers = [.. signers.Select(s => new ManifestSigner(s.PublicKey))],
        }),
        IsCompat = flags.Has("compat"),
        Encryption = bench.EncryptionOf(flags),
    };

    private static async Task FillAsync(
        Log log, SecretKey[] signers, Flags flags, CancellationToken cancellationToken)
    {
        var (blocks, size) = (flags.Number("blocks", 100), flags.Number("size", 100));
        while ((int)log.AppliedLength is var length && length < blocks)
        {
            ReadOnlyMemory<byte>[] next =
            [
                .. Enumerable.Range(length, Math.Min(AppendCount, blocks - length))
                    .Select(i => TestBlock.Make(i, size)),
            ];
            if (signers.Length == 1)
                await log.AppendAsync(next, Durability.Later, cancellationToken);
            else
                await log.AppendSignedAsync(next, Collect(log, signers, next), Durability.Later, cancellationToken);
        }

        await log.FlushAsync(cancellationToken);
    }

    private static ReadOnlyMemory<byte> Collect(Log log, SecretKey[] signers, ReadOnlyMemory<byte>[] next)
    {
        LogAuthority authority = new(log.Key, log.Manifest);
        var head = log.PrepareAppend(next);
        SignatureQuorum quorum = new(authority, head);
        foreach (var signer in signers.Take(authority.Quorum))
            quorum.TryAdd(authority.SignPart(signer, head));
        return quorum.Complete()!.Signature;
    }

    private static async Task FillBeeAsync(Log log, int count, CancellationToken cancellationToken)
    {
        Bee bee = new(log);
        await using var batch = bee.BeginBatch();
        for (var i = 0; i < count; i++)
            await batch.PutAsync(Bytes($"key{i:D6}"), Bytes($"value{i}"), null, cancellationToken);
        await batch.FlushAsync(Durability.Durable, cancellationToken);
    }

    private static ReadOnlyMemory<byte> Bytes(string text) => System.Text.Encoding.UTF8.GetBytes(text);

    private static async Task TruncateAsync(
        Workbench bench, Log log, Flags flags, CancellationToken cancellationToken)
    {
        while (bench.Hub.Connections.IsEmpty)
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, cancellationToken);
        await Task.Delay(
            TimeSpan.FromMilliseconds(flags.Number("truncate-after", 500)), TimeProvider.System, cancellationToken);
        await log.TruncateAsync((ulong)flags.Number("truncate-to", 0), null, cancellationToken);
        await log.AppendAsync("after"u8.ToArray());
        Lines.Print(new JsonObject
        {
            ["event"] = "truncated",
            ["length"] = log.Length,
            ["fork"] = log.Fork,
            ["treeHash"] = log.Head.TreeHash().ToString(),
        });
    }
}
