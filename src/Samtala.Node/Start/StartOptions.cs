using System.Globalization;
using System.Net;
using Samtala.Node.Cli;
using Samtala.Node.Config;
using Samtala.Node.Errors;

namespace Samtala.Node.Start;

/// <summary>Everything <c>start</c> was told, checked.</summary>
internal sealed record StartOptions
{
    // sun_path has 108 bytes on Linux and 104 elsewhere, with the zero at its end.
    private const int SocketPathSizeMax = 103;

    /// <summary>The data folder, absolute.</summary>
    public required string Data { get; init; }

    /// <summary>REST and dashboard.</summary>
    public required IPEndPoint Http { get; init; }

    /// <summary>gRPC over TCP.</summary>
    public required IPEndPoint Grpc { get; init; }

    /// <summary>Other nodes.</summary>
    public required IPEndPoint Listen { get; init; }

    /// <summary>The Unix socket, absolute.</summary>
    public required string Socket { get; init; }

    /// <summary>The list of plugins; null for plugins.json in the data folder.</summary>
    public string? Plugins { get; init; }

    /// <summary>Switches of subsystems that this version does not have, with their values.</summary>
    public required IReadOnlyList<(string Flag, string Value)> NotYet { get; init; }

    /// <summary>How the ready line is printed.</summary>
    public OutputForm Form { get; init; }

    /// <summary>Reads the settings.</summary>
    /// <exception cref="CliException">A value is not what it should be.</exception>
    public static StartOptions From(Layers layers, bool noLan)
    {
        var data = Path.GetFullPath(layers[Settings.Data]);
        var socket = layers[Settings.Socket] is { Length: > 0 } path ? Path.GetFullPath(path)
            : Path.Combine(data, "node.sock");
        if (System.Text.Encoding.UTF8.GetByteCount(socket) > SocketPathSizeMax)
        {
            throw new CliException(
                "SAM0112", "the path of the Unix socket is too long", socket,
                $"the system allows {SocketPathSizeMax} bytes", "give a shorter one: --socket /tmp/samtala.sock");
        }

        // Checked even where nothing listens yet: a typo must not wait for a later version to be found.
        EndPointOf(layers, Settings.Dht);
        if (layers[Settings.NoLan] is not ("true" or "false"))
            throw Wrong(layers, Settings.NoLan, "true or false");
        List<(string, string)> notYet = [.. new[] { Settings.Dht, Settings.Bootstrap }
            .Where(layers.IsSet).Select(s => (s.Flag, layers[s]))];
        if (noLan || layers[Settings.NoLan] == "true")
            notYet.Add((Settings.NoLan.Flag, ""));
        return new StartOptions
        {
            Data = data,
            Http = EndPointOf(layers, Settings.Http),
            Grpc = EndPointOf(layers, Settings.Grpc),
            Listen = EndPointOf(layers, Settings.Listen),
            Socket = socket,
            Plugins = layers[Settings.Plugins] is { Length: > 0 } file ? Path.GetFullPath(file) : null,
            NotYet = notYet,
        };
    }

    private static IPEndPoint EndPointOf(Layers layers, Setting setting)
    {
        var text = layers[setting];
        var colon = text.LastIndexOf(':');
        if (colon <= 0 || !ushort.TryParse(text.AsSpan(colon + 1), CultureInfo.InvariantCulture, out var port))
            throw Wrong(layers, setting, "HOST:PORT, such as 127.0.0.1:7650");
        var host = text[..colon];
        var address = host switch
        {
            "localhost" => IPAddress.Loopback,
            "*" => IPAddress.Any,
            _ => IPAddress.TryParse(host.Trim('[', ']'), out var parsed) ? parsed : null,
        };
        return address is null
            ? throw Wrong(layers, setting, "an IP address or localhost, then :PORT")
            : new IPEndPoint(address, port);
    }

    private static CliException Wrong(Layers layers, Setting setting, string wanted)
    {
        var layer = layers.Explain(setting)[^1];
        return CliException.Usage(
            "SAM0005", $"'{layer.Value}' does not fit {setting.Key}", layer.Source, $"give {wanted}");
    }
}
