using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Samtala.Crypto;
using Samtala.Hypercore.Logs;
using Samtala.Hypercore.Replication;
using Samtala.Network;

namespace Samtala.Bench;

/// <summary>A log over TCP between two processes: `log replicate --serve` has it, `log replicate` downloads it. Either
/// side may
/// be interop/hyper/core-serve.js or core-replicate.js instead.</summary>
internal static class ReplicationBench
{
    public const string Usage =
        "  log replicate [--blocks N] [--size B] [--runs N] [--warmup N]\n"
        + "  log replicate --key HEX --port P [--live]   (from a server that runs)\n"
        + "  log replicate --serve [--blocks N] [--size B] [--compat] [--encrypt HEX] [--append-every MS] [--port P]";

    public static Task<int> RunAsync(BenchArguments arguments)
    {
        if (arguments.Has("serve"))
            return ServeAsync(arguments);
        return arguments.Has("key") ? FollowAsync(arguments) : MeasureAsync(arguments);
    }

    /// <summary>Serves until standard input ends.</summary>
    private static async Task<int> ServeAsync(BenchArguments arguments)
    {
        await using BenchPeer peer = await BenchPeer.OpenAsync(arguments, "serve");
        using SecretKey key = SecretKey.FromSeed(peer.Slab, Convert.FromHexString(
            arguments.Get("seed", new string('5', 64))));
        using SymmetricKey? encryption = arguments.Has("encrypt")
            ? SymmetricKey.FromBytes(peer.Slab, Convert.FromHexString(arguments.Get("encrypt", "")))
            : null;
        await using Log log = await peer.Logs.CreateAsync(new LogCreation
        {
            SecretKey = key,
            IsCompat = arguments.Has("compat"),
            Encryption = encryption is null ? null : new LogEncryption(encryption),
        });
        int size = arguments.Get("size", 100);
        await AppendAsync(log, arguments.Get("blocks", 100_000), size);
        await using LogReplication replication = peer.Replicator.Start(log, LogInterest.Sparse);
        IPEndPoint local = peer.Hub.Listen(new IPEndPoint(IPAddress.Loopback, arguments.Get("port", 0)));
        Write(("event", "ready"), ("key", log.Key.ToString()), ("port", local.Port), ("length", log.Length),
            ("treeHash", log.Head.TreeHash().ToString()));
        using CancellationTokenSource stop = new();
        Task reading = CommandsAsync(log, size, stop);
        while (arguments.Get("append-every", 0) is > 0 and int every && !stop.IsCancellationRequested)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(every), TimeProvider.System, CancellationToken.None);
            await log.AppendAsync(Block((int)log.Length, size), cancellationToken: CancellationToken.None);
        }

        await reading;
        return 0;
    }

    /// <summary>"truncate N" cuts the log back, an empty line or the end stops.</summary>
    private static async Task CommandsAsync(Log log, int size, CancellationTokenSource stop)
    {
        while (await Console.In.ReadLineAsync(CancellationToken.None) is { Length: > 0 } line)
        {
            string[] words = line.Split(' ');
            ulong number = ulong.Parse(words[1], CultureInfo.InvariantCulture);
            if (words[0] == "truncate")
                await log.TruncateAsync(number, null, CancellationToken.None);
            else
                await AppendAsync(log, (int)(log.Length + number), size);
            Write(("event", line), ("length", log.Length), ("treeHash", log.Head.TreeHash().ToString()));
        }

        await stop.CancelAsync();
    }

    /// <summary>Downloads from a server that runs, and says what came.</summary>
    private static async Task<int> FollowAsync(BenchArguments arguments)
    {
        await using BenchPeer peer = await BenchPeer.OpenAsync(arguments, "follow");
        await using Log log = await peer.Logs.OpenAsync(Hash32.Parse(arguments.Get("key", "")));
        await using LogReplication follow = peer.Replicator.Start(
            log, arguments.Has("live") ? LogInterest.Full : LogInterest.Serve);
        JsonObject line = await DownloadAsync(peer, log, arguments);
        await Console.Out.WriteLineAsync(line.ToJsonString());
        while (arguments.Has("live"))
        {
            string before = log.Head.TreeHash().ToString();
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, CancellationToken.None);
            if (log.Head.TreeHash().ToString() is var now && now != before)
                Write(("event", "head"), ("length", log.Length), ("fork", log.Fork), ("treeHash", now));
        }

        return 0;
    }

    /// <summary>The same two processes for all runs; each run has a new store and a new connection. The first ones are
    /// not counted: in them the code is compiled.</summary>
    private static async Task<int> MeasureAsync(BenchArguments arguments)
    {
        List<double> blocks = [], megabytes = [], clientCpu = [], serverCpu = [];
        int warmup = arguments.Get("warmup", 1);
        using Process server = StartServer(arguments);
        JsonNode ready = JsonNode.Parse((await server.StandardOutput.ReadLineAsync())!)!;
        for (int run = 0; run < warmup + arguments.Get("runs", 3); run++)
        {
            double cpuBefore = ServerProcess.CpuMilliseconds(server.Id);
            BenchArguments follow = new([.. Flags(arguments),
                "--key", ready["key"]!.GetValue<string>(), "--port", ready["port"]!.ToString()]);
            await using BenchPeer peer = await BenchPeer.OpenAsync(follow, $"run{run}");
            await using Log log = await peer.Logs.OpenAsync(Hash32.Parse(ready["key"]!.GetValue<string>()));
            JsonObject line = await DownloadAsync(peer, log, follow);
            if (line["treeHash"]!.GetValue<string>() != ready["treeHash"]!.GetValue<string>())
                throw new InvalidOperationException("The log that arrived is another one.");
            if (run < warmup)
                continue;
            blocks.Add(line["blocksPerSec"]!.GetValue<double>());
            megabytes.Add(line["mbps"]!.GetValue<double>());
            clientCpu.Add(line["cpuMs"]!.GetValue<double>());
            serverCpu.Add(Math.Round(ServerProcess.CpuMilliseconds(server.Id) - cpuBefore));
        }

        server.StandardInput.Close();
        await server.WaitForExitAsync();
        BenchLine.Write("log", "replicate-blocks", "1/s", blocks, ("warmupRuns", warmup), ("perRun", List(blocks)));
        BenchLine.Write("log", "replicate-bytes", "MB/s", megabytes, ("warmupRuns", warmup),
            ("perRun", List(megabytes)), ("clientCpuMs", List(clientCpu)), ("serverCpuMs", List(serverCpu)));
        return 0;
    }

    private static JsonArray List(List<double> values) => [.. values.Select(value => (JsonNode)value)];

    private static async Task<JsonObject> DownloadAsync(BenchPeer peer, Log log, BenchArguments arguments)
    {
        await using LogReplication replication = peer.Replicator.Start(log, LogInterest.Sparse);
        using Process process = Process.GetCurrentProcess();
        await peer.Hub.ConnectAsync(
            new IPEndPoint(IPAddress.Loopback, arguments.Get("port", 0)), null, CancellationToken.None);
        long start = Stopwatch.GetTimestamp();
        await replication.UpdateAsync(wait: true);
        double cpu = process.TotalProcessorTime.TotalMilliseconds;
        long updated = Stopwatch.GetTimestamp();
        ulong length = log.AppliedLength;
        string[] range = arguments.Get("range", $"0-{length}").Split('-');
        ulong from = ulong.Parse(range[0], CultureInfo.InvariantCulture);
        ulong to = ulong.Parse(range[1], CultureInfo.InvariantCulture);
        await replication.DownloadAsync(from, to);
        double seconds = Stopwatch.GetElapsedTime(updated).TotalSeconds;
        process.Refresh();
        cpu = process.TotalProcessorTime.TotalMilliseconds - cpu;
        await log.FlushAsync();
        while (log.Length < length)
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, CancellationToken.None);
        ReplicationStatistics statistics = replication.Statistics;
        return new JsonObject
        {
            ["ok"] = true,
            ["length"] = log.Length,
            ["fork"] = log.Fork,
            ["updateMs"] = Math.Round(Stopwatch.GetElapsedTime(start, updated).TotalMilliseconds, 1),
            ["downloadMs"] = Math.Round(seconds * 1000, 1),
            ["blocksPerSec"] = Math.Round((to - from) / seconds),
            ["mbps"] = Math.Round(statistics.BytesReceived / 1e6 / seconds, 2),
            ["cpuMs"] = Math.Round(cpu),
            ["treeHash"] = log.Head.TreeHash().ToString(),
            ["statistics"] = statistics.ToString(),
        };
    }

    private static async Task AppendAsync(Log log, int until, int size)
    {
        List<ReadOnlyMemory<byte>> batch = [];
        for (int i = (int)log.Length; i < until; i++)
        {
            batch.Add(Block(i, size));
            if (batch.Count * (long)size < 1 << 20 && batch.Count < 1000 && i + 1 < until)
                continue;
            await log.AppendAsync(batch);
            batch.Clear();
        }
    }

    /// <summary>The content that interop/hyper/lib.js gives block i.</summary>
    private static byte[] Block(int index, int size)
    {
        byte[] block = new byte[size];
        uint x = (uint)(index * 2654435761L);
        for (int i = 0; i < size; i++)
        {
            x = (x * 1664525) + 1013904223;
            block[i] = (byte)(x >> 24);
        }

        return block;
    }

    private static IEnumerable<string> Flags(BenchArguments arguments) =>
        arguments.Has("folder") ? ["--folder", arguments.Get("folder", "")] : [];

    private static Process StartServer(BenchArguments arguments)
    {
        ProcessStartInfo start = new(Environment.ProcessPath!)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        foreach (string argument in (string[])["log", "replicate", "--serve",
            "--blocks", arguments.Get("blocks", "100000"), "--size", arguments.Get("size", "100"), .. Flags(arguments)])
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start) ?? throw new InvalidOperationException("The server did not start.");
    }

    private static void Write(params (string Name, JsonNode? Value)[] fields)
    {
        JsonObject line = [];
        foreach ((string name, JsonNode? value) in fields)
            line[name] = value;
        Console.Out.WriteLine(line.ToJsonString());
    }

    /// <summary>A node with a store, logs, a replicator and TCP.</summary>
    private sealed class BenchPeer : IAsyncDisposable
    {
        private readonly Storage.EmbeddedStore _store;
        private readonly string _folder;
        private readonly SecretKey _identity;
        private readonly RandomNumberGenerator _random = RandomNumberGenerator.Create();

        private BenchPeer(Storage.EmbeddedStore store, string folder)
        {
            _store = store;
            _folder = folder;
            byte[] seed = RandomNumberGenerator.GetBytes(32);
            _identity = SecretKey.FromSeed(Slab, seed);
            Logs = new LogStore(store, TimeProvider.System);
            Replicator = new Replicator(Logs, ReplicationPolicy.Everyone, TimeProvider.System);
            Hub = new PeerHub(
                new TcpTransport(new TcpTransportOptions(), TimeProvider.System),
                new PeerIdentity(_identity, Slab, _random),
                new PeerHubOptions(),
                TimeProvider.System,
                connection => Replicator.Attach(connection.Mux));
        }

        public SecretSlab Slab { get; } = new();

        public LogStore Logs { get; }

        public Replicator Replicator { get; }

        public PeerHub Hub { get; }

        public static async Task<BenchPeer> OpenAsync(BenchArguments arguments, string name)
        {
            string root = arguments.Get("folder", Path.GetTempPath());
            string folder = Path.Combine(root, $"samtala-replicate-{Environment.ProcessId}-{name}");
            return new BenchPeer(await StoreBench.OpenAsync(folder), folder);
        }

        public async ValueTask DisposeAsync()
        {
            await Hub.DisposeAsync();
            await Replicator.DisposeAsync();
            await Logs.DisposeAsync();
            await _store.DisposeAsync();
            _identity.Dispose();
            _random.Dispose();
            Slab.Dispose();
            Directory.Delete(_folder, recursive: true);
        }
    }
}
