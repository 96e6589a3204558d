using Samtala.Crypto;

namespace Samtala.Protocol;

/// <summary>What a handshake proved about a stream.</summary>
/// <param name="IsInitiator">Whether this side spoke first.</param>
/// <param name="RemotePublicKey">Who the other side is; all zero when the pattern proves nothing.</param>
/// <param name="HandshakeHash">64 bytes that name the stream, the same on both sides; not secret.</param>
public sealed record StreamIdentity(bool IsInitiator, PublicKey RemotePublicKey, ReadOnlyMemory<byte> HandshakeHash);
