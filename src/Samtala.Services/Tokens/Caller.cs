using Grpc.Core;

namespace Samtala.Services.Tokens;

/// <summary>Who makes a call, as the gateway established it.</summary>
internal static class Caller
{
    /// <summary>The property of <see cref="AuthContext"/> with one value for each scope.</summary>
    public const string ScopeProperty = "scope";

    /// <summary>The caller's rights; none when nobody was established.</summary>
    public static TokenGrant Of(ServerCallContext context)
    {
        var auth = context.AuthContext;
        var principal = auth.IsPeerAuthenticated ? auth.PeerIdentity.First().Value : "";
        return new TokenGrant(principal, [.. auth.FindPropertiesByName(ScopeProperty).Select(p => p.Value)], null);
    }
}
