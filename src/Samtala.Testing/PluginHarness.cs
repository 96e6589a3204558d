using Grpc.Core;
using Microsoft.Extensions.Logging.Abstractions;
using Samtala.Abstractions;
using Samtala.Grpc.Client;
using Samtala.Grpc.Server;
using Samtala.Grpc.Wire;
using Samtala.Kernel;
using Samtala.PluginPackages;
using Samtala.Storage;
using Samtala.Testing.Loopback;

namespace Samtala.Testing;

/// <summary>Runs one plugin on a node in memory, as the real node would, without doors.</summary>
/// <example><code>
/// await using var harness = await PluginHarness.StartAsync&lt;HelloPlugin&gt;(null, token);
/// var client = new GreetingService.GreetingServiceClient(harness.Invoker);
/// </code></example>
public sealed class PluginHarness : IAsyncDisposable
{
    private static readonly GrpcLimits s_limits = new() { ReceiveMessageSizeMax = 256 * 1024 * 1024 };
    private readonly PluginHarnessOptions _options;
    private readonly PluginSetup _setup;
    private readonly TemporaryFolder _folder;
    private readonly IStore? _ownStore;
    private readonly HarnessPeers _peers;
    private PluginInstance? _instance;
    private ServiceRegistration? _registration;
    private IRawHandler? _raw;

    private PluginHarness(PluginHarnessOptions options, PluginSetup setup, NodeKernel kernel, HarnessParts parts)
    {
        _options = options;
        _setup = setup;
        Kernel = kernel;
        _folder = parts.Folder;
        _ownStore = parts.OwnStore;
        _peers = parts.Peers;
        Invoker = new InProcessChannel(kernel.Parts.Services, options.Time, null, s_limits).CreateCallInvoker();
    }

    /// <summary>The node.</summary>
    public NodeKernel Kernel { get; }

    /// <summary>What the plugin sees of the node.</summary>
    public INode Node => _setup.Node;

    /// <summary>Calls the plugin's gRPC services; every message is serialised.</summary>
    public CallInvoker Invoker { get; }

    /// <summary>Faults when a worker of the plugin failed.</summary>
    public Task Crashed => _instance?.Crashed ?? Task.CompletedTask;

