using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Samtala.Gateway.Answers;
using Samtala.Gateway.Checks;
using Samtala.Gateway.Endpoints;
using Samtala.Gateway.Replies;

namespace Samtala.Gateway.Listeners;

/// <summary>
/// One listener's requests. It works on the server's features, without an HttpContext, so that a published answer costs
/// little more than Kestrel itself.
/// </summary>
internal sealed class DoorApplication : IHttpApplication<IFeatureCollection>
{
    private readonly DoorSetup _setup;
    private readonly DoorKind _door;
    private volatile HostList _hosts = HostList.Nobody;
    private volatile string _ownAuthority = "";

    public DoorApplication(DoorSetup setup, DoorKind door)
    {
        _setup = setup;
        _door = door;
    }

    /// <summary>Lets requests in; before that all are refused.</summary>
    /// <param name="hosts">The listener's names.</param>
    /// <param name="ownAuthority">What a request without a name of its own (the Unix socket) is answered as.</param>
    public void Open(HostList hosts, string ownAuthority)
    {
        _ownAuthority = ownAuthority;
        _hosts = hosts;
    }

    public IFeatureCollection CreateContext(IFeatureCollection contextFeatures) => contextFeatures;

    public void DisposeContext(IFeatureCollection context, Exception? exception)
    {
    }

    public Task ProcessRequestAsync(IFeatureCollection context) => UnreadBody.IsPossible(context)
        ? UnreadBody.ReadAfterAsync(AnswerAsync(context), context, _setup.Time)
        : AnswerAsync(context);

    private Task AnswerAsync(IFeatureCollection context)
    {
        var request = context.GetRequiredFeature<IHttpRequestFeature>();
        _setup.Counters.Request(_door);
        if (Gate.Check(request, _hosts) is { } refusal)
        {
            _setup.Counters.Refused(refusal);
            return Reply.RefuseAsync(context, refusal);
        }

        if (Gate.IsRead(request.Method) && _setup.Services.Answers.Find(request.RawTarget) is { } variants)
        {
            var headers = request.Headers;
            var answer = variants.Pick(AuthorityOf(request), headers.Accept, headers.AcceptEncoding);
            if (answer is not null && !AsksForNewest(headers))
            {
                return ScopeRefusal(context, request, answer) is { } refused
                    ? Reply.RefuseAsync(context, refused)
                    : ServeAnswerAsync(context, request, answer);
            }
        }

        return Gate.HasPlainNames(request.Headers)
            ? ServeVisitAsync(NewVisit(context, request))
            : Reply.RefuseAsync(context, Refusal.Malformed);
    }

    // "no-cache" asks for what the plugin knows now.
    private static bool AsksForNewest(IHeaderDictionary headers) =>
        headers.CacheControl is { Count: > 0 } control
        && control.ToString().Contains("no-cache", StringComparison.OrdinalIgnoreCase);

    private Refusal? ScopeRefusal(IFeatureCollection features, IHttpRequestFeature request, ServedAnswer answer)
    {
        if (answer.Scope.Length == 0 && (!_setup.ListensBeyondLoopback || MayReadAnonymously(features)))
            return null;
        var secret = Credentials.OfRaw(request.Headers);
        var caller = secret switch
        {
            null => SocketCaller(features),
            "" => null,
            _ => _setup.Services.Tokens.Authenticate(secret),
        };
        if (caller is null)
            return Refusal.NoToken;
        return answer.Scope.Length == 0 || caller.Has(answer.Scope) ? null : Refusal.MissingScope;
    }

    private Task ServeAnswerAsync(IFeatureCollection features, IHttpRequestFeature request, ServedAnswer answer)
    {
        _setup.Counters.Answer();
        if (_setup.Refresher.IsStale(answer))
        {
            var refresh = RawEndpoint.ToRequest(NewVisit(features, request), default, isRefresh: true);
            _setup.Refresher.Begin(answer.PluginId, refresh);
        }

        try
        {
            var serving = _setup.Answers.ServeAsync(features, request, answer);
            return serving.IsCompletedSuccessfully ? serving : GuardAsync(features, serving);
        }
        catch (Exception e)
        {
            return FailAsync(features, e);
        }
    }

