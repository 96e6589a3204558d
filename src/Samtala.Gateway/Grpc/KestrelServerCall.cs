using System.Globalization;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Samtala.Grpc.Server;
using Samtala.Grpc.Wire;

namespace Samtala.Gateway.Grpc;

/// <summary>A call carried by one HTTP/2 stream of Kestrel.</summary>
internal sealed class KestrelServerCall : FramedServerCall
{
    private readonly HttpContext _context;
    private Metadata? _headers;
    private AuthContext? _auth;

    public KestrelServerCall(HttpContext context, RpcMethod method, GrpcLimits limits, TimeProvider time)
        : base(method, context.Request.BodyReader, context.Response.BodyWriter, limits, time)
    {
        _context = context;
    }

    protected override string HostCore => _context.Request.Host.Value ?? "";

    protected override string PeerCore => RequestFacts.PeerOf(_context);

    protected override Metadata RequestHeadersCore => _headers ??= RequestFacts.MetadataOf(_context.Request.Headers);

    protected override AuthContext AuthContextCore => _auth ??= RequestFacts.AuthOf(_context.User);

    protected override CancellationToken TransportAborted => _context.RequestAborted;

    /// <summary>Writes status and trailers where they go: headers of an answer without messages, or trailers.</summary>
    public static void WriteOutcome(IHeaderDictionary target, Status status, Metadata? trailers)
    {
        target["grpc-status"] = status.StatusCode == StatusCode.OK
            ? "0"
            : ((int)status.StatusCode).ToString(CultureInfo.InvariantCulture);
        if (status.Detail.Length > 0)
            target["grpc-message"] = WireText.EncodeMessage(status.Detail);
        if (trailers is null)
            return;
        foreach (var entry in trailers)
            target.Append(entry.Key, WireText.ValueOf(entry));
    }

    protected override Task SendHeadersAsync(Metadata? headers)
    {
        foreach (var entry in headers ?? Metadata.Empty)
            _context.Response.Headers.Append(entry.Key, WireText.ValueOf(entry));
        return _context.Response.StartAsync(_context.RequestAborted);
    }

    protected override Task EndAsync(Status status, Metadata? trailers, bool early)
    {
        if (TransportAborted.IsCancellationRequested)
            return Task.CompletedTask;
        var target = HeadersSent && _context.Features.Get<IHttpResponseTrailersFeature>() is { } feature
            ? feature.Trailers
            : _context.Response.Headers;
        WriteOutcome(target, status, trailers);
        return early ? _context.Response.CompleteAsync() : Task.CompletedTask;
    }
}
