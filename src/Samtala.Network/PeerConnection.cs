using System.Net;
using Samtala.Crypto;
using Samtala.Protocol;

namespace Samtala.Network;

/// <summary>An open connection to a peer who proved a key.</summary>
/// <remarks>Thread-safe. Given to the hub's callback before anything of the peer is delivered: open channels, or take
/// raw messages, there.</remarks>
public sealed class PeerConnection
{
    private readonly ConnectionLoop _loop;

    internal PeerConnection(ConnectionLoop loop, SecretStream stream, Protomux mux)
    {
        _loop = loop;
        Stream = stream;
        Mux = mux;
    }

    /// <summary>Who the other side is; all zero when the pattern proves nothing.</summary>
    public PublicKey RemotePublicKey => Mux.RemotePublicKey;

    /// <summary>Whether this side dialled.</summary>
    public bool IsInitiator => Mux.IsInitiator;

    /// <summary>64 bytes that name the connection, the same on both sides.</summary>
    public ReadOnlyMemory<byte> HandshakeHash => Mux.HandshakeHash;

    /// <summary>Where the other side is.</summary>
    public IPEndPoint RemoteEndPoint => _loop.RemoteEndPoint;

    /// <summary>The channels.</summary>
    public Protomux Mux { get; }

    /// <summary>The stream below, to send raw messages on a connection without channels.</summary>
    public SecretStream Stream { get; }

    /// <summary>Ends, with the reason, once the connection has and every channel was told.</summary>
    public Task<string> Closed => _loop.Closed;

    /// <summary>Delivers messages as they are instead of to channels. Only inside the hub's callback.</summary>
    /// <param name="message">Called for each message, valid during the call only; an exception ends the connection.
    /// </param>
    public void ReceiveRaw(Action<ReadOnlyMemory<byte>> message)
    {
        ArgumentNullException.ThrowIfNull(message);
        _loop.Raw = message;
    }

    /// <summary>Sends what waits, then ends the connection. Returns at once; see <see cref="Closed"/>.</summary>
    /// <param name="reason">What happened, for people on this side.</param>
    public void Close(string reason) => _loop.Finish(reason);
}
