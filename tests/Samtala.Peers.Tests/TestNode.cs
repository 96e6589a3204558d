using System.Net;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using Samtala.Crypto;
using Samtala.Hypercore.Blobs;
using Samtala.Network;
using Samtala.Testing;

namespace Samtala.Peers.Tests;

/// <summary>The logs of a node on a simulated disk, reachable on a free port of this machine.</summary>
internal sealed class TestNode : IAsyncDisposable
{
    private readonly RandomNumberGenerator _random = RandomNumberGenerator.Create();
    private readonly SecretSlab _slab = new();
    private readonly NodeSecrets _secrets;

    private TestNode(SimDisk disk, byte[] seed)
    {
        Disk = disk;
        Seed = seed;
        Store = new SimStore(disk, new Random(1), TimeProvider.System);
        _secrets = new NodeSecrets(_slab, seed, _random);
        Blobs = new BlobStore(Store, TimeProvider.System);
    }

    public SimDisk Disk { get; }

    public byte[] Seed { get; }

    public SimStore Store { get; }

    public BlobStore Blobs { get; }

    public PeerNode Peers { get; private set; } = null!;

    public string Address => Peers.Listening!.ToString();

    public static async Task<TestNode> StartAsync(SimDisk? disk = null, byte[]? seed = null)
    {
        TestNode node = new(disk ?? new SimDisk(), seed ?? RandomNumberGenerator.GetBytes(32));
        PeerNodeParts parts = new()
        {
            Store = node.Store,
            Blobs = node.Blobs,
            Secrets = node._secrets,
            Slab = node._slab,
            Random = node._random,
            Jitter = new Random(1),
            Time = TimeProvider.System,
            Transport = new TcpTransport(new TcpTransportOptions(), TimeProvider.System),
            Resolve = Dns.GetHostAddressesAsync,
            Logger = NullLogger.Instance,
        };
        node.Peers = await PeerNode.OpenAsync(
            parts, new PeerNodeOptions { Listen = new IPEndPoint(IPAddress.Loopback, 0) }, CancellationToken.None);
        return node;
    }

    public async ValueTask DisposeAsync()
    {
        await Peers.DisposeAsync();
        await Store.DisposeAsync();
        _secrets.Dispose();
        _slab.Dispose();
        _random.Dispose();
    }
}
