using Samtala.Abstractions;
using Samtala.Answers;
using Samtala.Fetch;
using Samtala.Hypercore.Blobs;
using Samtala.PluginPackages;

namespace Samtala.Kernel;

/// <summary>
/// The node without its doors: plugins with what they may see, published answers, blobs. Open it, tell it the doors'
/// addresses, start the plugins; disposing stops them. Source: docs/plugins.md.
/// </summary>
public sealed class NodeKernel : IAsyncDisposable
{
    private readonly MeteredDialer _dialer = new(new SocketDialer());
    private volatile IReadOnlyList<string> _authorities = [];

    private NodeKernel(KernelOptions options, KernelParts parts)
    {
        Options = options;
        Parts = parts;
        Blobs = new BlobStore(parts.Store, parts.Time);
        Answers = new AnswerStore(parts.Store, Blobs, parts.Time, options.AnswerCacheSize);
        Plugins = new PluginCatalog(this);
    }

    /// <summary>How it was set up.</summary>
    public KernelOptions Options { get; }

    /// <summary>What it stands on.</summary>
    public KernelParts Parts { get; }

    /// <summary>The blobs of everybody.</summary>
    public BlobStore Blobs { get; }

    /// <summary>The published answers of all plugins.</summary>
    public AnswerStore Answers { get; }

    /// <summary>The plugins.</summary>
    public PluginCatalog Plugins { get; }

    /// <summary>host:port of every own HTTP door, the one to show first.</summary>
    public IReadOnlyList<string> Authorities => _authorities;

    /// <summary>Bytes plugins received from and sent to other servers since the start, headers and all.</summary>
    public long FetchedBytes => _dialer.Bytes;

    /// <summary>Finds the plugins there are and what the owner decided about them; starts none yet.</summary>
    /// <param name="options">How.</param>
    /// <param name="parts">On what.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="PluginException">plugins.json is not valid; the message names the field.</exception>
    public static async Task<NodeKernel> OpenAsync(
        KernelOptions options, KernelParts parts, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(parts);
        var kernel = new NodeKernel(options, parts);
        await kernel.Plugins.OpenAsync().WaitAsync(cancellationToken);
        return kernel;
    }

    /// <summary>Tells plugins under which addresses the node is reached.</summary>
    /// <param name="authorities">host:port, the one to show first.</param>
    public void SetAuthorities(IReadOnlyList<string> authorities) => _authorities = [.. authorities];

    /// <summary>What a plugin with these grants sees of this node.</summary>
    /// <param name="entry">The plugin and what the owner decided about it.</param>
    /// <returns>Dispose it, if it is disposable, when the plugin has stopped.</returns>
    public INode CreateNode(PluginEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        var blobs = new PluginBlobs(Blobs, new PluginBlobSharing(Parts.Peers, entry), PluginBlobs.OwnerOf(entry.Id));
        return new PluginNode(entry)
        {
            Facts = () => new NodeInfo(entry.Id, Options.Version, _authorities, entry.Settings)
            {
                PeerAddresses = Parts.PeerAddresses,
            },
            StateOf = () => new PluginStore(Parts.Store, Parts.Random, entry.Id),
            BlobsOf = () => blobs,
            FetchOf = () => CreateFetch(entry, blobs),
            AnswersOf = () => Answers.Of(entry.Id),
            MapsOf = () => MapsOf(entry.Id) ?? throw MapErrors.NoLogs(),
            CommandsOf = () => new PluginCommands(entry, Parts.Time),
        };
    }

    /// <summary>Stops every plugin; answers within seconds.</summary>
    public ValueTask DisposeAsync() => Plugins.DisposeAsync();

    internal PluginMaps? MapsOf(string pluginId) =>
        Parts.Peers is { } peers ? new PluginMaps(peers, pluginId, Parts.Time) : null;

    internal PluginSetup CreateSetup(PluginManifest manifest, PluginEntry entry, PluginLog log) => new()
    {
        Manifest = manifest,
        Assembly = typeof(NodeKernel).Assembly,
        Node = CreateNode(entry),
        Time = Parts.Time,
        Random = Parts.Random,
        Logs = log,
    };

    private OutboundHttp CreateFetch(PluginEntry entry, PluginBlobs blobs) => new(
        new OutboundRules(host => Grant.Covers(entry.Grants, $"fetch:{host}"), entry.Grants.Contains("fetch:private")),
        Grant.Covers(entry.Grants, "blobs") ? blobs : null,
        _dialer,
        Parts.Time);
}
