using Samtala.Crypto;
using Samtala.Hypercore.Manifests;

namespace Samtala.Hypercore;

/// <summary>Proof, worth nothing on any other connection, that one side knows the key of a log.</summary>
public static class ReplicationCapability
{
    /// <summary>What one side shows.</summary>
    /// <param name="isInitiator">Whether that side opened the connection.</param>
    /// <param name="key">The key of the log.</param>
    /// <param name="handshakeHash">The 64-byte hash at the end of the connection's handshake.</param>
    public static Hash32 Create(bool isInitiator, in Hash32 key, ReadOnlySpan<byte> handshakeHash)
    {
        Hash32 space = isInitiator ? HypercoreNamespace.ReplicateInitiator : HypercoreNamespace.ReplicateResponder;
        Span<byte> data = stackalloc byte[Hash32.Size + Hash32.Size];
        space.Bytes.CopyTo(data);
        key.Bytes.CopyTo(data[Hash32.Size..]);
        return Blake2b.HashKeyed(handshakeHash, data);
    }
}
