using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Samtala.Grpc.Server;
using Samtala.Peers;
using Samtala.Storage;

namespace Samtala.Kernel;

/// <summary>How a kernel is set up.</summary>
public sealed record KernelOptions
{
    /// <summary>The node's data folder; installed plugins lie in its <c>plugins/{id}/{version}/</c>.</summary>
    public required string DataFolder { get; init; }

    /// <summary>The live plugins.json.</summary>
    /// <value>Default null: <c>DATA/plugins.json</c>.</value>
    public string? PluginsFile { get; init; }

    /// <summary>Copied to the live file when there is none.</summary>
    /// <value>Default null: begin with no plugin enabled.</value>
    public string? DefaultPluginsFile { get; init; }

    /// <summary>Where the plugins that came with the node lie, each in <c>{id}/</c>.</summary>
    /// <value>Default null: none came.</value>
    public string? BundledPluginsFolder { get; init; }

    /// <summary>The node's version, told to plugins.</summary>
    /// <value>Default 0.1.0.</value>
    public string Version { get; init; } = "0.1.0";

    /// <summary>How long a plugin's start may take.</summary>
    /// <value>Default 15 seconds. Valid 1 second to 10 minutes.</value>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Memory for published answers kept decoded, in bytes.</summary>
    /// <value>Default 32 MiB. Valid 64 KiB to 4 GiB.</value>
    public long AnswerCacheSize { get; init; } = 32 * 1024 * 1024;
}

/// <summary>What a kernel stands on; all owned by the caller.</summary>
/// <param name="Time">The clock.</param>
/// <param name="Random">Keys, etags.</param>
/// <param name="Store">Where everything is kept.</param>
/// <param name="Logs">The node's log.</param>
/// <param name="Services">Where plugins' services come and go.</param>
public sealed record KernelParts(
    TimeProvider Time, RandomNumberGenerator Random, IStore Store, ILoggerFactory Logs, ServiceRegistry Services)
{
    /// <summary>The node's logs and its connections to other nodes.</summary>
    /// <value>Default null: plugins keep no maps.</value>
    public PeerNode? Peers { get; init; }

    /// <summary>HOST:PORT where other nodes reach this one, the one to show first.</summary>
    /// <value>Default none.</value>
    public IReadOnlyList<string> PeerAddresses { get; init; } = [];
}
