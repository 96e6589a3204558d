using Samtala.Crypto;

namespace Samtala.Protocol;

/// <summary>What both sides derive from the handshake hash. Source: @hyperswarm/secret-stream 6.9.</summary>
internal static class StreamIds
{
    private static readonly Hash32 s_initiator = Namespace(0);
    private static readonly Hash32 s_responder = Namespace(1);
    private static readonly Hash32 s_send = Namespace(2);

    internal static ReadOnlySpan<byte> Initiator => s_initiator.Bytes;

    internal static ReadOnlySpan<byte> Responder => s_responder.Bytes;

    internal static ReadOnlySpan<byte> Send => s_send.Bytes;

    /// <summary>What a side says first on its encrypted stream.</summary>
    internal static Hash32 OfStream(ReadOnlySpan<byte> handshakeHash, bool isInitiator) =>
        Blake2b.HashKeyed(handshakeHash, isInitiator ? Initiator : Responder);

    /// <summary>The key of a side's datagrams.</summary>
    internal static Hash32 OfDatagrams(ReadOnlySpan<byte> handshakeHash, bool isInitiator)
    {
        Span<byte> text = stackalloc byte[2 * Hash32.Size];
        (isInitiator ? Initiator : Responder).CopyTo(text);
        Send.CopyTo(text[Hash32.Size..]);
        return Blake2b.HashKeyed(handshakeHash, text);
    }

    private static Hash32 Namespace(byte index)
    {
        Span<byte> text = stackalloc byte[Hash32.Size + 1];
        Blake2b.HashData("hyperswarm/secret-stream"u8, text[..Hash32.Size]);
        text[Hash32.Size] = index;
        return Blake2b.HashData(text);
    }
}