    private async Task ServeVisitAsync(Visit visit)
    {
        // Plugins and services may block; the connection's own thread must not.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            if (await LoadAnswerAsync(visit) is not { } answer)
                await _setup.Desk.ServeAsync(visit);
            else if (ScopeRefusal(visit.Features, visit.Request, answer) is { } refused)
                await Reply.RefuseAsync(visit.Features, refused);
            else
                await ServeAnswerAsync(visit.Features, visit.Request, answer);
        }
        catch (Exception e)
        {
            await FailAsync(visit.Features, e);
        }

        Record(visit);
    }

    // An answer that memory has let go of is still published: the store knows it.
    private async ValueTask<ServedAnswer?> LoadAnswerAsync(Visit visit)
    {
        var request = visit.Request;
        if (!visit.IsRead || AsksForNewest(request.Headers) || RawEndpoint.PluginOf(visit.Path) is "" or "v1" or "l")
            return null;
        if (await _setup.Services.Answers.LoadAsync(request.RawTarget, visit.Aborted) is not { } variants)
            return null;
        return variants.Pick(AuthorityOf(request), request.Headers.Accept, request.Headers.AcceptEncoding);
    }

    private void Record(Visit visit)
    {
        var isGrpc = Reply.IsGrpc(visit.Request);
        var isWrite = visit.DeclaredScope is { } scope ? ScopeRules.IsWrite(scope) : !visit.IsRead && !isGrpc;
        if (!isWrite || visit.Caller is not { } caller)
            return;
        var action = isGrpc ? visit.Path.TrimStart('/') : $"{visit.Request.Method} {visit.Path}";
        var status = visit.Features.GetRequiredFeature<IHttpResponseFeature>().StatusCode;
        _setup.Services.Audit.Record(new AuditRecord(_setup.Time.GetUtcNow(), caller.Principal, action, status));
    }

    private async Task GuardAsync(IFeatureCollection features, Task serving)
    {
        try
        {
            await serving;
        }
        catch (Exception e)
        {
            await FailAsync(features, e);
        }
    }

    private Task FailAsync(IFeatureCollection features, Exception e) =>
        Failures.AnswerAsync(features, e, _setup.Log);

    private Visit NewVisit(IFeatureCollection features, IHttpRequestFeature request) => new(features, request, _door)
    {
        BaseUri = $"http://{AuthorityOf(request)}",
        MayReadAnonymously = MayReadAnonymously(features),
        Caller = SocketCaller(features),
    };

    private bool MayReadAnonymously(IFeatureCollection features) =>
        _door == DoorKind.Socket || _setup.AnonymousNetworkReads
        || (features.Get<IHttpConnectionFeature>()?.RemoteIpAddress is { } address && IPAddress.IsLoopback(address));

    private Caller? SocketCaller(IFeatureCollection features) =>
        _door == DoorKind.Socket ? features.Get<ISocketPeerFeature>()?.Caller : null;

    private string AuthorityOf(IHttpRequestFeature request) =>
        _ownAuthority.Length > 0 ? _ownAuthority : request.Headers.Host.ToString();
}

/// <summary>What all listeners share: nothing that one could use up for the others.</summary>
internal sealed record DoorSetup
{
    public required GatewayServices Services { get; init; }

    public required FrontDesk Desk { get; init; }

    public required AnswerEndpoint Answers { get; init; }

    public required Refresher Refresher { get; init; }

    public required DoorCounters Counters { get; init; }

    public required TimeProvider Time { get; init; }

    public required Microsoft.Extensions.Logging.ILogger Log { get; init; }

    public required bool AnonymousNetworkReads { get; init; }

    public required bool ListensBeyondLoopback { get; init; }
}
