using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace Samtala.Gateway.Checks;

/// <summary>What every request must pass before anything is looked up: a name of ours, a plain path, no foreign page,
/// no WebSocket, one length, a known method.</summary>
internal static class Gate
{
    private static readonly SearchValues<char> s_token =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    /// <summary>Checks a request.</summary>
    /// <returns>Null when it may go on.</returns>
    public static Refusal? Check(IHttpRequestFeature request, HostList hosts)
    {
        var headers = request.Headers;
        var host = headers.Host;
        if (host.Count != 1 || !hosts.Allows(host[0]))
            return Refusal.ForeignHost;
        if (!PathRules.IsPlain(request.RawTarget))
            return Refusal.OddPath;
        if (!IsOwnPage(headers, host[0]!))
            return Refusal.ForeignOrigin;
        if (AsksForWebSocket(headers))
            return Refusal.WebSocket;
        if (HasTwoLengths(headers))
            return Refusal.Malformed;
        return IsKnown(request.Method) ? null : Refusal.Method;
    }

    /// <summary>Methods are compared as they are written: "get" is another method.</summary>
    public static bool IsRead(string method) => method is "GET" or "HEAD";

    /// <summary>Whether every header's name is a token, which Kestrel does not see to. Asked for what a plugin or a
    /// service will see; published answers look at none but ours.</summary>
    public static bool HasPlainNames(IHeaderDictionary headers)
    {
        foreach (var (name, _) in headers)
        {
            if (name.AsSpan(name.StartsWith(':') ? 1 : 0).ContainsAnyExcept(s_token))
                return false;
        }

        return true;
    }

    private static bool IsOwnPage(IHeaderDictionary headers, string host)
    {
        var origin = headers.Origin;
        if (origin.Count > 0 && !IsSameOrigin(origin, host))
            return false;
        var site = headers["Sec-Fetch-Site"];
        return site.Count == 0 || (site.Count == 1 && site[0] is "same-origin" or "none");
    }

    // The door speaks plain HTTP, so its own origin is http:// and the Host header, which was checked before.
    private static bool IsSameOrigin(StringValues origin, string host) =>
        origin.Count == 1 && origin[0] is { } value
        && value.StartsWith("http://", StringComparison.Ordinal)
        && value.AsSpan("http://".Length).Equals(host, StringComparison.OrdinalIgnoreCase);

    // "Upgrade: h2c", which some clients send with every first request, is just not taken up.
    private static bool AsksForWebSocket(IHeaderDictionary headers) =>
        headers.SecWebSocketKey.Count > 0 || headers.SecWebSocketVersion.Count > 0
        || (headers.Upgrade is { Count: > 0 } upgrade
            && upgrade.ToString().Contains("websocket", StringComparison.OrdinalIgnoreCase));

    // Two ways to tell where the body ends are how requests are smuggled past a proxy. Kestrel reads the chunks and
    // moves the Content-Length aside.
    private static bool HasTwoLengths(IHeaderDictionary headers) =>
        headers.TransferEncoding.Count > 0
        && (headers.ContentLength is not null || headers["X-Content-Length"].Count > 0);

    private static bool IsKnown(string method) =>
        method is "GET" or "HEAD" or "POST" or "PUT" or "PATCH" or "DELETE";
}
