using System.Net;

namespace Samtala.Gateway;

/// <summary>Where the door listens and whom it lets in.</summary>
public sealed record GatewayOptions
{
    /// <summary>REST, dashboard, SSE: HTTP/1.1 over TCP.</summary>
    /// <value>Default 127.0.0.1:7650. Port 0 means any free port; null means none.</value>
    public IPEndPoint? Http { get; init; } = new(IPAddress.Loopback, 7650);

    /// <summary>gRPC: HTTP/2 without TLS over TCP.</summary>
    /// <value>Default 127.0.0.1:7651. Port 0 means any free port; null means none.</value>
    public IPEndPoint? Grpc { get; init; } = new(IPAddress.Loopback, 7651);

    /// <summary>The Unix socket, which serves HTTP/1.1 and HTTP/2 and trusts the user it runs as.</summary>
    /// <value>Default null: none. Its folder is made (0700) when it is missing.</value>
    public string? SocketPath { get; init; }

    /// <summary>Names, without port, under which people reach the TCP listeners besides localhost.</summary>
    /// <value>Default none. DNS names or IP addresses; nothing else may stand in a Host header.</value>
    public IReadOnlyList<string> HostNames { get; init; } = [];

    /// <summary>Whether what loopback reads without a token, other machines may read too.</summary>
    /// <value>Default false.</value>
    public bool AnonymousNetworkReads { get; init; }

    /// <summary>Limits of the HTTP listener.</summary>
    /// <value>Default <see cref="ListenerLimits.ForHttp"/>.</value>
    public ListenerLimits HttpLimits { get; init; } = ListenerLimits.ForHttp;

    /// <summary>Limits of the gRPC listener.</summary>
    /// <value>Default <see cref="ListenerLimits.ForGrpc"/>.</value>
    public ListenerLimits GrpcLimits { get; init; } = ListenerLimits.ForGrpc;

    /// <summary>Limits of the Unix socket.</summary>
    /// <value>Default <see cref="ListenerLimits.ForSocket"/>.</value>
    public ListenerLimits SocketLimits { get; init; } = ListenerLimits.ForSocket;

    /// <summary>How long running requests may go on after a stop was asked for.</summary>
    /// <value>Default 2 seconds. Valid 0 to 4 seconds.</value>
    public TimeSpan StopGrace { get; init; } = TimeSpan.FromSeconds(2);
}

/// <summary>What one listener takes; listeners share nothing, so that a flood on one does not starve another.</summary>
public sealed record ListenerLimits
{
    /// <summary>Longest body of a request that is neither a blob nor a stream, in bytes.</summary>
    public const int BodySizeMax = 4 * 1024 * 1024;

    /// <summary>Longest blob that can be sent in one request, in bytes: 64 GiB.</summary>
    public const long BlobSizeMax = 64L * 1024 * 1024 * 1024;

    /// <summary>Longest request line in bytes.</summary>
    public const int RequestLineSizeMax = 8 * 1024;

    /// <summary>Most bytes of request headers.</summary>
    public const int HeadersSizeMax = 32 * 1024;

    /// <summary>Most request headers.</summary>
    public const int HeaderCountMax = 64;

    /// <summary>Most HTTP/2 streams open at once on one connection.</summary>
    public const int StreamsPerConnectionMax = 100;

    /// <summary>Slowest a client may read an answer, in bytes a second, after <see cref="StallTimeout"/>.</summary>
    public const double ReadRateMin = 240;

    /// <summary>Most connections at once; further ones are closed as they come.</summary>
    /// <value>Valid 1 to 100,000.</value>
    public required int ConnectionsMax { get; init; }

    /// <summary>How long a new connection may stay silent.</summary>
    /// <value>Default 5 seconds.</value>
    public TimeSpan FirstByteTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long the headers of a request may take.</summary>
    /// <value>Default 4 seconds.</value>
    public TimeSpan HeadersTimeout { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>How long a client may take for one piece of an answer of at most 256 KiB.</summary>
    /// <value>Default 60 seconds: 4 KiB a second.</value>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long an idle connection is kept between requests.</summary>
    /// <value>Default 75 seconds.</value>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(75);

    /// <summary>For the HTTP listener: 2,048 connections.</summary>
    public static ListenerLimits ForHttp { get; } = new() { ConnectionsMax = 2048 };

    /// <summary>For the gRPC listener: 512 connections.</summary>
    public static ListenerLimits ForGrpc { get; } = new() { ConnectionsMax = 512 };

    /// <summary>For the Unix socket: 256 connections.</summary>
    public static ListenerLimits ForSocket { get; } = new() { ConnectionsMax = 256 };
}
