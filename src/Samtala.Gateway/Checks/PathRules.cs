using System.Buffers;

namespace Samtala.Gateway.Checks;

/// <summary>Which request targets are in plain form: one path, one meaning, whoever decodes it.</summary>
internal static class PathRules
{
    private static readonly SearchValues<char> s_plain =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_~!$&'()*+,;=:@/.%");

    /// <summary>Whether a request target (path and query as sent) is in plain form.</summary>
    public static bool IsPlain(ReadOnlySpan<char> target)
    {
        var mark = target.IndexOf('?');
        var path = mark < 0 ? target : target[..mark];
        if (path.IsEmpty || path[0] != '/' || path.ContainsAnyExcept(s_plain))
            return false;
        if (mark >= 0 && HasControl(target[(mark + 1)..]))
            return false;
        return SegmentsArePlain(path);
    }

    private static bool HasControl(ReadOnlySpan<char> query) =>
        query.ContainsAnyExceptInRange('!', '~') || query.Contains('#');

    private static bool SegmentsArePlain(ReadOnlySpan<char> path)
    {
        var dotsOnly = false;
        var length = 0;
        for (var i = 1; i < path.Length; i++)
        {
            var c = path[i];
            var isSlash = c == '/';
            if (c == '%')
            {
                if (!TryDecode(path, i, out var decoded) || !IsPlainWhenDecoded(path, i, decoded))
                    return false;
                i += 2;
                isSlash = decoded == '/';
            }

            if (isSlash && (length == 0 || dotsOnly))
                return false;
            dotsOnly = !isSlash && c == '.' && (length == 0 || dotsOnly);
            length = isSlash ? 0 : length + 1;
        }

        return !dotsOnly;
    }

    // %2F stays: package managers send it inside scoped names. Encoded dots, backslashes, controls and a second layer
    // of encoding have no honest use.
    private static bool IsPlainWhenDecoded(ReadOnlySpan<char> path, int at, char decoded) => decoded switch
    {
        < ' ' or '\x7f' or '.' or '\\' => false,
        '%' => !HidesMore(path[(at + 3)..]),
        _ => true,
    };

    private static bool HidesMore(ReadOnlySpan<char> rest) =>
        rest is ['%', ..]
        || (rest is [var high, var low, ..] && char.IsAsciiHexDigit(high) && char.IsAsciiHexDigit(low)
            && Decode(high, low) is < ' ' or '.' or '/' or '\\' or '%');

    private static bool TryDecode(ReadOnlySpan<char> path, int at, out char decoded)
    {
        decoded = default;
        if (at + 2 >= path.Length || !char.IsAsciiHexDigit(path[at + 1]) || !char.IsAsciiHexDigit(path[at + 2]))
            return false;
        decoded = Decode(path[at + 1], path[at + 2]);
        return true;
    }

    private static char Decode(char high, char low) => (char)((HexValue(high) << 4) | HexValue(low));

    private static int HexValue(char c) => c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
}
