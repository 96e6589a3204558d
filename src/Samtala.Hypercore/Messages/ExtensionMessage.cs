using Samtala.Encodings;

namespace Samtala.Hypercore.Messages;

/// <summary>A message of the application, beside the log.</summary>
/// <param name="Name">Of the extension; empty means the same as in the message before on this channel.</param>
/// <param name="Payload">Its bytes. Received: a view of the message.</param>
public readonly record struct ExtensionMessage(string Name, ReadOnlyMemory<byte> Payload)
{
    /// <summary>Bytes that <see cref="Write"/> writes.</summary>
    public int Size => CompactSize.OfString(Name) + Payload.Length;

    /// <summary>Reads a stranger's bytes.</summary>
    /// <param name="source">The payload.</param>
    /// <param name="message">Default when refused.</param>
    /// <returns>False when cut short or when the name is longer than
    /// <see cref="ReplicationProtocol.ExtensionNameSizeMax"/>.</returns>
    public static bool TryDecode(ReadOnlyMemory<byte> source, out ExtensionMessage message)
    {
        message = default;
        CompactReader reader = new(source.Span);
        if (!reader.TryReadBuffer(out ReadOnlySpan<byte> name)
            || name.Length > ReplicationProtocol.ExtensionNameSizeMax)
        {
            return false;
        }

        message = new ExtensionMessage(System.Text.Encoding.UTF8.GetString(name), source[reader.Position..]);
        return true;
    }

    /// <summary>Writes the message.</summary>
    /// <param name="target">Exactly <see cref="Size"/> bytes.</param>
    public void Write(Span<byte> target)
    {
        CompactWriter writer = new(target);
        writer.WriteString(Name);
        writer.WriteFixed(Payload.Span);
    }
}
