using System.Globalization;

namespace Samtala.PluginPackages;

/// <summary>A version in three numbers and perhaps a name for what comes before a release, such as
/// 1.2.0-beta.1.</summary>
/// <param name="Major">Rises when users must change something.</param>
/// <param name="Minor">Rises with what is new.</param>
/// <param name="Patch">Rises with repairs.</param>
/// <param name="Before">Without '-'; empty for a release.</param>
public readonly record struct PluginVersion(int Major, int Minor, int Patch, string Before)
    : IComparable<PluginVersion>
{
    /// <summary>Longest text.</summary>
    public const int TextSizeMax = 64;

    /// <summary>Reads <c>1.2.3</c> or <c>1.2.3-beta.1</c>.</summary>
    /// <param name="text">The text.</param>
    /// <param name="version">The version, or zero.</param>
    /// <returns>False when <paramref name="text"/> is not a version.</returns>
    public static bool TryParse(string text, out PluginVersion version)
    {
        version = default;
        if (text.Length is 0 or > TextSizeMax)
            return false;
        var dash = text.IndexOf('-', StringComparison.Ordinal);
        var before = dash < 0 ? "" : text[(dash + 1)..];
        var numbers = (dash < 0 ? text : text[..dash]).Split('.');
        if (numbers.Length != 3 || (dash >= 0 && !IsBefore(before)))
            return false;
        Span<int> parts = stackalloc int[3];
        for (var i = 0; i < 3; i++)
        {
            if (!int.TryParse(numbers[i], NumberStyles.None, CultureInfo.InvariantCulture, out parts[i])
                || (numbers[i].Length > 1 && numbers[i][0] == '0'))
            {
                return false;
            }
        }

        version = new PluginVersion(parts[0], parts[1], parts[2], before);
        return true;
    }

    /// <inheritdoc/>
    public int CompareTo(PluginVersion other)
    {
        var order = (Major, Minor, Patch).CompareTo((other.Major, other.Minor, other.Patch));
        if (order != 0)
            return order;
        if (Before.Length == 0 || other.Before.Length == 0)
            return other.Before.Length.CompareTo(Before.Length);
        return string.CompareOrdinal(Before, other.Before);
    }

    /// <summary>As it is written.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture,
            $"{Major}.{Minor}.{Patch}{(Before is { Length: > 0 } ? "-" : "")}{Before}");

    /// <summary>Earlier.</summary>
    public static bool operator <(PluginVersion left, PluginVersion right) => left.CompareTo(right) < 0;

    /// <summary>Later.</summary>
    public static bool operator >(PluginVersion left, PluginVersion right) => left.CompareTo(right) > 0;

    /// <summary>Not later.</summary>
    public static bool operator <=(PluginVersion left, PluginVersion right) => left.CompareTo(right) <= 0;

    /// <summary>Not earlier.</summary>
    public static bool operator >=(PluginVersion left, PluginVersion right) => left.CompareTo(right) >= 0;

    private static bool IsBefore(string text)
    {
        foreach (var c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not '.' and not '-')
                return false;
        }

        return text.Length > 0 && text[0] is not '.' and not '-' && text[^1] is not '.' and not '-'
            && !text.Contains("..", StringComparison.Ordinal);
    }
}
