using System.Buffers;

namespace Samtala.PluginPackages;

/// <summary>Decides which paths may be written. Only plain relative paths that mean the same on every system
/// are.</summary>
internal sealed class PackageNames
{
    private static readonly string[] s_devices = ["CON", "PRN", "AUX", "NUL", "CLOCK$", "CONIN$", "CONOUT$"];
    private static readonly SearchValues<char> s_forbidden = SearchValues.Create("\\:*?\"<>|");
    private readonly HashSet<string> _files = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _folders = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Checks a path against the rules and against those before it.</summary>
    /// <returns>What is wrong with it; null when nothing is.</returns>
    public string? Check(string path, bool isFolder)
    {
        var plain = isFolder ? path.TrimEnd('/') : path;
        if (plain.Length is 0 or > PackageLimits.PathSizeMax)
            return $"has a path that is empty or longer than {PackageLimits.PathSizeMax} characters";
        if (plain.AsSpan().ContainsAny(s_forbidden) || plain.Any(c => char.IsControl(c) || char.IsSurrogate(c)))
            return "has a path with a backslash, a drive, a wildcard or a control character in it";
        if (plain[0] == '/')
            return "has an absolute path in it";
        var segments = plain.Split('/');
        if (segments.Length > PackageLimits.DepthMax)
            return $"has a path of more than {PackageLimits.DepthMax} folders in it";
        if (segments.Any(s => s.Length == 0 || s[^1] is '.' or ' ' || s[0] == ' ' || IsDevice(s)))
            return "has a path in it that leads elsewhere or means something else on another system";
        for (var i = 1; i < segments.Length; i++)
        {
            var folder = string.Join('/', segments[..i]);
            if (_files.Contains(folder))
                return "has a path in it that is a file and a folder";
            _folders.Add(folder);
        }

        if (isFolder)
        {
            _folders.Add(plain);
            return _files.Contains(plain) ? "has a path in it that is a file and a folder" : null;
        }

        return _folders.Contains(plain) || !_files.Add(plain) ? "has the same path in it twice" : null;
    }

    private static bool IsDevice(string segment)
    {
        var dot = segment.IndexOf('.', StringComparison.Ordinal);
        var name = dot < 0 ? segment : segment[..dot];
        return s_devices.Contains(name, StringComparer.OrdinalIgnoreCase)
            || (name.Length == 4 && char.IsAsciiDigit(name[3])
                && (name.StartsWith("COM", StringComparison.OrdinalIgnoreCase)
                    || name.StartsWith("LPT", StringComparison.OrdinalIgnoreCase)));
    }
}
