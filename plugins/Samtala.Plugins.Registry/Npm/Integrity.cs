using Samtala.Abstractions;

namespace Samtala.Plugins.Registry.Npm;

/// <summary>Digests as npm writes them.</summary>
internal static class Integrity
{
    /// <summary>The strongest digest there is: SHA-512, then SHA-256 of <c>dist.integrity</c>, then the SHA-1 of
    /// <c>dist.shasum</c> or <c>dist.integrity</c>.</summary>
    /// <param name="integrity">Such as <c>sha512-{base64}</c>, several separated by blanks; may be empty.</param>
    /// <param name="shasum">40 hexadecimal digits; may be empty.</param>
    /// <returns>Null when there is none that can be read.</returns>
    public static Digest? Strongest(string integrity, string shasum)
    {
        Digest? best = null;
        foreach (var part in integrity.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (TryRead(part, out var digest) && (best is null || digest.Algorithm > best.Algorithm))
                best = digest;
        }

        return best ?? (Digest.TryParse($"sha1:{shasum}", out var sha1) ? sha1 : null);
    }

    /// <summary>As npm writes it.</summary>
    public static string Write(Digest digest) =>
        $"{digest.Algorithm.ToString().ToLowerInvariant()}-{Convert.ToBase64String(digest.Value)}";

    /// <summary>Reads <c>sha512-{base64}</c>.</summary>
    public static bool TryRead(
        ReadOnlySpan<char> text, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Digest? digest)
    {
        digest = null;
        var dash = text.IndexOf('-');
        if (dash < 0)
            return false;
        DigestAlgorithm? algorithm = text[..dash] switch
        {
            "sha1" => DigestAlgorithm.Sha1,
            "sha256" => DigestAlgorithm.Sha256,
            "sha512" => DigestAlgorithm.Sha512,
            _ => null,
        };
        var encoded = text[(dash + 1)..];
        var options = encoded.IndexOf('?');
        if (options >= 0)
            encoded = encoded[..options];
        Span<byte> value = stackalloc byte[66];
        if (algorithm is not { } known || encoded.Length > 88
            || !Convert.TryFromBase64Chars(encoded, value, out var length) || length != Digest.SizeOf(known))
        {
            return false;
        }

        digest = new Digest(known, value[..length]);
        return true;
    }
}
