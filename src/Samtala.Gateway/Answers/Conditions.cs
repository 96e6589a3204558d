using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Samtala.Gateway.Answers;

/// <summary>Conditional requests. Source: RFC 9110, section 13.</summary>
internal static class Conditions
{
    /// <summary>Whether the client has the resource already.</summary>
    /// <param name="headers">The request's.</param>
    /// <param name="etag">Quoted; empty for none.</param>
    /// <param name="lastModified">As it is sent; empty for none.</param>
    public static bool IsUnmodified(IHeaderDictionary headers, string etag, string lastModified)
    {
        var known = headers.IfNoneMatch;
        if (known.Count > 0)
            return etag.Length > 0 && Contains(known, etag);
        return lastModified.Length > 0 && headers.IfModifiedSince is [{ } since]
            && string.Equals(since, lastModified, StringComparison.Ordinal);
    }

    /// <summary>Whether a Range header counts: without If-Range, or when it names what we have.</summary>
    public static bool AllowsRange(IHeaderDictionary headers, string etag, string lastModified)
    {
        var condition = headers.IfRange;
        return condition.Count == 0
            || (etag.Length > 0 && !IsWeak(etag) && string.Equals(condition, etag, StringComparison.Ordinal))
            || (lastModified.Length > 0 && string.Equals(condition, lastModified, StringComparison.Ordinal));
    }

    private static bool Contains(StringValues known, string etag)
    {
        foreach (var value in known)
        {
            if (string.Equals(value, etag, StringComparison.Ordinal))
                return true;
            if (value is not null && ListContains(value, Opaque(etag)))
                return true;
        }

        return false;
    }

    private static bool ListContains(ReadOnlySpan<char> list, ReadOnlySpan<char> opaque)
    {
        foreach (var part in list.Split(','))
        {
            var tag = list[part].Trim();
            if (tag is "*" || Opaque(tag).SequenceEqual(opaque))
                return true;
        }

        return false;
    }

    private static bool IsWeak(string etag) => etag.StartsWith("W/", StringComparison.Ordinal);

    private static ReadOnlySpan<char> Opaque(ReadOnlySpan<char> tag) => tag.StartsWith("W/") ? tag[2..] : tag;
}
