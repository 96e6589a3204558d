namespace Samtala.Node.Config;

/// <summary>Every setting there is.</summary>
internal static class Settings
{
    public const int DhtPortDefault = 49737;

    public static readonly Setting Data = new(
        "data", "DIR", "Folder of everything the node keeps.", Paths.DefaultData);

    public static readonly Setting Http = new(
        "http", "HOST:PORT", "Where REST, the dashboard and event streams answer. Port 0 is any free port.",
        _ => "127.0.0.1:7650");

    public static readonly Setting Grpc = new(
        "grpc", "HOST:PORT", "Where gRPC (HTTP/2 without TLS) answers. Port 0 is any free port.",
        _ => "127.0.0.1:7651");

    public static readonly Setting Socket = new(
        "socket", "PATH", "The Unix socket, for you alone. Empty: node.sock in the data folder.", _ => "");

    public static readonly Setting Listen = new(
        "listen", "HOST:PORT", "Where other nodes connect over TCP.", _ => "0.0.0.0:7652");

    public static readonly Setting Dht = new(
        "dht", "HOST:PORT", "Where the DHT listens (UDP); the next free port is taken.",
        _ => $"0.0.0.0:{DhtPortDefault}");

    public static readonly Setting Bootstrap = new(
        "bootstrap", "HOST:PORT,…|none", "First nodes of the DHT; none stays alone.", _ => "");

    public static readonly Setting NoLan = new(
        "no-lan", "true|false", "Do not look for nodes on the local network.", _ => "false");

    public static readonly Setting Plugins = new(
        "plugins", "FILE", "The list of plugins. Empty: plugins.json in the data folder.", _ => "");

    public static readonly Setting Node = new(
        "node", "URL|SOCKET", "Which node the other verbs ask. Empty: the socket in the data folder.", _ => "");

    public static readonly Setting Token = new(
        "token", "TOKEN|@FILE", "The token the other verbs use. Empty: the owner's, from the data folder.", _ => "");

    /// <summary>In the order in which they are explained.</summary>
    public static IReadOnlyList<Setting> All { get; } =
        [Data, Http, Grpc, Socket, Listen, Dht, Bootstrap, NoLan, Plugins, Node, Token];
}
