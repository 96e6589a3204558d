namespace Samtala.Services.Tokens;

/// <summary>The form of a login link: the secret is in the fragment, which browsers never send.</summary>
public static class LoginLink
{
    /// <summary>The link.</summary>
    /// <param name="http">Where the dashboard answers.</param>
    /// <param name="secret">Good once.</param>
    public static string Of(string http, string secret) => $"{http}/#token={secret}";
}
