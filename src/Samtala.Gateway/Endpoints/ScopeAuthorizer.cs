using System.Runtime.CompilerServices;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Samtala.Grpc.Server;
using Samtala.Grpc.Wire;
using Samtala.Type.V1;

namespace Samtala.Gateway.Endpoints;

/// <summary>Lets a caller call what its scopes allow: each rpc declares its scope by an option.</summary>
internal static class ScopeAuthorizer
{
    // Health and reflection tell nothing that is secret, and their clients send no token.
    private const string PublicServices = "grpc.";

    private static readonly ConditionalWeakTable<RpcMethod, string> s_scopes = [];

    /// <summary>The shape that gRPC and REST ask for.</summary>
    public static ValueTask<Status?> AuthorizeAsync(HttpContext context, RpcMethod method)
    {
        if (ApiDoor.Check(context, ScopeOf(method)) is not var (refusal, detail))
            return ValueTask.FromResult<Status?>(null);
        var isUnknown = refusal.Status == StatusCodes.Status401Unauthorized;
        if (isUnknown)
            context.Response.Headers.WWWAuthenticate = "Bearer";
        var code = isUnknown ? StatusCode.Unauthenticated : StatusCode.PermissionDenied;
        throw RichStatus.Error(code, refusal.Reason, $"{detail ?? refusal.Title} {refusal.Remedy}", refusal.Code);
    }

    /// <summary>The scope an rpc declares; one without a declaration is the owner's alone.</summary>
    public static string ScopeOf(RpcMethod method) => s_scopes.GetValue(method, Read);

    private static string Read(RpcMethod method)
    {
        if (method.ServiceName.StartsWith(PublicServices, StringComparison.Ordinal))
            return ScopeRules.None;
        var scope = method.Descriptor?.GetOptions()?.GetExtension(OptionsExtensions.Scope);
        return string.IsNullOrEmpty(scope) ? ScopeRules.Everything : scope;
    }
}
