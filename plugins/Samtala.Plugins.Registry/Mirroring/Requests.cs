using Samtala.Abstractions;

namespace Samtala.Plugins.Registry.Mirroring;

/// <summary>Reads what a mirror needs from raw requests.</summary>
internal static class Requests
{
    /// <summary>The first value of a header; empty when there is none.</summary>
    public static string Header(this RawRequest request, string name)
    {
        foreach (var header in request.Headers)
        {
            if (string.Equals(header.Name, name, StringComparison.OrdinalIgnoreCase))
                return header.Value;
        }

        return "";
    }

    /// <summary>host:port the client used.</summary>
    public static string Authority(this RawRequest request)
    {
        var at = request.BaseUri.IndexOf("://", StringComparison.Ordinal);
        return at < 0 ? request.BaseUri : request.BaseUri[(at + 3)..];
    }

    /// <summary>Whether the client takes gzip.</summary>
    public static bool AcceptsGzip(this RawRequest request)
    {
        foreach (var part in request.Header("Accept-Encoding").Split(',', StringSplitOptions.TrimEntries))
        {
            if (part.StartsWith("gzip", StringComparison.OrdinalIgnoreCase) || part == "*")
                return !part.Replace(" ", "", StringComparison.Ordinal).EndsWith(";q=0", StringComparison.Ordinal);
        }

        return false;
    }

    /// <summary>Whether the client has an answer with this ETag already.</summary>
    /// <param name="request">The request.</param>
    /// <param name="etag">Without quotes.</param>
    public static bool Has(this RawRequest request, string etag)
    {
        var known = request.Header("If-None-Match");
        return known.Length > 0 && etag.Length > 0
            && (known == "*" || known.Contains($"\"{etag}\"", StringComparison.Ordinal));
    }
}
