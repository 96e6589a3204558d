using System.Text;
using Microsoft.AspNetCore.Http;

namespace Samtala.Gateway.Checks;

/// <summary>Finds the secret in a request.</summary>
internal static class Credentials
{
    private const string Bearer = "Bearer ";
    private const string Basic = "Basic ";

    /// <summary>The secret of an API request.</summary>
    /// <returns>Null when there is none; empty when what is there is not a secret.</returns>
    public static string? OfApi(IHeaderDictionary headers)
    {
        var header = headers.Authorization;
        if (header.Count == 0)
            return null;
        return header is [{ } value] && value.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)
            ? Bounded(value[Bearer.Length..].Trim())
            : "";
    }

    /// <summary>The secret of a request to a plugin: package managers send it bare, as the password of Basic, or as an
    /// API key. A page cannot send these without being asked, and the door never asks; still only programs may.
    /// </summary>
    public static string? OfRaw(IHeaderDictionary headers)
    {
        var secret = OfApi(headers);
        if (secret is { Length: > 0 } || headers.Origin.Count > 0 || headers["Sec-Fetch-Site"].Count > 0)
            return secret;
        if (headers.Authorization is [{ } value])
        {
            if (value.StartsWith(Basic, StringComparison.OrdinalIgnoreCase))
                return Bounded(PasswordOf(value.AsSpan(Basic.Length)));
            return value.Contains(' ', StringComparison.Ordinal) ? "" : Bounded(value);
        }

        return headers["X-NuGet-ApiKey"] is [{ Length: > 0 } key] ? Bounded(key) : secret;
    }

    private static string Bounded(string secret) => secret.Length <= ITokenAuthority.SecretLengthMax ? secret : "";

    private static string PasswordOf(ReadOnlySpan<char> base64)
    {
        Span<byte> bytes = stackalloc byte[ITokenAuthority.SecretLengthMax];
        if (!Convert.TryFromBase64Chars(base64.Trim(), bytes, out var written))
            return "";
        var pair = bytes[..written];
        var colon = pair.IndexOf((byte)':');
        return colon < 0 ? "" : Encoding.Latin1.GetString(pair[(colon + 1)..]);
    }
}
