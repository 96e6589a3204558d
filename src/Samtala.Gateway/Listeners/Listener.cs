using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Samtala.Gateway.Checks;
using Samtala.Gateway.Endpoints;

namespace Samtala.Gateway.Listeners;

/// <summary>One Kestrel server on one address, with limits, threads and connections of its own.</summary>
internal sealed class Listener : IDisposable
{
    private const int StreamWindow = 768 * 1024;
    private const int ConnectionWindow = 2 * 1024 * 1024;
    private const int ResponseBufferSize = 256 * 1024;

    // A flush ends when the system has taken everything (FileOutput needs that).
    private const int WriteBufferSize = 2;
    private readonly KestrelServer _server;
    private readonly DoorApplication _application;
    private readonly string _address;

    private Listener(KestrelServer server, DoorApplication application, string address)
    {
        _server = server;
        _application = application;
        _address = address;
    }

    /// <summary>A listener on TCP.</summary>
    public static Listener OnTcp(
        IPEndPoint endpoint, DoorKind kind, ListenerLimits limits, DoorSetup setup, ILoggerFactory loggers)
    {
        var options = NewOptions(limits);
        var protocols = kind == DoorKind.Grpc ? HttpProtocols.Http2 : HttpProtocols.Http1;
        options.Listen(endpoint, listen => Configure(listen, protocols, limits, setup.Time, isSocket: false));

        // "localhost" is ::1 first for many clients, and nobody else shall answer them there.
        if (endpoint.Address.Equals(IPAddress.Loopback) && endpoint.Port != 0 && CanBind(endpoint.Port))
        {
            options.Listen(new IPEndPoint(IPAddress.IPv6Loopback, endpoint.Port),
                listen => Configure(listen, protocols, limits, setup.Time, isSocket: false));
        }

        return New(options, kind, setup, loggers, endpoint.ToString());
    }

    /// <summary>A listener on a Unix socket.</summary>
    public static Listener OnSocket(string path, ListenerLimits limits, DoorSetup setup, ILoggerFactory loggers)
    {
        var options = NewOptions(limits);
        options.AllowAlternateSchemes = true;
        options.ListenUnixSocket(path,
            listen => Configure(listen, HttpProtocols.Http1AndHttp2, limits, setup.Time, isSocket: true));
        return New(options, DoorKind.Socket, setup, loggers, path);
    }

    /// <summary>Binds and begins; requests are refused until <see cref="Open"/>.</summary>
    /// <returns>The port it got; 0 for a Unix socket.</returns>
    /// <exception cref="GatewayException">The address cannot be bound.</exception>
    public async Task<int> StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _server.StartAsync(_application, cancellationToken);
        }
        catch (Exception e) when (e is IOException or SocketException or InvalidOperationException)
        {
            throw new GatewayException("SAM0522",
                $"The address {_address} cannot be listened on: {e.Message.TrimEnd('.')}. " +
                "Stop what uses it, or choose another with --http, --grpc or --socket.", e);
        }

        var first = _server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault();
        return first is not null && Uri.TryCreate(first, UriKind.Absolute, out var uri) ? uri.Port : 0;
    }

    public void Open(HostList hosts, string ownAuthority) => _application.Open(hosts, ownAuthority);

    /// <summary>Takes no more requests and waits for the running ones until cancelled; then cuts them.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => _server.StopAsync(cancellationToken);

    public void Dispose() => _server.Dispose();

    private static Listener New(
        KestrelServerOptions options, DoorKind kind, DoorSetup setup, ILoggerFactory loggers, string address)
    {
        var transport = new SocketTransportOptions
        {
            // Answers are made without waiting; what may wait leaves the thread first (DoorApplication).
            UnsafePreferInlineScheduling = true,
            MaxWriteBufferSize = WriteBufferSize,
            WaitForDataBeforeAllocatingBuffer = true,
        };
        var application = new DoorApplication(setup, kind);
        var sockets = new SocketTransportFactory(Options.Create(transport), loggers);
        var server = new KestrelServer(Options.Create(options), sockets, new KestrelLoggers(loggers));
        return new Listener(server, application, address);
    }

    private static KestrelServerOptions NewOptions(ListenerLimits limits)
    {
        var options = new KestrelServerOptions { AddServerHeader = false, AllowSynchronousIO = false };
        options.Limits.MaxConcurrentConnections = limits.ConnectionsMax;
        options.Limits.MaxConcurrentUpgradedConnections = 0;
        options.Limits.RequestHeadersTimeout = limits.HeadersTimeout;
        options.Limits.KeepAliveTimeout = limits.IdleTimeout;
        options.Limits.MaxRequestLineSize = ListenerLimits.RequestLineSizeMax;
        options.Limits.MaxRequestHeadersTotalSize = ListenerLimits.HeadersSizeMax;
        options.Limits.MaxRequestHeaderCount = ListenerLimits.HeaderCountMax;
        options.Limits.MaxRequestBodySize = ListenerLimits.BodySizeMax;
        options.Limits.MaxResponseBufferSize = ResponseBufferSize;
        options.Limits.MinResponseDataRate = new MinDataRate(ListenerLimits.ReadRateMin, limits.StallTimeout);
        options.Limits.Http2.MaxStreamsPerConnection = ListenerLimits.StreamsPerConnectionMax;
        options.Limits.Http2.InitialStreamWindowSize = StreamWindow;
        options.Limits.Http2.InitialConnectionWindowSize = ConnectionWindow;
        options.Limits.Http2.MaxRequestHeaderFieldSize = ListenerLimits.RequestLineSizeMax;
        options.Limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(30);
        return options;
    }

    private static void Configure(
        ListenOptions listen, HttpProtocols protocols, ListenerLimits limits, TimeProvider time, bool isSocket)
    {
        listen.Protocols = protocols;
        listen.Use(next => new FirstBytes(next, limits.FirstByteTimeout, time, isSocket).OnConnectionAsync);
    }

    private static bool CanBind(int port)
    {
        if (!Socket.OSSupportsIPv6)
            return false;
        using var probe = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            probe.Bind(new IPEndPoint(IPAddress.IPv6Loopback, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
