using System.Net;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Samtala.Gateway.Grpc;
using Samtala.Gateway.Rest;
using Samtala.Grpc.Server;
using Samtala.Grpc.Standard;
using Samtala.Grpc.Tests;
using Samtala.Grpc.Wire;
using Samtala.Test.V1;

namespace Samtala.Interop.Tests.Grpc;

/// <summary>The echo service on Kestrel: HTTP/2 without TLS, HTTP/1.1, and a Unix socket. One for all tests.</summary>
public sealed class EchoHost : IAsyncLifetime
{
    /// <summary>A call with this header is not authorized.</summary>
    public const string RefuseHeader = "refuse-me";

    private readonly WebApplication _app;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("samtala-interop-");

    public EchoHost()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2);
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1);
            kestrel.ListenUnixSocket(SocketPath, listen => listen.Protocols = HttpProtocols.Http2);
        });
        _app = builder.Build();
        var reflection = new ReflectionService(Registry);
        Registry.Add(
            "node",
            new EchoService(TimeProvider.System),
            reflection,
            reflection.ToV1Alpha(),
            new HealthService(Registry));
        _app.UseSamtalaGrpc(new GrpcEndpoint(Registry, AuthorizeAsync, GrpcLimits.Default, TimeProvider.System));
        _app.UseSamtalaRest(new RestEndpoint(Registry, AuthorizeAsync, GrpcLimits.Default, TimeProvider.System));
    }

    public ServiceRegistry Registry { get; } = new();

    /// <summary>http://127.0.0.1:port for HTTP/2.</summary>
    public string Http2 => _app.Urls.First();

    /// <summary>http://127.0.0.1:port for HTTP/1.1.</summary>
    public string Http1 => _app.Urls.ElementAt(1);

    public string SocketPath => Path.Combine(_folder.FullName, "s");

    /// <summary>A file with echo.proto and all it imports, each after what it imports, as clients without reflection
    /// want it.</summary>
    public string WriteDescriptorSet()
    {
        var set = new FileDescriptorSet();
        Add(set, EchoReflection.Descriptor);
        var path = Path.Combine(_folder.FullName, "echo.protoset");
        File.WriteAllBytes(path, set.ToByteArray());
        return path;
    }

    public async ValueTask InitializeAsync() => await _app.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private static ValueTask<Status?> AuthorizeAsync(HttpContext context, RpcMethod method) =>
        new(context.Request.Headers.ContainsKey(RefuseHeader)
            ? new Status(StatusCode.PermissionDenied, $"{method.Name} is not for you")
            : null);

    private static void Add(FileDescriptorSet set, FileDescriptor file)
    {
        foreach (var import in file.Dependencies)
            Add(set, import);
        if (set.File.All(f => !string.Equals(f.Name, file.Name, StringComparison.Ordinal)))
            set.File.Add(file.ToProto());
    }
}
