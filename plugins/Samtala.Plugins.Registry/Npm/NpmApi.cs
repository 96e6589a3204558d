using System.Text.Json;
using Samtala.Abstractions;
using Samtala.Plugins.Registry.Mirroring;

namespace Samtala.Plugins.Registry.Npm;

/// <summary>What npm asks of a registry besides packages.</summary>
internal static class NpmApi
{
    /// <summary>GET and HEAD below <c>/-/</c>.</summary>
    public static RawReply Read(RawRequest request, NpmRoute route) => route.File switch
    {
        "ping" => Replies.Json(200, "{}"),
        "whoami" when request.Principal.Length > 0 => Replies.Json(
            200, $"{{\"username\":\"{JsonEncodedText.Encode(request.Principal)}\"}}"),
        "whoami" => throw new MirrorException(
            401, "SAM0612", "who you are — this mirror — no token came with the request — it needs none to install"),
        "v1/search" => throw new MirrorException(
            501, "SAM0613", "search — this mirror — it knows only what it was asked for — search at the upstream"),
        _ => throw MirrorException.NotFound($"'/-/{route.File}'", "npm"),
    };

    /// <summary>Everything that is not GET or HEAD.</summary>
    public static RawReply Write(RawRequest request, NpmRoute route) => (request.Method, route.Kind, route.File) switch
    {
        // No advisories are held here. An empty answer lets the audit pass; an error would fail the install.
        ("POST", NpmRoute.What.Api, "npm/v1/security/advisories/bulk") => Replies.Json(200, "{}"),
        ("POST", NpmRoute.What.Api, "npm/v1/security/audits/quick" or "npm/v1/security/audits") => Replies.Json(
            200,
            """
            {"actions":[],"advisories":{},"muted":[],"metadata":{"vulnerabilities":{"info":0,"low":0,"moderate":0,
            "high":0,"critical":0},"dependencies":0,"devDependencies":0,"optionalDependencies":0,"totalDependencies":0}}
            """),
        ("PUT", NpmRoute.What.Packument, _) => throw MirrorException.NotYet($"publishing '{route.Name}'"),
        _ => throw MirrorException.NotYet($"{request.Method} '{request.Path}'"),
    };
}
