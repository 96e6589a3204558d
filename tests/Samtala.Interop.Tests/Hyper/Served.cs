using System.Globalization;
using System.Text.Json.Nodes;

namespace Samtala.Interop.Tests.Hyper;

/// <summary>A peer that serves a log over TCP.</summary>
internal sealed record Served(PeerProcess Peer, int Port, JsonObject Ready) : IAsyncDisposable
{
    /// <summary>The flags with which the other side finds it.</summary>
    public string[] Address =>
        ["--key", (string)Ready["key"]!, "--tcp", Port.ToString(CultureInfo.InvariantCulture)];

    public ValueTask DisposeAsync() => Peer.DisposeAsync();
}
