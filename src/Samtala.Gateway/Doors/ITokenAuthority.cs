namespace Samtala.Gateway;

/// <summary>Knows the tokens.</summary>
public interface ITokenAuthority
{
    /// <summary>Finds whose secret this is. Called for every request that carries one: compare hashes, touch no disk.
    /// </summary>
    /// <param name="secret">As the client sent it; 1 to <see cref="SecretLengthMax"/> characters.</param>
    /// <returns>Null when the secret is unknown, expired or withdrawn.</returns>
    Caller? Authenticate(ReadOnlySpan<char> secret);

    /// <summary>Longest secret in characters; longer ones are refused unread.</summary>
    const int SecretLengthMax = 512;
}

/// <summary>Who makes a request.</summary>
/// <param name="Principal">A token's id, <c>owner</c>, or <c>socket:{uid}</c>.</param>
/// <param name="Scopes">What the caller may do; <c>*</c> is everything.</param>
public sealed record Caller(string Principal, IReadOnlyList<string> Scopes)
{
    /// <summary>The owner's principal.</summary>
    public const string Owner = "owner";

    /// <summary>Whether the caller may do what <paramref name="scope"/> names.</summary>
    /// <param name="scope">Such as <c>state:read</c>; see <see cref="ScopeRules"/>.</param>
    public bool Has(string scope) => ScopeRules.Allows(Scopes, scope);
}
