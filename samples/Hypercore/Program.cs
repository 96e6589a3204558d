using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using Samtala.Crypto;
using Samtala.Hypercore.Bees;
using Samtala.Hypercore.Corestores;
using Samtala.Hypercore.Logs;
using Samtala.Hypercore.Replication;
using Samtala.Network;
using Samtala.Storage;

if (args is not (["write" or "serve", _, ..] or ["read", _, _, _]))
{
    await Console.Error.WriteLineAsync(
        """
        write FOLDER [COUNT]           makes a log and a map in it, and prints what they hold
        serve FOLDER [PORT]            shares the map over TCP until the input ends
        read  FOLDER KEY HOST:PORT     fetches what it needs of somebody's map, and prints it
        """);
    return 2;
}

var folder = Directory.CreateDirectory(args[1]).FullName;
using SecretSlab slab = new();
using var primaryKey = await LoadOrMakeKeyAsync(folder, slab);
await using var store = await EmbeddedStore.OpenAsync(
    new StoreOptions { Folder = Path.Combine(folder, "store") }, TimeProvider.System);
await using LogStore logs = new(
    store, TimeProvider.System, new LogStoreOptions { History = StoreHistory.Of(store) });
using Corestore names = new(logs, primaryKey, slab);
return args[0] switch
{
    "write" => await WriteAsync(args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 3),
    "serve" => await ServeAsync(args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 0),
    _ => await ReadAsync(Hash32.Parse(args[2]), IPEndPoint.Parse(args[3])),
};

async Task<int> WriteAsync(int count)
{
    // A log is a list of blocks that only its writer can make longer, and that everybody can verify.
    await using var diary = await names.GetAsync("diary");
    await diary.AppendAsync("Dear diary"u8.ToArray());
    await Console.Out.WriteLineAsync($"diary {diary.Key} has {diary.Length} blocks");

    // A bee is a sorted map in a log.
    await using var log = await names.GetAsync("map");
    Bee map = new(log);
    await using (var batch = map.BeginBatch())
    {
        for (var i = 0; i < count; i++)
        {
            var number = i.ToString("D6", CultureInfo.InvariantCulture);
            await batch.PutAsync(
                System.Text.Encoding.UTF8.GetBytes($"key-{number}"), System.Text.Encoding.UTF8.GetBytes($"value {i}"));
        }

        await batch.FlushAsync();
    }

    await Console.Out.WriteLineAsync($"map {log.Key} has version {map.Version}");
    return await PrintAsync(map);
}

async Task<int> ServeAsync(int port)
{
    await using var log = await names.GetAsync("map");
    await using Replicator replicator = new(logs, ReplicationPolicy.Everyone, TimeProvider.System);
    await using var shared = replicator.Start(log, LogInterest.Serve);
    using var device = SecretKey.Generate(slab, RandomNumberGenerator.Create());
    await using var hub = NewHub(device, replicator);
    var address = hub.Listen(new IPEndPoint(IPAddress.Loopback, port));
    await Console.Out.WriteLineAsync($"map {log.Key} at {address}");
    await Console.In.ReadToEndAsync();
    return 0;
}

async Task<int> ReadAsync(Hash32 key, IPEndPoint peer)
{
    await using var log = await names.GetAsync(key);
    await using Replicator replicator = new(logs, ReplicationPolicy.Everyone, TimeProvider.System);
    await using var replication = replicator.Start(log, LogInterest.Sparse);
    using var device = SecretKey.Generate(slab, RandomNumberGenerator.Create());
    await using var hub = NewHub(device, replicator);
    await hub.ConnectAsync(peer, null, CancellationToken.None);
    using CancellationTokenSource patience = new(TimeSpan.FromSeconds(20), TimeProvider.System);
    await replication.UpdateAsync(wait: true, patience.Token);
    Bee map = new(log);
    var result = await PrintAsync(map);
    await log.FlushAsync(patience.Token);
    var here = 0UL;
    for (var run = log.NextPresent(0); run.Count > 0; run = log.NextPresent(run.Start + run.Count))
        here += run.Count;
    await Console.Out.WriteLineAsync($"fetched {here} of {log.Length} blocks");
    return result;
}

PeerHub NewHub(SecretKey device, Replicator replicator) => new(
    new TcpTransport(new TcpTransportOptions(), TimeProvider.System),
    new PeerIdentity(device, slab, RandomNumberGenerator.Create()),
    new PeerHubOptions(),
    TimeProvider.System,
    connection => replicator.Attach(connection.Mux));

static async Task<int> PrintAsync(Bee map)
{
    await foreach (var entry in map.RangeAsync(new BeeRange { Limit = 5 }))
        await Console.Out.WriteLineAsync($"{entry.KeyText} = {entry.ValueText}");
    if (await map.PeekAsync(new BeeRange { Reverse = true }) is { } last)
        await Console.Out.WriteLineAsync($"last: {last.KeyText} = {last.ValueText}");
    return 0;
}

// Every log's key follows from this one secret: keep it, and use it on one machine only.
static async Task<SymmetricKey> LoadOrMakeKeyAsync(string folder, SecretSlab slab)
{
    var file = Path.Combine(folder, "primary.key");
    if (!File.Exists(file))
        await File.WriteAllBytesAsync(file, RandomNumberGenerator.GetBytes(SymmetricKey.Size));
    return SymmetricKey.FromBytes(slab, await File.ReadAllBytesAsync(file));
}
