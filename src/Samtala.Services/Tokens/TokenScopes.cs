using Grpc.Core;
namespace Samtala.Services.Tokens;

/// <summary>The form of scopes: <c>*</c>, or <c>area:right</c> with an optional resource.</summary>
internal static class TokenScopes
{
    public const int CountMax = 32;
    public const int SizeMax = 128;

    /// <exception cref="RpcException">None, too many, or not scopes.</exception>
    public static void Check(IReadOnlyCollection<string> scopes)
    {
        if (scopes.Count is 0 or > CountMax)
        {
            throw ServiceError.Invalid(
                "SAM0801", "scopes",
                    $"A token has 1 to {CountMax} scopes, such as registry:publish; this has {scopes.Count}.");
        }

        foreach (var scope in scopes)
        {
            if (scope != "*" && !IsScope(scope))
            {
                throw ServiceError.Invalid(
                    "SAM0801", "scopes",
                        $"Write area:right, such as state:read, or * for everything; '{Shown(scope)}' is neither.");
            }
        }
    }

    /// <exception cref="RpcException">The caller asks for more than it has.</exception>
    public static void CheckWithin(TokenGrant caller, IEnumerable<string> scopes)
    {
        foreach (var scope in scopes)
        {
            if (!caller.Allows(scope))
            {
                throw ServiceError.Make(StatusCode.PermissionDenied, "SAM0804", "SCOPE_TOO_WIDE",
                    $"Your token does not hold '{scope}', so it cannot give it. Ask the owner for this token.");
            }
        }
    }

    private static bool IsScope(string scope)
    {
        var colon = scope.IndexOf(':', StringComparison.Ordinal);
        return scope.Length <= SizeMax && colon > 0 && colon < scope.Length - 1
            && scope.All(c => char.IsAsciiLetterOrDigit(c) || c is ':' or '-' or '_' or '/' or '.' or '@');
    }

    private static string Shown(string scope) => scope.Length <= 60 ? scope : scope[..60] + "…";
}