    /// <summary>Starts a plugin.</summary>
    /// <typeparam name="TPlugin">Its class.</typeparam>
    /// <param name="options">How; null: as by default.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<PluginHarness> StartAsync<TPlugin>(
        PluginHarnessOptions? options, CancellationToken cancellationToken)
        where TPlugin : IPlugin
    {
        options ??= new PluginHarnessOptions();
        var assembly = typeof(TPlugin).Assembly;
        var path = options.ManifestPath ?? Path.Combine(Path.GetDirectoryName(assembly.Location)!, "plugin.json");
        var manifest = PluginManifest.Parse(await File.ReadAllBytesAsync(path, cancellationToken));
        var folder = new TemporaryFolder();
        var ownStore = options.Store is null ? new SimStore(new SimDisk(), new Random(1), options.Time) : null;
        var store = options.Store ?? ownStore!;
        var peers = await HarnessPeers.OpenAsync(options, store, cancellationToken);
        var parts = new KernelParts(
            options.Time, options.Random, store, NullLoggerFactory.Instance, new ServiceRegistry())
        {
            Peers = peers.Node,
            PeerAddresses = peers.Addresses,
        };
        var kernel = await NodeKernel.OpenAsync(
            new KernelOptions { DataFolder = folder.Path }, parts, cancellationToken);
        kernel.SetAuthorities(options.Authorities);
        var entry = new PluginEntry(manifest.Id)
        {
            Enabled = true,
            Grants = options.Grants ?? manifest.Needs,
            Settings = options.Settings,
        };
        var setup = new PluginSetup
        {
            Manifest = manifest,
            Assembly = assembly,
            Node = await NodeForAsync(options, kernel.CreateNode(entry), entry.Grants, cancellationToken),
            Time = options.Time,
            Random = options.Random,
            Logs = NullLoggerFactory.Instance,
        };
        var harness = new PluginHarness(options, setup, kernel, new HarnessParts(folder, ownStore, peers));
        await harness.StartInstanceAsync(cancellationToken);
        return harness;
    }

    /// <summary>Sends a request to the plugin's raw handler.</summary>
    /// <param name="request">Below <c>/{id}/</c>.</param>
    /// <param name="cancellationToken">The client leaves.</param>
    /// <exception cref="InvalidOperationException">The plugin has no raw handler.</exception>
    public ValueTask<RawReply> RawAsync(RawRequest request, CancellationToken cancellationToken) =>
        (_raw ?? throw new InvalidOperationException("The plugin has no IRawHandler."))
            .HandleAsync(request, cancellationToken);

    /// <summary>Sends a GET without headers or body.</summary>
    /// <param name="path">Absolute, perhaps with a query.</param>
    /// <param name="cancellationToken">The client leaves.</param>
    public ValueTask<RawReply> GetAsync(string path, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(path);
        var query = path.IndexOf('?', StringComparison.Ordinal);
        return RawAsync(
            new RawRequest(
                "GET",
                query < 0 ? path : path[..query],
                query < 0 ? "" : path[(query + 1)..],
                [],
                default,
                $"http://{_options.Authorities[0]}",
                "",
                [],
                IsRefresh: false),
            cancellationToken);
    }

    /// <summary>Reads a body to its end, whatever kind it is.</summary>
    /// <param name="content">Null: no body.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<byte[]> ReadAsync(Content? content, CancellationToken cancellationToken)
    {
        var chunks = content switch
        {
            Content.Inline inline => One(inline.Bytes),
            Content.OfBlob blob => Node.Blobs.ReadAsync(blob.Id, blob.Offset, blob.Length, cancellationToken),
            Content.Streamed stream => stream.Chunks,
            _ => One(default),
        };
        using var bytes = new MemoryStream();
        await foreach (var chunk in chunks.WithCancellation(cancellationToken))
            bytes.Write(chunk.Span);
        return bytes.ToArray();
    }

    /// <summary>Stops the plugin and starts it again on what was stored.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task RestartAsync(CancellationToken cancellationToken)
    {
        await StopInstanceAsync();
        await StartInstanceAsync(cancellationToken);
    }

    /// <summary>Stops the plugin and its node.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopInstanceAsync();
        (_setup.Node as IDisposable)?.Dispose();
        await Kernel.DisposeAsync();
        await _peers.DisposeAsync();
        if (_ownStore is not null)
            await _ownStore.DisposeAsync();
        _folder.Dispose();
    }

    private static async Task<INode> NodeForAsync(
        PluginHarnessOptions options, INode node, IReadOnlyList<string> grants, CancellationToken cancellationToken)
    {
        if (options.Loopback == LoopbackKind.Direct)
            return node;
        var registry = new ServiceRegistry();
        registry.Add("node", HostServices.Of(node, grants));
        var channel = new InProcessChannel(registry, options.Time, null, s_limits);
        return await RemoteNode.ConnectAsync(channel.CreateCallInvoker(), cancellationToken);
    }

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> One(ReadOnlyMemory<byte> bytes)
    {
        await Task.CompletedTask;
        yield return bytes;
    }

    private async Task StartInstanceAsync(CancellationToken cancellationToken)
    {
        _instance = await PluginInstance.StartAsync(_setup, cancellationToken);
        _registration = Kernel.Parts.Services.Add(_setup.Manifest.Id, [.. _instance.Services]);
        _raw = _instance.RawHandler;
        if (_raw is null || _options.Loopback == LoopbackKind.Direct)
            return;
        var registry = new ServiceRegistry();
        registry.Add(_setup.Manifest.Id, new RuntimeService(_raw));
        _raw = new RemoteHandler(new InProcessChannel(registry, _options.Time, null, s_limits).CreateCallInvoker());
    }

    private async Task StopInstanceAsync()
    {
        if (_registration is { } registration)
            await registration.RemoveAsync(TimeSpan.FromSeconds(1), TimeProvider.System);
        if (_instance is { } instance)
            await instance.DisposeAsync();
        _registration = null;
        _instance = null;
        _raw = null;
    }

    /// <summary>What it disposes at its end.</summary>
    private sealed record HarnessParts(TemporaryFolder Folder, IStore? OwnStore, HarnessPeers Peers);
}
