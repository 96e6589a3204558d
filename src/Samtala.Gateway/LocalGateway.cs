using System.Net;
using Microsoft.Extensions.Logging;
using Samtala.Gateway.Answers;
using Samtala.Gateway.Checks;
using Samtala.Gateway.Endpoints;
using Samtala.Gateway.Grpc;
using Samtala.Gateway.Listeners;
using Samtala.Gateway.Rest;
using Samtala.Grpc.Server;
using Samtala.Grpc.Wire;

namespace Samtala.Gateway;

/// <summary>The local door: HTTP/1.1 and HTTP/2 on loopback, both on a Unix socket.</summary>
public sealed class LocalGateway : IAsyncDisposable
{
    private readonly List<Listener> _listeners;
    private readonly CancellationTokenSource _stopping;
    private readonly GatewayOptions _options;
    private readonly TimeProvider _time;
    private int _stopped;

    private LocalGateway(GatewayOptions options, TimeProvider time, CancellationTokenSource stopping)
    {
        _options = options;
        _time = time;
        _stopping = stopping;
        _listeners = [];
        Addresses = new GatewayAddresses("", "", "", []);
    }

    /// <summary>Where it listens.</summary>
    public GatewayAddresses Addresses { get; private set; }

    /// <summary>Opens the door.</summary>
    /// <param name="options">Where and for whom.</param>
    /// <param name="services">The node; not owned.</param>
    /// <param name="registry">The gRPC services, which may come and go while the door is open.</param>
    /// <param name="time">For stamps and time-outs of our own.</param>
    /// <param name="loggers">Not owned.</param>
    /// <param name="cancellationToken">Gives up opening.</param>
    /// <returns>The door, open; the caller stops or disposes it.</returns>
    /// <exception cref="GatewayException">An address cannot be listened on.</exception>
    public static async Task<LocalGateway> StartAsync(
        GatewayOptions options,
        GatewayServices services,
        ServiceRegistry registry,
        TimeProvider time,
        ILoggerFactory loggers,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(services);
        var stopping = new CancellationTokenSource();
        var gateway = new LocalGateway(options, time, stopping);
        try
        {
            var grpc = new GrpcEndpoint(registry, ScopeAuthorizer.AuthorizeAsync, GrpcLimits.Default, time);
            var rest = new RestEndpoint(registry, ScopeAuthorizer.AuthorizeAsync, GrpcLimits.Default, time);
            var api = new ApiDoor(grpc.HandleAsync, rest.HandleAsync);
            var setup = NewSetup(options, services, api, (time, loggers, stopping.Token));
            await gateway.OpenAsync(setup, loggers, cancellationToken);
            return gateway;
        }
        catch
        {
            await gateway.DisposeAsync();
            throw;
        }
    }

    /// <summary>Closes the door: no new requests; the running ones may end within
    /// <see cref="GatewayOptions.StopGrace"/>, the rest is cut. Safe to call twice.</summary>
    /// <param name="cancellationToken">Cuts them at once.</param>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _stopped, 1) != 0)
            return;
        await _stopping.CancelAsync();
        using var grace = new CancellationTokenSource(_options.StopGrace, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(grace.Token, cancellationToken);
        await Task.WhenAll(_listeners.Select(listener => listener.StopAsync(either.Token)));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync(CancellationToken.None);
        foreach (var listener in _listeners)
            listener.Dispose();
        _stopping.Dispose();
    }

    private static DoorSetup NewSetup(
        GatewayOptions options,
        GatewayServices services,
        ApiDoor api,
        (TimeProvider Time, ILoggerFactory Loggers, CancellationToken Stopping) host)
    {
        var log = host.Loggers.CreateLogger("Samtala.Gateway");
        var counters = new DoorCounters();
        return new DoorSetup
        {
            Services = services,
            Desk = new FrontDesk(services, api, new HealthEndpoint(services.Health, counters)),
            Answers = new AnswerEndpoint(services.Answers, services.Blobs),
            Refresher = new Refresher(services.Plugins, host.Time, log, host.Stopping),
            Counters = counters,
            Time = host.Time,
            Log = log,
            AnonymousNetworkReads = options.AnonymousNetworkReads,
            ListensBeyondLoopback = IsBeyondLoopback(options.Http) || IsBeyondLoopback(options.Grpc),
        };
    }

    private static bool IsBeyondLoopback(IPEndPoint? endpoint) =>
        endpoint is not null && !IPAddress.IsLoopback(endpoint.Address);

    private async Task OpenAsync(DoorSetup setup, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        var http = HostList.Nobody;
        if (_options.Http is { } httpEndpoint)
        {
            var listener = Add(Listener.OnTcp(httpEndpoint, DoorKind.Http, _options.HttpLimits, setup, loggers));
            http = HostList.For(await StartedAsync(listener, httpEndpoint, cancellationToken), _options.HostNames);
            listener.Open(http, "");
        }

        var grpc = HostList.Nobody;
        if (_options.Grpc is { } grpcEndpoint)
        {
            var listener = Add(Listener.OnTcp(grpcEndpoint, DoorKind.Grpc, _options.GrpcLimits, setup, loggers));
            grpc = HostList.For(await StartedAsync(listener, grpcEndpoint, cancellationToken), _options.HostNames);
            listener.Open(grpc, "");
        }

        if (_options.SocketPath is { } path)
        {
            SocketFile.Prepare(path);
            var listener = Add(Listener.OnSocket(path, _options.SocketLimits, setup, loggers));
            await listener.StartAsync(cancellationToken);
            SocketFile.Protect(path);
            listener.Open(HostList.Any, http.Authorities.Count > 0 ? http.Authorities[0] : "localhost");
        }

        Addresses = new GatewayAddresses(UriOf(http), UriOf(grpc), _options.SocketPath ?? "", http.Authorities);
    }

    private Listener Add(Listener listener)
    {
        _listeners.Add(listener);
        return listener;
    }

    private static async Task<IPEndPoint> StartedAsync(
        Listener listener, IPEndPoint endpoint, CancellationToken cancellationToken) =>
        new(endpoint.Address, await listener.StartAsync(cancellationToken));

    private static string UriOf(HostList hosts) => hosts.Authorities.Count > 0 ? $"http://{hosts.Authorities[0]}" : "";
}
