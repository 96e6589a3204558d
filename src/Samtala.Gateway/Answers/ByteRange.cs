using System.Globalization;

namespace Samtala.Gateway.Answers;

/// <summary>A run of bytes of a resource. Source: RFC 9110, section 14.</summary>
internal readonly record struct ByteRange(long Offset, long Length)
{
    /// <summary>What became of a Range header.</summary>
    public enum Outcome
    {
        /// <summary>None, several, or not understood: send everything.</summary>
        Whole,

        /// <summary>Send the range.</summary>
        Part,

        /// <summary>No byte lies in it.</summary>
        Unsatisfiable,
    }

    /// <summary>Reads a Range header against a resource's length.</summary>
    public static Outcome TryRead(ReadOnlySpan<char> header, long total, out ByteRange range)
    {
        range = default;
        if (!header.StartsWith("bytes=", StringComparison.OrdinalIgnoreCase))
            return Outcome.Whole;
        var spec = header["bytes=".Length..].Trim();
        var dash = spec.IndexOf('-');
        if (dash < 0 || spec.Contains(','))
            return Outcome.Whole;
        var first = spec[..dash];
        var last = spec[(dash + 1)..];
        if (first.IsEmpty)
            return Suffix(last, total, out range);
        if (!TryNumber(first, out var from) || (!TryNumber(last, out var to) && !last.IsEmpty))
            return Outcome.Whole;
        if (last.IsEmpty || to >= total)
            to = total - 1;
        if (from >= total)
            return Outcome.Unsatisfiable;
        if (to < from)
            return Outcome.Whole;
        range = new ByteRange(from, to - from + 1);
        return Outcome.Part;
    }

    public string ToContentRange(long total) =>
        string.Create(CultureInfo.InvariantCulture, $"bytes {Offset}-{Offset + Length - 1}/{total}");

    private static Outcome Suffix(ReadOnlySpan<char> text, long total, out ByteRange range)
    {
        range = default;
        if (!TryNumber(text, out var count))
            return Outcome.Whole;
        if (count == 0 || total == 0)
            return Outcome.Unsatisfiable;
        count = Math.Min(count, total);
        range = new ByteRange(total - count, count);
        return Outcome.Part;
    }

    private static bool TryNumber(ReadOnlySpan<char> text, out long number) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
