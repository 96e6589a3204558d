using System.Net.Sockets;
using System.Reflection;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Samtala.Crypto;
using Samtala.Gateway;
using Samtala.Gateway.Dashboard;
using Samtala.Grpc.Server;
using Samtala.Grpc.Standard;
using Samtala.Hypercore.Blobs;
using Samtala.Hypercore.Logs;
using Samtala.Kernel;
using Samtala.Network;
using Samtala.Node.Client;
using Samtala.Node.Errors;
using Samtala.Peers;
using Samtala.Services.Blobs;
using Samtala.Services.Logs;
using Samtala.Services.Nodes;
using Samtala.Services.Plugins;
using Samtala.Services.State;
using Samtala.Services.Tokens;
using Samtala.Storage;

namespace Samtala.Node.Start;

/// <summary>A node in this process: store, kernel, services and door, wired together. Disposing stops it in order.
/// </summary>
internal sealed class RunningNode : IAsyncDisposable
{
    private readonly List<IAsyncDisposable> _parts = [];
    private readonly RandomNumberGenerator _random = RandomNumberGenerator.Create();
    private readonly SecretSlab _slab = new();
    private readonly StartOptions _options;
    private readonly ILoggerFactory _logs;
    private readonly TimeProvider _time;

    private NodeSecrets? _secrets;

    private RunningNode(StartOptions options, ILoggerFactory logs, TimeProvider time)
    {
        _options = options;
        _logs = logs;
        _time = time;
    }

    /// <summary>What the node is.</summary>
    public NodeFacts Facts { get; private set; } = null!;

    /// <summary>A login link, good once.</summary>
    public string Login { get; private set; } = "";

    /// <summary>The program's version, without the commit.</summary>
    public static string Version { get; } =
        (typeof(RunningNode).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion
            ?? "0")
            .Split('+')[0];

