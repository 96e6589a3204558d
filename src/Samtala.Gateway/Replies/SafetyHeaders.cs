using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Samtala.Gateway.Replies;

/// <summary>What every answer tells browsers, and which headers a plugin may not set.</summary>
internal static class SafetyHeaders
{
    private static readonly StringValues s_noSniff = "nosniff";
    private static readonly StringValues s_noReferrer = "no-referrer";

    // Whatever a plugin or a blob sends is shown without scripts and outside the dashboard's origin.
    private static readonly StringValues s_contentPolicy =
        "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; sandbox";

    private static readonly StringValues s_uiPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; " +
        "connect-src 'self'; media-src 'self' blob:; manifest-src 'self'; worker-src 'self'; frame-src 'self'; " +
        "frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

    public static void Apply(IHeaderDictionary headers)
    {
        headers.ContentSecurityPolicy = s_contentPolicy;
        headers.XContentTypeOptions = s_noSniff;
        headers["Referrer-Policy"] = s_noReferrer;
    }

    public static void ApplyForUi(IHeaderDictionary headers)
    {
        headers.ContentSecurityPolicy = s_uiPolicy;
        headers.XContentTypeOptions = s_noSniff;
        headers["Referrer-Policy"] = s_noReferrer;
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
    }

    /// <summary>Whether the door alone decides about a header.</summary>
    public static bool IsReserved(string name) => s_reserved.Contains(name);

    private static readonly HashSet<string> s_reserved = new(StringComparer.OrdinalIgnoreCase)
    {
        "Connection", "Keep-Alive", "Proxy-Connection", "Transfer-Encoding", "TE", "Trailer", "Upgrade", "Date",
        "Content-Length", "Server", "Set-Cookie", "Content-Security-Policy", "Content-Security-Policy-Report-Only",
        "X-Content-Type-Options", "Referrer-Policy", "Access-Control-Allow-Origin", "Access-Control-Allow-Credentials",
        "Access-Control-Allow-Headers", "Access-Control-Allow-Methods", "Access-Control-Expose-Headers", "Alt-Svc",
        "Strict-Transport-Security", "Clear-Site-Data", "Service-Worker-Allowed", "Refresh",
    };
}
