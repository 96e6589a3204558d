namespace Samtala.PluginPackages;

/// <summary>Requests a plugin answers without a token although they are no reads, such as a package manager's audit.
/// </summary>
/// <param name="Method">POST, PUT, PATCH or DELETE.</param>
/// <param name="Path">Below <c>/{id}/</c>; all below it when it ends with a slash, else itself alone.</param>
public sealed record AnonymousRequest(string Method, string Path)
{
    /// <summary>Longest text in characters.</summary>
    public const int SizeMax = 256;

    /// <summary>How one is written, for messages.</summary>
    internal const string Form = "POST, PUT, PATCH or DELETE, one space, and a plain path below the plugin's own";

    /// <summary>Reads <c>METHOD PATH</c>.</summary>
    /// <param name="text">As plugin.json has it.</param>
    /// <param name="id">The plugin, whose paths begin with its id.</param>
    /// <returns>Null when it is no such text, or claims everything the plugin has.</returns>
    public static AnonymousRequest? TryParse(string text, string id)
    {
        ArgumentNullException.ThrowIfNull(text);
        var space = text.IndexOf(' ', StringComparison.Ordinal);
        if (text.Length > SizeMax || space < 0 || text[..space] is not ("POST" or "PUT" or "PATCH" or "DELETE"))
            return null;
        var path = text[(space + 1)..];
        var own = $"/{id}/";
        if (!path.StartsWith(own, StringComparison.Ordinal) || path.Length == own.Length)
            return null;
        var segments = path[own.Length..].TrimEnd('/').Split('/');
        var isPlain = !path.EndsWith("//", StringComparison.Ordinal) && segments.All(IsPlain);
        return isPlain ? new AnonymousRequest(text[..space], path) : null;
    }

    /// <summary>Whether a request is one of these.</summary>
    /// <param name="method">Its method.</param>
    /// <param name="path">Without the query, checked by the door: no dots, no empty segments.</param>
    public bool Covers(string method, string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return string.Equals(method, Method, StringComparison.Ordinal)
            && (Path[^1] == '/'
                ? path.StartsWith(Path, StringComparison.Ordinal)
                : string.Equals(path, Path, StringComparison.Ordinal));
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Method} {Path}";

    private static bool IsPlain(string segment) =>
        segment.Length > 0 && segment is not ("." or "..")
        && segment.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '@');
}
