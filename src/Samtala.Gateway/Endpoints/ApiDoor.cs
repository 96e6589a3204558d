using System.Security.Claims;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Samtala.Gateway.Replies;

namespace Samtala.Gateway.Endpoints;

/// <summary>Hands requests to the gRPC services, with who asks, and decides for them whether the declared scope is
/// held.</summary>
internal sealed class ApiDoor
{
    private static readonly object s_visitKey = new();
    private readonly RequestDelegate? _grpc;
    private readonly RequestDelegate? _rest;

    public ApiDoor(RequestDelegate? grpc, RequestDelegate? rest)
    {
        _grpc = grpc;
        _rest = rest;
    }

    public Task ServeGrpcAsync(Visit visit) => ServeAsync(visit, _grpc);

    public Task ServeRestAsync(Visit visit)
    {
        // A page can send other types to any address without being asked; JSON it cannot.
        if (!visit.IsRead && visit.HasBody && !IsJson(visit.Headers))
            return Reply.RefuseAsync(visit.Features, visit.Caller is null ? Refusal.NoToken : Refusal.NotJson);
        return ServeAsync(visit, _rest);
    }

    /// <summary>Whether a request may call an rpc that declares <paramref name="scope"/>.</summary>
    /// <returns>Null when it may.</returns>
    public static (Refusal Refusal, string? Detail)? Check(HttpContext context, string scope)
    {
        if (context.Items[s_visitKey] is not Visit visit)
            return (Refusal.NoToken, null);
        visit.DeclaredScope = scope;
        if (scope == ScopeRules.None)
            return null;
        if (visit.Caller is not { } caller)
            return (Refusal.NoToken, $"This needs a token with the scope {scope}.");
        return caller.Has(scope) ? null : (Refusal.MissingScope, $"This needs the scope {scope}.");
    }

    private static bool IsJson(IHeaderDictionary headers) =>
        headers.ContentType is [{ } type]
        && type.AsSpan(0, type.IndexOf(';', StringComparison.Ordinal) is var end and >= 0 ? end : type.Length)
            .Trim().Equals("application/json", StringComparison.OrdinalIgnoreCase);

    private static Task ServeAsync(Visit visit, RequestDelegate? next)
    {
        if (next is null)
            return Reply.RefuseAsync(visit.Features, Refusal.NotFound);
        SafetyHeaders.Apply(visit.Features.GetRequiredFeature<IHttpResponseFeature>().Headers);
        var context = new DefaultHttpContext(visit.Features) { Items = new Dictionary<object, object?>() };
        context.Items[s_visitKey] = visit;
        if (visit.Door == DoorKind.Socket)
            context.Request.Scheme = "http";
        if (visit.Caller is { } caller)
        {
            var claims = caller.Scopes.Select(scope => new Claim("scope", scope)).ToList();
            claims.Add(new Claim(ClaimTypes.Name, caller.Principal));
            context.User = new ClaimsPrincipal(new ClaimsIdentity(claims, "token"));
        }

        return next(context);
    }
}
