using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Samtala.Crypto;
using Samtala.Network;

namespace Samtala.Interop.Peer;

/// <summary><c>secret-tcp --listen PORT | --connect PORT</c>: echo over the encrypted stream, without
/// channels.</summary>
internal static class SecretTcp
{
    public static async Task<int> RunAsync(Flags flags, CancellationToken cancellationToken)
    {
        using SecretSlab slab = new();
        using var random = RandomNumberGenerator.Create();
        using var key = SecretKey.FromSeed(slab, flags.Seed("seed", "secret").Bytes);
        PeerHubOptions options = new() { Pattern = Enum.Parse<NoisePattern>(flags.Text("pattern", "XX")) };
        var isServer = flags.Has("listen");
        BlockingCollection<byte[]> received = [];
        await using PeerHub hub = new(
            new TcpTransport(new TcpTransportOptions(), TimeProvider.System), new PeerIdentity(key, slab, random),
            options, TimeProvider.System, connection =>
            {
                if (isServer)
                {
                    Lines.Print(Open(connection));
                    connection.ReceiveRaw(message => connection.Stream.Send(message.Span));
                }
                else
                {
                    connection.ReceiveRaw(message => received.Add(message.ToArray()));
                }
            });
        if (isServer)
        {
            var local = hub.Listen(Workbench.AddressOf(flags, "listen"));
            Lines.Print(new JsonObject
            {
                ["event"] = "listening",
                ["port"] = local.Port,
                ["publicKey"] = key.PublicKey.ToString(),
            });
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            return 0;
        }

        PublicKey? expected = flags.Has("remote") ? PublicKey.Parse(flags.Text("remote")) : null;
        var open = await hub.ConnectAsync(Workbench.AddressOf(flags, "connect"), expected, cancellationToken);
        var (count, size) = (flags.Number("count", 10), flags.Number("size", 1000));
        for (var i = 0; i < count; i++)
            open.Stream.Send(TestBlock.Make(i, size));
        var same = true;
        for (var i = 0; i < count; i++)
            same &= received.Take(cancellationToken).AsSpan().SequenceEqual(TestBlock.Make(i, size));
        Lines.Print(new JsonObject
        {
            ["ok"] = same,
            ["messages"] = count,
            ["remote"] = open.RemotePublicKey.ToString(),
            ["hash"] = Convert.ToHexStringLower(open.HandshakeHash.Span),
        });
        return same ? 0 : 1;
    }

    private static JsonObject Open(PeerConnection connection) => new()
    {
        ["event"] = "open",
        ["ok"] = true,
        ["remote"] = connection.RemotePublicKey.ToString(),
        ["hash"] = Convert.ToHexStringLower(connection.HandshakeHash.Span),
    };
}
