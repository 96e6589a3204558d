namespace Samtala.Plugins.Registry.Mirroring;

/// <summary>What differs between the mirrors as far as their upstreams go.</summary>
/// <param name="Mirror">Its name in paths: <c>npm</c>.</param>
/// <param name="Command">What the owner's own client prints its upstream with.</param>
/// <param name="ReadUpstream">Finds the URL in what it printed; null when there is none.</param>
/// <param name="Probe">Path below the upstream that is cheap to ask for.</param>
/// <param name="ClientPath">What package clients are pointed at, below the node's address.</param>
internal sealed record Ecosystem(
    string Mirror, string Command, Func<string, Uri?> ReadUpstream, string Probe, string ClientPath)
{
    public static Ecosystem Npm { get; } = new(
        "npm", "npm config get registry", ReadNpm, "-/ping", "/registry/npm/");

    public static Ecosystem Nuget { get; } = new(
        "nuget", "dotnet nuget list source --format short", ReadNuget, "", "/registry/nuget/v3/index.json");

    /// <summary>Both, in order of their names.</summary>
    public static IReadOnlyList<Ecosystem> All { get; } = [Npm, Nuget];

    /// <summary>Reads an address that can be an upstream: http or https, without user, query and fragment.</summary>
    public static Uri? ReadAddress(string text) =>
        Uri.TryCreate(text.Trim(), UriKind.Absolute, out var uri)
        && (uri.Scheme == Uri.UriSchemeHttps || uri.Scheme == Uri.UriSchemeHttp)
        && uri.Host.Length > 0 && uri.UserInfo.Length == 0 && uri.Query.Length == 0 && uri.Fragment.Length == 0
            ? uri : null;

    private static Uri? ReadNpm(string output) =>
        output.Split('\n').Select(ReadAddress).FirstOrDefault(uri => uri is not null);

    /// <summary>Lines are <c>E https://…</c>; the letters say enabled or disabled, machine-wide, official.</summary>
    private static Uri? ReadNuget(string output) =>
        output.Split('\n')
            .Select(line => line.Trim().Split(' ', 2))
            .Where(parts => parts.Length == 2 && parts[0].StartsWith('E'))
            .Select(parts => ReadAddress(parts[1]))
            .FirstOrDefault(uri => uri is not null);
}
