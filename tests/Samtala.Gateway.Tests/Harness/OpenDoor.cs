using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Samtala.Grpc.Server;

namespace Samtala.Gateway.Tests.Harness;

/// <summary>An open door in front of a <see cref="FakeNode"/>, with clients for each listener.</summary>
internal sealed class OpenDoor : IAsyncDisposable
{
    private readonly DirectoryInfo _folder;

    private OpenDoor(FakeNode node, LocalGateway gateway, DirectoryInfo folder)
    {
        Node = node;
        Gateway = gateway;
        _folder = folder;
        HttpPort = new Uri(gateway.Addresses.Http).Port;
        GrpcPort = new Uri(gateway.Addresses.Grpc).Port;
    }

    public FakeNode Node { get; }

    public LocalGateway Gateway { get; }

    public int HttpPort { get; }

    public int GrpcPort { get; }

    public string Folder => _folder.FullName;

    public string Authority => $"127.0.0.1:{HttpPort}";

    public static async Task<OpenDoor> StartAsync(
        Func<GatewayOptions, GatewayOptions>? change = null,
        ServiceRegistry? registry = null,
        TimeProvider? time = null)
    {
        var node = new FakeNode();
        var folder = Directory.CreateTempSubdirectory("gw");
        var options = new GatewayOptions
        {
            Http = new IPEndPoint(IPAddress.Loopback, 0),
            Grpc = new IPEndPoint(IPAddress.Loopback, 0),
            SocketPath = Path.Combine(folder.FullName, "node.sock"),
        };
        var gateway = await LocalGateway.StartAsync(change?.Invoke(options) ?? options, node.Services,
            registry ?? new ServiceRegistry(), time ?? TimeProvider.System, NullLoggerFactory.Instance,
            TestContext.Current.CancellationToken);
        return new OpenDoor(node, gateway, folder);
    }

    /// <summary>A client of the HTTP listener.</summary>
    public HttpClient Http() => new() { BaseAddress = new Uri(Gateway.Addresses.Http) };

    /// <summary>A client of the Unix socket.</summary>
    public HttpClient Socket(Version version) => new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, ct) => new NetworkStream(await ConnectSocketAsync(ct), ownsSocket: true),
    })
    {
        BaseAddress = new Uri("http://localhost"),
        DefaultRequestVersion = version,
        DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };

    public async Task<Socket> ConnectSocketAsync(CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(Gateway.Addresses.Socket), cancellationToken);
        return socket;
    }

    /// <summary>Sends bytes to the HTTP listener and reads until it closes or has answered whole.</summary>
    public Task<RawAnswer> SendAsync(string bytes) => RawAnswer.GetAsync(HttpPort, bytes);

    public async ValueTask DisposeAsync()
    {
        await Gateway.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
