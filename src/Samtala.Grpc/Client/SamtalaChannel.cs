using System.Collections.Concurrent;
using System.Net.Sockets;
using Grpc.Core;
using Samtala.Grpc.Wire;

namespace Samtala.Grpc.Client;

/// <summary>A way to a node over TCP or a Unix socket, HTTP/2 without TLS. Safe for many threads; keep one.</summary>
public sealed class SamtalaChannel : ChannelBase, IDisposable
{
    private const string UnixScheme = "unix:";
    private readonly HttpMessageInvoker _http;
    private readonly Uri _address;
    private readonly ConcurrentDictionary<string, Uri> _methods = new(StringComparer.Ordinal);
    private readonly GrpcLimits _limits;
    private readonly TimeProvider _time;

    private SamtalaChannel(string target, SocketsHttpHandler handler, ChannelOptions options)
        : base(target)
    {
        handler.EnableMultipleHttp2Connections = true;
        handler.AllowAutoRedirect = false;
        handler.UseProxy = false;
        handler.UseCookies = false;
        handler.ConnectTimeout = options.ConnectTimeout;
        handler.ActivityHeadersPropagator = null;
        _http = new HttpMessageInvoker(handler, disposeHandler: true);
        _address = target.StartsWith(UnixScheme, StringComparison.Ordinal)
            ? new Uri("http://localhost/")
            : new Uri(target, UriKind.Absolute);
        _limits = options.Limits;
        _time = options.Time;
    }

    /// <summary>A channel to "http://host:port" or "unix:/path/of/socket". Connects at the first call.</summary>
    /// <exception cref="ArgumentException"><paramref name="target"/> is neither.</exception>
    public static SamtalaChannel ForAddress(string target, ChannelOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(target);
        var handler = new SocketsHttpHandler();
        if (target.StartsWith(UnixScheme, StringComparison.Ordinal))
        {
            var path = target[UnixScheme.Length..];
            if (path.StartsWith("///", StringComparison.Ordinal))
                path = path[2..];
            handler.ConnectCallback = (_, cancellationToken) => ConnectUnixAsync(path, cancellationToken);
        }
        else if (!Uri.TryCreate(target, UriKind.Absolute, out var address) ||
            !string.Equals(address.Scheme, Uri.UriSchemeHttp, StringComparison.Ordinal))
        {
            throw new ArgumentException(
                $"\"{target}\" is no address of a node: use http://host:port or unix:/path.", nameof(target));
        }

        return new SamtalaChannel(target, handler, options ?? new ChannelOptions());
    }

    /// <inheritdoc />
    public override CallInvoker CreateCallInvoker() =>
        new TransportCallInvoker(
        head => new HttpClientTransport(_http, AddressOf(head.Method), head), _limits, _time);

    /// <summary>Closes all connections; calls under way fail.</summary>
    public void Dispose() => _http.Dispose();

    /// <inheritdoc />
    protected override Task ShutdownAsyncCore()
    {
        Dispose();
        return Task.CompletedTask;
    }

    /// <summary>Methods are few and are called often: their addresses are parsed once.</summary>
    private Uri AddressOf(string method) =>
        _methods.TryGetValue(method, out var known) ? known : _methods.GetOrAdd(method, new Uri(_address, method));

    private static async ValueTask<Stream> ConnectUnixAsync(string path, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

/// <summary>How a channel behaves.</summary>
public sealed record ChannelOptions
{
    /// <summary>How long connecting may take.</summary>
    /// <value>Default 10 seconds.</value>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Sizes of messages.</summary>
    /// <value>Default <see cref="GrpcLimits.Default"/>.</value>
    public GrpcLimits Limits { get; init; } = GrpcLimits.Default;

    /// <summary>For deadlines.</summary>
    /// <value>Default the system's clock.</value>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
