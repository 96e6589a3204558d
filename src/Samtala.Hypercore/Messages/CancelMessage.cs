using Samtala.Encodings;

namespace Samtala.Hypercore.Messages;

/// <summary>Takes a request back.</summary>
/// <param name="Request">Its id.</param>
public readonly record struct CancelMessage(ulong Request)
{
    /// <summary>Bytes that <see cref="Write"/> writes.</summary>
    public int Size => CompactSize.OfUInt(Request);

    /// <summary>Reads a stranger's bytes; what follows is ignored.</summary>
    /// <param name="source">The payload.</param>
    /// <param name="message">Default when refused.</param>
    /// <returns>False when cut short.</returns>
    public static bool TryDecode(ReadOnlyMemory<byte> source, out CancelMessage message)
    {
        CompactReader reader = new(source.Span);
        bool read = reader.TryReadUInt(out ulong request);
        message = new CancelMessage(request);
        return read;
    }

    /// <summary>Writes the message.</summary>
    /// <param name="target">Exactly <see cref="Size"/> bytes.</param>
    public void Write(Span<byte> target)
    {
        CompactWriter writer = new(target);
        writer.WriteUInt(Request);
    }
}
