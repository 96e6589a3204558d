namespace Samtala.Gateway;

/// <summary>
/// Scopes are <c>{area}:{action}</c> or <c>{area}:{action}:{resource}</c>. <c>*</c> allows everything; <c>admin</c>
/// allows what <c>write</c> does, <c>write</c> what <c>read</c> does; any other action allows only itself and is
/// allowed by <c>admin</c>. A scope without a resource covers every resource of its area.
/// </summary>
public static class ScopeRules
{
    /// <summary>Everything.</summary>
    public const string Everything = "*";

    /// <summary>The scope of an rpc that needs no token.</summary>
    public const string None = "none";

    /// <summary>Whether any of the granted scopes allows the required one.</summary>
    /// <param name="granted">What a token holds.</param>
    /// <param name="required">What is asked for.</param>
    public static bool Allows(IReadOnlyList<string> granted, string required)
    {
        for (var i = 0; i < granted.Count; i++)
        {
            if (Allows(granted[i], required))
                return true;
        }

        return false;
    }

    /// <summary>Whether one granted scope allows the required one.</summary>
    /// <param name="granted">What a token holds.</param>
    /// <param name="required">What is asked for.</param>
    public static bool Allows(ReadOnlySpan<char> granted, ReadOnlySpan<char> required)
    {
        if (granted is Everything)
            return true;
        // Only the owner holds everything.
        if (required is Everything)
            return false;
        if (!TrySplit(granted, out var has) || !TrySplit(required, out var needs))
            return false;
        return granted[has.Area].SequenceEqual(required[needs.Area])
            && Covers(granted[has.Action], required[needs.Action])
            && (granted[has.Resource].IsEmpty || granted[has.Resource].SequenceEqual(required[needs.Resource]));
    }

    /// <summary>Whether a scope is well formed: what a token may be made with.</summary>
    /// <param name="scope">Such as <c>registry:publish</c>.</param>
    public static bool IsValid(ReadOnlySpan<char> scope) => scope is Everything || TrySplit(scope, out _);

    /// <summary>Whether what the scope names changes something, so that it is recorded.</summary>
    /// <param name="scope">Such as <c>state:write</c>.</param>
    public static bool IsWrite(ReadOnlySpan<char> scope) =>
        scope is not None && TrySplit(scope, out var parts) && scope[parts.Action] is not "read";

    private static bool Covers(ReadOnlySpan<char> has, ReadOnlySpan<char> needs) =>
        has.SequenceEqual(needs) || has is "admin" || (has is "write" && needs is "read");

    private static bool TrySplit(ReadOnlySpan<char> scope, out Parts parts)
    {
        parts = default;
        var first = scope.IndexOf(':');
        if (first <= 0 || first == scope.Length - 1 || scope.ContainsAny(' ', ',', '*'))
            return false;
        var second = scope[(first + 1)..].IndexOf(':');
        if (second == 0)
            return false;
        var actionEnd = second < 0 ? scope.Length : first + 1 + second;
        var resourceStart = second < 0 ? scope.Length : actionEnd + 1;
        if (second >= 0 && resourceStart == scope.Length)
            return false;
        parts = new Parts(..first, (first + 1)..actionEnd, resourceStart..);
        return true;
    }

    private readonly record struct Parts(Range Area, Range Action, Range Resource);
}
