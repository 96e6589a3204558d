using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Samtala.Crypto;
using Samtala.Hypercore.Blobs;
using Samtala.Network;
using Samtala.Peers;
using Samtala.Storage;

namespace Samtala.Testing;

/// <summary>The logs of a harness's node, and its connections to others on this machine.</summary>
internal sealed class HarnessPeers : IAsyncDisposable
{
    private readonly SecretSlab _slab = new();
    private NodeSecrets? _secrets;

    public PeerNode Node { get; private set; } = null!;

    /// <summary>Where others connect; none when it does not listen.</summary>
    public IReadOnlyList<string> Addresses => Node.Listening is { } at ? [at.ToString()] : [];

    public static async Task<HarnessPeers> OpenAsync(
        PluginHarnessOptions options, IStore store, CancellationToken cancellationToken)
    {
        HarnessPeers peers = new();
        try
        {
            var seed = new byte[SecretKey.SeedSize];
            options.Random.GetBytes(seed);
            peers._secrets = new NodeSecrets(peers._slab, seed, options.Random);
            PeerNodeParts parts = new()
            {
                Store = store,
                Blobs = new BlobStore(store, options.Time),
                Secrets = peers._secrets,
                Slab = peers._slab,
                Random = options.Random,
                Jitter = new Random(1),
                Time = options.Time,
                Transport = new TcpTransport(new TcpTransportOptions(), options.Time),
                Resolve = Dns.GetHostAddressesAsync,
                Logger = NullLogger.Instance,
            };
            PeerNodeOptions how = new()
            {
                Listen = options.ListensForPeers ? new IPEndPoint(IPAddress.Loopback, 0) : null,
            };
            peers.Node = await PeerNode.OpenAsync(parts, how, cancellationToken);
            return peers;
        }
        catch
        {
            await peers.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Node is not null)
            await Node.DisposeAsync();
        _secrets?.Dispose();
        _slab.Dispose();
    }
}
