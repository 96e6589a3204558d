using System.Text;

namespace Samtala.Plugins.Registry.Sharing;

/// <summary>
/// Versions as texts whose byte order is the order of semantic versions: numbers carry how many digits they have,
/// and a release sorts after all that comes before it.
/// </summary>
internal static class SortableVersion
{
    private const int PartCountMax = 4;
    private const char Before = '-';
    private const char Release = '~';

    // Below every character of a version, so that a shorter list of parts comes first.
    private const char PartEnd = '\u0001';

    /// <summary>The sortable form.</summary>
    /// <param name="version">Such as <c>1.10.0-rc.1</c>; letters of pre-releases keep their case.</param>
    /// <returns>One that is no such version gets '!' and itself: before all others, in order of its bytes.</returns>
    public static string Of(string version)
    {
        var plus = version.IndexOf('+', StringComparison.Ordinal);
        var core = plus < 0 ? version : version[..plus];
        var dash = core.IndexOf('-', StringComparison.Ordinal);
        var numbers = (dash < 0 ? core : core[..dash]).Split('.');
        StringBuilder sortable = new();
        if (numbers.Length > PartCountMax || numbers.Any(n => !IsNumber(n)))
            return $"!{version}";
        for (var i = 0; i < PartCountMax; i++)
            AddNumber(sortable, i < numbers.Length ? numbers[i] : "0");
        if (dash < 0)
        {
            sortable.Append(Release);
        }
        else
        {
            sortable.Append(Before);
            foreach (var part in core[(dash + 1)..].Split('.'))
            {
                if (IsNumber(part))
                    AddNumber(sortable.Append('0'), part);
                else
                    sortable.Append('1').Append(part);
                sortable.Append(PartEnd);
            }
        }

        // Tells versions apart that only their build differs in; it has no place in their order.
        return plus < 0 ? sortable.ToString() : sortable.Append(version.AsSpan(plus)).ToString();
    }

    private static bool IsNumber(string text) =>
        text.Length is > 0 and <= 20 && text.All(char.IsAsciiDigit) && (text.Length == 1 || text[0] != '0');

    private static void AddNumber(StringBuilder target, string number) =>
        target.Append((char)('a' + number.Length)).Append(number);
}
