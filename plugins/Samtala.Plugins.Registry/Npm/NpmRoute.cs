namespace Samtala.Plugins.Registry.Npm;

/// <summary>What a path below <c>/registry/npm/</c> asks for.</summary>
/// <param name="Kind">The kind of thing.</param>
/// <param name="Name">The package; empty for others.</param>
/// <param name="File">The file, or the rest of the path after <c>/-/</c>.</param>
internal readonly record struct NpmRoute(NpmRoute.What Kind, string Name, string File)
{
    /// <summary>Kinds of things.</summary>
    public enum What
    {
        /// <summary>Nothing this mirror knows.</summary>
        Unknown,

        /// <summary>A package's document.</summary>
        Packument,

        /// <summary>A package's file.</summary>
        Tarball,

        /// <summary>Something of the registry itself: <c>/-/ping</c>.</summary>
        Api,
    }

    /// <summary>Reads a path. Scoped names come as <c>@scope%2fname</c>, <c>@scope%2Fname</c> or
    /// <c>@scope/name</c>; nothing else may be encoded.</summary>
    /// <param name="path">Below the mirror, without '/' at its beginning.</param>
    public static NpmRoute Read(string path)
    {
        if (path.StartsWith("-/", StringComparison.Ordinal))
            return new NpmRoute(What.Api, "", path[2..]);
        if (path.StartsWith("%40", StringComparison.Ordinal))
            path = $"@{path.AsSpan(3)}";
        if (path.StartsWith('@'))
            path = ReplaceFirst(path);
        if (NpmName.IsName(path))
            return new NpmRoute(What.Packument, path, "");
        var middle = path.IndexOf("/-/", StringComparison.Ordinal);
        if (middle < 0)
            return default;
        var name = path[..middle];
        var file = path[(middle + 3)..];

        // Some clients repeat the scope before the file.
        var slash = file.LastIndexOf('/');
        if (slash >= 0 && name.StartsWith(file[..(slash + 1)], StringComparison.Ordinal))
            file = file[(slash + 1)..];
        return NpmName.IsName(name) && NpmName.IsFile(file) ? new NpmRoute(What.Tarball, name, file) : default;
    }

    private static string ReplaceFirst(string path)
    {
        var at = path.IndexOf('%', StringComparison.Ordinal);
        return at > 0 && path.AsSpan(at).StartsWith("%2f", StringComparison.OrdinalIgnoreCase)
            ? string.Concat(path.AsSpan(0, at), "/", path.AsSpan(at + 3))
            : path;
    }
}
