namespace Samtala.Services.Tokens;

/// <summary>Who a secret stands for and what it allows.</summary>
/// <param name="Principal">The token's id, or <c>owner</c>.</param>
/// <param name="Scopes">Such as <c>registry:publish</c>, or <c>*</c> for everything.</param>
/// <param name="ExpiresAt">When it ends; null for never.</param>
public sealed record TokenGrant(string Principal, IReadOnlyList<string> Scopes, DateTimeOffset? ExpiresAt)
{
    /// <summary>The principal of the owner's token.</summary>
    public const string Owner = "owner";

    /// <summary>Whether a scope is covered: by <c>*</c>, or by a scope of the same area whose action is the same or
    /// wider (admin over write over read) and which names the same resource or none.</summary>
    /// <param name="scope">Such as <c>state:read</c>.</param>
    public bool Allows(string scope)
    {
        ArgumentNullException.ThrowIfNull(scope);
        var needs = scope.Split(':', 3);
        return Scopes.Any(held => held == "*" || Covers(held.Split(':', 3), needs));
    }

    private static bool Covers(string[] has, string[] needs)
    {
        if (has.Length < 2 || needs.Length < 2 || has[0] != needs[0])
            return false;
        var isWide = has[1] == needs[1] || has[1] == "admin" || (has[1] == "write" && needs[1] == "read");
        return isWide && (has.Length == 2 || (needs.Length == 3 && has[2] == needs[2]));
    }
}
