namespace Samtala.Plugins.Registry.Nuget;

/// <summary>What a path below <c>/registry/nuget/v3/</c> asks for.</summary>
/// <param name="Kind">The kind of thing.</param>
/// <param name="Id">The package in lower case; empty for others.</param>
/// <param name="Version">Normalised, in lower case; or the rest of a registration's path.</param>
internal readonly record struct NugetRoute(NugetRoute.What Kind, string Id, string Version)
{
    private const int RestLengthMax = 300;

    /// <summary>Kinds of things.</summary>
    public enum What
    {
        /// <summary>Nothing this mirror knows.</summary>
        Unknown,

        /// <summary><c>index.json</c></summary>
        ServiceIndex,

        /// <summary><c>flat/{id}/index.json</c></summary>
        Versions,

        /// <summary><c>flat/{id}/{version}/{id}.{version}.nupkg</c></summary>
        Package,

        /// <summary><c>flat/{id}/{version}/{id}.nuspec</c></summary>
        Nuspec,

        /// <summary><c>registration/{id}/…json</c></summary>
        Registration,

        /// <summary><c>query</c></summary>
        Search,
    }

    /// <summary>Reads a path; ids and versions may be in any case and form.</summary>
    /// <param name="path">Below the mirror, without '/' at its beginning.</param>
    public static NugetRoute Read(string path)
    {
        if (path == "index.json")
            return new NugetRoute(What.ServiceIndex, "", "");
        if (path == "query")
            return new NugetRoute(What.Search, "", "");
        var parts = path.Split('/');
        if (parts.Length < 3 || NugetName.ReadId(parts[1]) is not { } id)
            return default;
        if (parts[0] == "registration")
            return Registration(id, path[(parts[0].Length + parts[1].Length + 2)..]);
        if (parts[0] != "flat")
            return default;
        if (parts.Length == 3 && parts[2] == "index.json")
            return new NugetRoute(What.Versions, id, "");
        if (parts.Length != 4 || NugetName.ReadVersion(parts[2]) is not { } version)
            return default;
        return string.Equals(parts[3], $"{parts[1]}.{parts[2]}.nupkg", StringComparison.OrdinalIgnoreCase)
            ? new NugetRoute(What.Package, id, version)
            : string.Equals(parts[3], $"{parts[1]}.nuspec", StringComparison.OrdinalIgnoreCase)
                ? new NugetRoute(What.Nuspec, id, version)
                : default;
    }

    /// <summary><c>index.json</c>, <c>{version}.json</c> or <c>page/{lower}/{upper}.json</c>.</summary>
    private static NugetRoute Registration(string id, string rest)
    {
        rest = rest.ToLowerInvariant();
        var isPlain = rest.Length <= RestLengthMax && rest.EndsWith(".json", StringComparison.Ordinal)
            && rest.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or '/' or '+')
            && !rest.Contains("..", StringComparison.Ordinal);
        return isPlain ? new NugetRoute(What.Registration, id, rest) : default;
    }
}
