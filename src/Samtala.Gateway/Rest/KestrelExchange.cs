using System.Diagnostics;
using System.IO.Pipelines;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Samtala.Gateway.Endpoints;
using Samtala.Gateway.Grpc;
using Samtala.Grpc.Rest;
using Samtala.Grpc.Server;

namespace Samtala.Gateway.Rest;

/// <summary>A request of Kestrel as transcoding sees it.</summary>
internal sealed class KestrelExchange : RestExchange
{
    private readonly HttpContext _context;
    private readonly RpcAuthorizer? _authorize;

    public KestrelExchange(HttpContext context, RpcAuthorizer? authorize)
    {
        _context = context;
        _authorize = authorize;
        (Path, Query) = SplitTarget(context);
    }

    public override string HttpMethod => _context.Request.Method;

    public override string Path { get; }

    public override string Query { get; }

    public override bool HasBody => BodyReader.HasBody(_context.Features);

    public override PipeReader Body => _context.Request.BodyReader;

    public override string TraceId => Activity.Current?.TraceId.ToString() ?? _context.TraceIdentifier;

    public override string Host => _context.Request.Host.Value ?? "";

    public override string Peer => RequestFacts.PeerOf(_context);

    public override AuthContext Auth => RequestFacts.AuthOf(_context.User);

    public override Metadata Headers => field ??= RequestFacts.MetadataOf(_context.Request.Headers);

    public override CancellationToken Aborted => _context.RequestAborted;

    public override PipeWriter Output => _context.Response.BodyWriter;

    public override string? GetHeader(string name) =>
        _context.Request.Headers.TryGetValue(name, out var value) ? value.ToString() : null;

    public override void SetStatus(int status) => _context.Response.StatusCode = status;

    public override void SetHeader(string name, string value) => _context.Response.Headers[name] = value;

    public override Task StartAsync() => _context.Response.StartAsync(_context.RequestAborted);

    public override Task CompleteAsync() => _context.Response.CompleteAsync();

    public override ValueTask<Status?> AuthorizeAsync(RpcMethod method) =>
        _authorize is null ? ValueTask.FromResult<Status?>(null) : _authorize(_context, method);

    /// <summary>The target as it came: the decoded path cannot tell "%2F" from "/" in a template.</summary>
    private static (string Path, string Query) SplitTarget(HttpContext context)
    {
        var target = context.Features.Get<IHttpRequestFeature>()?.RawTarget ?? "";
        if (!target.StartsWith('/'))
            return (context.Request.Path.Value ?? "", context.Request.QueryString.Value?.TrimStart('?') ?? "");
        var mark = target.IndexOf('?', StringComparison.Ordinal);
        return mark < 0 ? (target, "") : (target[..mark], target[(mark + 1)..]);
    }
}
