using System.Globalization;
using Samtala.Abstractions;

namespace Samtala.PluginPackages;

/// <summary>Which versions of Samtala.Abstractions a plugin runs with: a floor and a ceiling, both needed.</summary>
/// <param name="Floor">The lowest that works.</param>
/// <param name="Ceiling">The lowest that no longer works.</param>
public sealed record SdkRange(Version Floor, Version Ceiling)
{
    /// <summary>The version this node offers.</summary>
    public static Version Offered { get; } = typeof(IPlugin).Assembly.GetName().Version ?? new Version(1, 0);

    /// <summary>Reads <c>&gt;=1.0 &lt;2.0</c>.</summary>
    /// <param name="text">The text.</param>
    /// <param name="range">The range, or null.</param>
    /// <returns>False when <paramref name="text"/> lacks the floor or the ceiling, or is empty as a range.</returns>
    public static bool TryParse(string text, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out SdkRange? range)
    {
        range = null;
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (text.Length > 64 || words.Length != 2
            || !words[0].StartsWith(">=", StringComparison.Ordinal) || !TryReadVersion(words[0][2..], out var floor)
            || words[1][0] != '<' || !TryReadVersion(words[1][1..], out var ceiling) || ceiling <= floor)
        {
            return false;
        }

        range = new SdkRange(floor, ceiling);
        return true;
    }

    /// <summary>Why a plugin with this range cannot run on an SDK, and what to do.</summary>
    /// <param name="plugin">Its name and version, for the message.</param>
    /// <param name="offered">What the node offers.</param>
    /// <returns>Null when it can.</returns>
    public string? Explain(string plugin, Version offered)
    {
        if (offered < Floor)
        {
            return $"{plugin} needs the plugin SDK {this}; this node offers {Short(offered)}, which is older. "
                + $"Update the node to one that offers SDK {Short(Floor)}, or install an older version of the plugin.";
        }

        return offered < Ceiling
            ? null
            : $"{plugin} was made for the plugin SDK {this}; this node offers {Short(offered)}, which is newer. "
                + $"Install a version of the plugin made for SDK {Short(offered)}; if there is none, ask its owners.";
    }

    /// <summary>As in plugin.json.</summary>
    public override string ToString() => $">={Short(Floor)} <{Short(Ceiling)}";

    private static string Short(Version version) => version.ToString(2);

    private static bool TryReadVersion(string text, out Version version)
    {
        version = new Version(0, 0);
        var parts = text.Split('.');
        if (parts.Length is not (2 or 3))
            return false;
        foreach (var part in parts)
        {
            if (part.Length > 6 || !int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out _))
                return false;
        }

        version = Version.Parse(text);
        return true;
    }
}
