using Samtala.Crypto;
using Samtala.Encodings;

namespace Samtala.Hypercore.Messages;

/// <summary>Goes with the opening of a channel: proof that the sender knows the log's key.</summary>
/// <param name="SupportsSeek">Whether requests may hold a seek.</param>
/// <param name="Capability">See <see cref="ReplicationCapability"/>.</param>
public readonly record struct HandshakeMessage(bool SupportsSeek, Hash32 Capability)
{
    /// <summary>Bytes that <see cref="Write"/> writes.</summary>
    public static int Size => 1 + Hash32.Size;

    /// <summary>Reads a stranger's bytes; unknown flags and what follows are ignored.</summary>
    /// <param name="source">The handshake of the open message.</param>
    /// <param name="message">Default when refused.</param>
    /// <returns>False when cut short.</returns>
    public static bool TryDecode(ReadOnlySpan<byte> source, out HandshakeMessage message)
    {
        CompactReader reader = new(source);
        bool read = reader.TryReadUInt(out ulong flags)
            & reader.TryReadFixed(Hash32.Size, out ReadOnlySpan<byte> capability);
        message = read ? new HandshakeMessage((flags & 1) != 0, new Hash32(capability)) : default;
        return read;
    }

    /// <summary>Writes the message.</summary>
    /// <param name="target">Exactly <see cref="Size"/> bytes.</param>
    public void Write(Span<byte> target)
    {
        CompactWriter writer = new(target);
        writer.WriteUInt(SupportsSeek ? 1UL : 0);
        Hash32 capability = Capability;
        writer.WriteFixed(capability.Bytes);
    }
}