    /// <summary>Starts a node.</summary>
    /// <param name="options">What it was told.</param>
    /// <param name="logs">Owned by the caller.</param>
    /// <param name="time">The clock.</param>
    /// <param name="stop">Asks the process to stop.</param>
    /// <param name="cancellationToken">Gives up starting.</param>
    /// <exception cref="IOException">The data folder or an address cannot be had.</exception>
    public static async Task<RunningNode> StartAsync(
        StartOptions options, ILoggerFactory logs, TimeProvider time, Action stop, CancellationToken cancellationToken)
    {
        RunningNode node = new(options, logs, time);
        try
        {
            await node.OpenAsync(stop, cancellationToken);
            return node;
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        // The door first, the store last: nobody is answered from a store that is closing.
        var log = _logs.CreateLogger("Samtala.Node");
        for (var i = _parts.Count - 1; i >= 0; i--)
        {
            var began = _time.GetTimestamp();
            await _parts[i].DisposeAsync();
            log.LogDebug("{Part} stopped in {Elapsed}.", _parts[i].GetType().Name, _time.GetElapsedTime(began));
        }

        _parts.Clear();
        _secrets?.Dispose();
        _slab.Dispose();
        _random.Dispose();
    }

    private async Task OpenAsync(Action stop, CancellationToken cancellationToken)
    {
        var store = Keep(await EmbeddedStore.OpenAsync(
            new StoreOptions { Folder = _options.Data }, _time, _logs.CreateLogger("Samtala.Storage"),
            cancellationToken));
        // Whoever holds the folder may tidy what a killed node left.
        RunFile.Delete(_options.Data);
        var peers = await OpenPeersAsync(store, cancellationToken);
        ServiceRegistry registry = new() { HandlerFailed = ReportDefect };
        var kernel = Keep(await NodeKernel.OpenAsync(
            KernelOptionsOf(_options),
            new KernelParts(_time, _random, store, _logs, registry)
            {
                Peers = peers,
                PeerAddresses = PeerAddresses.Of(peers.Listening),
            },
            cancellationToken));
        var tokens = await TokenStore.OpenAsync(store, _random, _time, cancellationToken);
        tokens.SetOwner(OwnerToken.LoadOrCreate(_options.Data, _random));
        LinkStore links = new(_random, _time);
        var audit = Keep(await AuditLog.OpenAsync(store, cancellationToken));
        var state = Keep(await StateService.OpenAsync(store, _time, cancellationToken));
        NodeHealth health = new(kernel, _time);
        DashboardFiles dashboard = new(Path.Combine(AppContext.BaseDirectory, "wwwroot"), id => ModuleOf(kernel, id));

        GatewayServices doors = new()
        {
            Tokens = new TokenDoor(tokens),
            Answers = new AnswerDoor(kernel.Answers),
            Plugins = new RawDoor(kernel.Plugins),
            Blobs = new BlobDoor(kernel.Blobs),
            Links = new LinkDoor(links),
            Audit = new AuditDoor(audit),
            Ui = dashboard,
            Health = health,
        };
        var gateway = Keep(await LocalGateway.StartAsync(
            new GatewayOptions { Http = _options.Http, Grpc = _options.Grpc, SocketPath = _options.Socket },
            doors, registry, _time, _logs, cancellationToken));
        Facts = FactsOf(gateway.Addresses, dashboard.HasShell, peers);
        Login = links.TryMakeLogin() is { } login ? LoginLink.Of(Facts.Http, login.Secret) : "";
        registry.Add(
            "node", new NodeService(new NodeServiceParts(Facts, store, health, audit, stop) { Peers = peers }, _time),
            new TokenService(tokens, links, () => Facts.Http), new PluginService(kernel.Plugins), state,
            new BlobService(kernel.Blobs), new LogService(peers, _time), new HealthService(registry),
            new ReflectionService(registry),
            new ReflectionService(registry).ToV1Alpha());
        kernel.SetAuthorities(gateway.Addresses.Authorities);
        await kernel.Plugins.StartAsync(cancellationToken);
        health.NotReady = null;
        new RunFile(Environment.ProcessId, Facts.Http, Facts.Grpc, Facts.Socket).Write(_options.Data);
    }

    private static string? ModuleOf(NodeKernel kernel, string id) =>
        kernel.Plugins.Find(id) is { State: PluginState.Running, UiFile: { } file } ? file : null;

    private static KernelOptions KernelOptionsOf(StartOptions options) => new()
    {
        DataFolder = options.Data,
        PluginsFile = options.Plugins,
        DefaultPluginsFile = Existing(Path.Combine(AppContext.BaseDirectory, "plugins.json"), File.Exists),
        // Packaged beside the program, or where a build in a checkout puts them.
        BundledPluginsFolder = Existing(Path.Combine(AppContext.BaseDirectory, "plugins"), Directory.Exists)
            ?? Existing(Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../plugins")), Directory.Exists),
        Version = Version,
    };

    private static string? Existing(string path, Func<string, bool> exists) => exists(path) ? path : null;

    private async Task<PeerNode> OpenPeersAsync(EmbeddedStore store, CancellationToken cancellationToken)
    {
        PeerNodeParts parts = new()
        {
            Store = store,
            Blobs = new BlobStore(store, _time),
            Secrets = _secrets = DeviceKey.LoadOrCreate(_options.Data, _slab, _random),
            Slab = _slab,
            Random = _random,
            Jitter = new Random(RandomNumberGenerator.GetInt32(int.MaxValue)),
            Time = _time,
            Transport = new TcpTransport(new TcpTransportOptions(), _time),
            Resolve = System.Net.Dns.GetHostAddressesAsync,
            Logger = _logs.CreateLogger("Samtala.Peers"),
        };
        PeerNodeOptions options = new() { Listen = _options.Listen, History = StoreHistory.Of(store) };
        try
        {
            return Keep(await PeerNode.OpenAsync(parts, options, cancellationToken));
        }
        catch (IOException e) when (e.InnerException is SocketException inner)
        {
            throw new CliException(
                "SAM0522", "other nodes cannot be listened for", _options.Listen.ToString(), inner.Message,
                "stop what uses it, or choose another with --listen", e);
        }
    }

    private NodeFacts FactsOf(GatewayAddresses addresses, bool hasDashboard, PeerNode peers) => new()
    {
        Version = Version,
        StartTime = _time.GetUtcNow(),
        Device = peers.Device.ToString(),
        Listen = peers.Listening?.ToString() ?? "",
        Data = _options.Data,
        Http = addresses.Http,
        Grpc = addresses.Grpc,
        Socket = addresses.Socket,
        HasDashboard = hasDashboard,
    };

    private void ReportDefect(RpcMethod method, Exception e) =>
        _logs.CreateLogger("Samtala.Services").LogError(e, "{Method} failed: a defect.", method.FullName);

    private T Keep<T>(T part)
        where T : IAsyncDisposable
    {
        _parts.Add(part);
        return part;
    }
}
