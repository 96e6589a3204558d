using Samtala.Node.Config;
using Samtala.Node.Errors;

namespace Samtala.Node.Client;

/// <summary>Which node a verb asks, and with what token.</summary>
/// <param name="Socket">A Unix socket; empty when <paramref name="Http"/> is used.</param>
/// <param name="Http">Such as http://127.0.0.1:7650; empty when <paramref name="Socket"/> is used.</param>
/// <param name="Token">Sent as bearer token; empty for none.</param>
internal sealed record NodeTarget(string Socket, string Http, string Token)
{
    private const string UnixScheme = "unix:";

    /// <summary>For people: where the node is.</summary>
    public string Shown => Socket.Length > 0 ? Socket : Http;

    /// <summary>Finds the node: --node, else the socket of the data folder.</summary>
    /// <exception cref="CliException">A token file cannot be read, or the address is none.</exception>
    public static NodeTarget Find(Layers settings)
    {
        var data = Path.GetFullPath(settings[Settings.Data]);
        var token = TokenOf(settings[Settings.Token], data);
        var node = settings[Settings.Node];
        if (node.StartsWith("http://", StringComparison.Ordinal)
            || node.StartsWith("https://", StringComparison.Ordinal))
        {
            return Uri.TryCreate(node, UriKind.Absolute, out var uri)
                ? new NodeTarget("", uri.GetLeftPart(UriPartial.Authority), token)
                : throw NoAddress(node);
        }

        if (IsHostAndPort(node) || node.Contains("://", StringComparison.Ordinal))
            throw NoAddress(node);
        if (node.StartsWith(UnixScheme, StringComparison.Ordinal))
            node = node[UnixScheme.Length..];
        if (node.Length == 0)
            node = settings[Settings.Socket];
        if (node.Length == 0)
            node = RunFile.TryRead(data)?.Socket ?? "";
        if (node.Length == 0)
            node = Path.Combine(data, "node.sock");
        return new NodeTarget(Path.GetFullPath(node), "", token);
    }

    private static CliException NoAddress(string node) =>
        new("SAM0102", "this is no address of a node", node, "", "write http://HOST:PORT or the path of a socket");

    private static bool IsHostAndPort(string node)
    {
        var colon = node.LastIndexOf(':');
        return colon > 0 && ushort.TryParse(node.AsSpan(colon + 1), out _)
            && node.AsSpan().IndexOfAny('/', '\\') < 0 && !File.Exists(node);
    }

    private static string TokenOf(string setting, string data)
    {
        var path = setting.StartsWith('@') ? setting[1..] : Path.Combine(data, "api.token");
        if (setting.Length > 0 && setting[0] != '@')
            return setting;
        try
        {
            return File.ReadAllText(path).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Without a flag the socket alone may be enough: it trusts the user it runs as.
            if (setting.Length == 0)
                return "";
            throw new CliException(
                "SAM0103", "the token file cannot be read", path, e.Message, "give --token TOKEN", e);
        }
    }
}
