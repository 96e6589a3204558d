using Microsoft.AspNetCore.Http;
using Samtala.Gateway.Checks;
using Samtala.Gateway.Replies;

namespace Samtala.Gateway.Endpoints;

/// <summary>Routes what the published answers do not serve: says who asks, then hands it to who answers.</summary>
internal sealed class FrontDesk
{
    private const string LinkPrefix = "/l/";
    private const string ApiPrefix = "/v1/";
    private const string UnknownToken = "The token is unknown, expired or withdrawn.";
    private const string OpenApiPath = "/openapi.json";
    private readonly GatewayServices _services;
    private readonly ApiDoor _api;
    private readonly BlobEndpoint _blobs;
    private readonly HealthEndpoint _health;
    private readonly RawEndpoint _raw;
    private readonly UiEndpoint _ui;

    public FrontDesk(GatewayServices services, ApiDoor api, HealthEndpoint health)
    {
        _services = services;
        _api = api;
        _health = health;
        _blobs = new BlobEndpoint(services.Blobs);
        _raw = new RawEndpoint(services.Plugins, services.Blobs);
        _ui = new UiEndpoint(services.Ui);
    }

    public Task ServeAsync(Visit visit)
    {
        var path = visit.Path;
        if (path.StartsWith(LinkPrefix, StringComparison.Ordinal))
            return ServeLinkAsync(visit, path[LinkPrefix.Length..]);
        var isApi = IsApi(path) || Reply.IsGrpc(visit.Request) || HealthEndpoint.Owns(path);
        var secret = isApi ? Credentials.OfApi(visit.Headers) : Credentials.OfRaw(visit.Headers);
        if (secret is not null)
        {
            visit.Caller = secret.Length > 0 ? _services.Tokens.Authenticate(secret) : null;
            if (visit.Caller is null)
                return Reply.RefuseAsync(visit.Features, Refusal.NoToken, UnknownToken);
        }

        return RouteAsync(visit, path);
    }

    private Task RouteAsync(Visit visit, string path)
    {
        if (Reply.IsGrpc(visit.Request))
            return _api.ServeGrpcAsync(visit);
        if (HealthEndpoint.Owns(path))
            return _health.ServeAsync(visit);
        if (BlobEndpoint.IsForBytes(visit))
            return _blobs.ServeAsync(visit);
        if (IsApi(path))
            return _api.ServeRestAsync(visit);
        return _ui.Find(visit) is { } file ? UiEndpoint.ServeAsync(visit, file) : _raw.ServeAsync(visit);
    }

    private Task ServeLinkAsync(Visit visit, string ticket)
    {
        if (!HttpMethods.IsGet(visit.Request.Method))
            return Reply.RefuseAsync(visit.Features, Refusal.Method, "Links are read with GET.");
        if (ticket.Length is 0 or > ILinkTickets.TicketLengthMax || _services.Links.Find(ticket) is not { } target
            || !PathRules.IsPlain(target.Path) || target.Path.StartsWith(LinkPrefix, StringComparison.Ordinal))
        {
            return Reply.RefuseAsync(visit.Features, Refusal.NotFound, "The link is unknown or has expired.");
        }

        visit.Caller = target.Caller;
        visit.Target = target.Path;
        visit.Request.Path = Uri.UnescapeDataString(visit.Path);
        visit.Request.QueryString = visit.Query.Length > 0 ? $"?{visit.Query}" : "";
        visit.Request.RawTarget = target.Path;
        return RouteAsync(visit, visit.Path);
    }

    private static bool IsApi(string path) =>
        path.StartsWith(ApiPrefix, StringComparison.Ordinal) || path is OpenApiPath;
}
