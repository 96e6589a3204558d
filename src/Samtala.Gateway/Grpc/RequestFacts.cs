using System.Net;
using System.Net.Sockets;
using System.Security.Claims;
using System.Text;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Samtala.Grpc.Wire;

namespace Samtala.Gateway.Grpc;

/// <summary>What a handler may know of an HTTP request.</summary>
internal static class RequestFacts
{
    /// <summary>The property of <see cref="AuthContext"/> that names the caller.</summary>
    private const string PrincipalProperty = "principal";

    private static readonly AuthContext s_nobody = new(null, []);

    public static string PeerOf(HttpContext context) => context.Connection.RemoteIpAddress switch
    {
        null => "unix:",
        { AddressFamily: AddressFamily.InterNetworkV6 } v6 => $"ipv6:[{v6}]:{context.Connection.RemotePort}",
        IPAddress v4 => $"ipv4:{v4}:{context.Connection.RemotePort}",
    };

    public static Metadata MetadataOf(IHeaderDictionary headers)
    {
        var metadata = new Metadata();
        foreach (var (key, values) in headers)
        {
            if (IsOfTheTransport(key))
                continue;
            foreach (var value in values)
                WireText.AddTo(metadata, key, value ?? "");
        }

        return metadata;
    }

    public static AuthContext AuthOf(ClaimsPrincipal user)
    {
        if (user.Identity is not { IsAuthenticated: true, Name: { } name })
            return s_nobody;
        var properties = new Dictionary<string, List<AuthProperty>>(StringComparer.Ordinal)
        {
            [PrincipalProperty] = [AuthProperty.Create(PrincipalProperty, Encoding.UTF8.GetBytes(name))],
        };
        foreach (var claim in user.Claims)
        {
            if (!properties.TryGetValue(claim.Type, out var values))
                properties[claim.Type] = values = [];
            values.Add(AuthProperty.Create(claim.Type, Encoding.UTF8.GetBytes(claim.Value)));
        }

        return new AuthContext(PrincipalProperty, properties);
    }

    private static bool IsOfTheTransport(string key) =>
        key.StartsWith(':') ||
        key.StartsWith("grpc-", StringComparison.OrdinalIgnoreCase) ||
        key.ToUpperInvariant() is "CONTENT-TYPE" or "TE" or "HOST" or "AUTHORIZATION" or "COOKIE" or "CONNECTION" or
            "CONTENT-LENGTH" or "TRANSFER-ENCODING" or "ACCEPT-ENCODING";
}
