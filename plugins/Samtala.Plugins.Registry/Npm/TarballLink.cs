using System.Text;

namespace Samtala.Plugins.Registry.Npm;

/// <summary>How a packument's <c>dist.tarball</c> becomes the name of a file of this mirror, and back.</summary>
internal static class TarballLink
{
    /// <summary>
    /// The usual form is <c>{prefix}{name}/-/{file}</c>; then the file keeps its name and the upstream's URL can be
    /// made again from the prefix. Any other form gets a made name.
    /// </summary>
    /// <param name="url">As the upstream wrote it.</param>
    /// <param name="name">The package.</param>
    /// <param name="version">Of this entry.</param>
    /// <param name="file">The file's name at this mirror, or null when even a made name is not usable.</param>
    /// <returns>The prefix, ending in '/'; null for another form.</returns>
    public static string? Read(string url, string name, string version, out string? file)
    {
        var slash = url.LastIndexOf('/');
        file = url[(slash + 1)..];
        if (NpmName.IsFile(file))
        {
            var head = url.AsSpan(0, slash + 1);
            foreach (var middle in (ReadOnlySpan<string>)[$"/{name}/-/", $"/{NpmName.Escaped(name)}/-/"])
            {
                if (head.EndsWith(middle, StringComparison.Ordinal))
                    return url[..(slash + 2 - middle.Length)];
            }
        }

        file = MadeName(name, version);
        return null;
    }

    /// <summary>The URL of a file from its prefix.</summary>
    public static string Write(string prefix, string name, string file) => $"{prefix}{name}/-/{file}";

    private static string? MadeName(string name, string version)
    {
        StringBuilder made = new(NpmName.Unscoped(name));
        made.Append('-').Append(version).Append(".tgz");
        var file = made.ToString();
        return NpmName.IsFile(file) ? file : null;
    }
}
