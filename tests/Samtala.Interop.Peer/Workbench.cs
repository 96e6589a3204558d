using System.Net;
using System.Security.Cryptography;
using Samtala.Crypto;
using Samtala.Hypercore.Logs;
using Samtala.Hypercore.Replication;
using Samtala.Network;
using Samtala.Storage;

namespace Samtala.Interop.Peer;

/// <summary>A store, its logs, a replicator and connections: what every verb needs. Lives in a temporary folder unless
/// <c>--storage</c> names one.</summary>
internal sealed class Workbench : IAsyncDisposable
{
    private readonly bool _ownsFolder;

    private Workbench(string folder, bool ownsFolder, EmbeddedStore store)
    {
        _ownsFolder = ownsFolder;
        Folder = folder;
        Store = store;
        Device = SecretKey.Generate(Slab, Random);
        Logs = new LogStore(store, TimeProvider.System);
        Replicator = new Replicator(Logs, ReplicationPolicy.Everyone, TimeProvider.System, new ReplicatorOptions());
        Hub = new PeerHub(
            new TcpTransport(new TcpTransportOptions(), TimeProvider.System), new PeerIdentity(Device, Slab, Random),
            new PeerHubOptions(), TimeProvider.System, connection => Replicator.Attach(connection.Mux));
    }

    public string Folder { get; }

    public EmbeddedStore Store { get; }

    public SecretSlab Slab { get; } = new();

    public RandomNumberGenerator Random { get; } = RandomNumberGenerator.Create();

    public SecretKey Device { get; }

    public LogStore Logs { get; }

    public Replicator Replicator { get; }

    public PeerHub Hub { get; }

    public static async Task<Workbench> OpenAsync(Flags flags)
    {
        var given = flags.Text("storage");
        var folder = given.Length > 0 ? given : Directory.CreateTempSubdirectory("peer-").FullName;
        var store = await EmbeddedStore.OpenAsync(new StoreOptions { Folder = folder }, TimeProvider.System);
        return new Workbench(folder, given.Length == 0, store);
    }

    /// <summary>The encryption that <c>--encrypt</c> asks for; null for none.</summary>
    public LogEncryption? EncryptionOf(Flags flags) => flags.Has("encrypt")
        ? new LogEncryption(SymmetricKey.FromBytes(Slab, flags.Seed("encrypt", "").Bytes))
        : null;

    /// <summary>Connects to <c>--host</c> and <c>--tcp</c>.</summary>
    public Task<PeerConnection> ConnectAsync(Flags flags, CancellationToken cancellationToken) =>
        Hub.ConnectAsync(AddressOf(flags), null, cancellationToken);

    public static IPEndPoint AddressOf(Flags flags, string port = "tcp") =>
        new(IPAddress.Parse(flags.Text("host", "127.0.0.1")), flags.Number(port, 0));

    public async ValueTask DisposeAsync()
    {
        await Hub.DisposeAsync();
        await Logs.DisposeAsync();
        await Store.DisposeAsync();
        Device.Dispose();
        Slab.Dispose();
        Random.Dispose();
        if (_ownsFolder)
            Directory.Delete(Folder, recursive: true);
    }
}
