using Samtala.Encodings;

namespace Samtala.Hypercore.Messages;

/// <summary>Asks which blocks of a region the other side has and will have; as Unwant, takes that back.</summary>
/// <param name="Start">First block.</param>
/// <param name="Length">How many blocks.</param>
/// <param name="Any">One block of the region is enough of an answer.</param>
public readonly record struct WantMessage(ulong Start, ulong Length, bool Any)
{
    /// <summary>Bytes that <see cref="Write"/> writes.</summary>
    public int Size => CompactSize.OfUInt(Start) + CompactSize.OfUInt(Length) + (Any ? 1 : 0);

    /// <summary>Reads a stranger's bytes; unknown flags and what follows are ignored.</summary>
    /// <param name="source">The payload.</param>
    /// <param name="message">Default when refused.</param>
    /// <returns>False when cut short.</returns>
    public static bool TryDecode(ReadOnlyMemory<byte> source, out WantMessage message)
    {
        message = default;
        CompactReader reader = new(source.Span);
        ulong flags = 0;
        if (!(reader.TryReadUInt(out ulong start) & reader.TryReadUInt(out ulong length))
            || (!reader.IsAtEnd && !reader.TryReadUInt(out flags)))
        {
            return false;
        }

        message = new WantMessage(start, length, (flags & 1) != 0);
        return true;
    }

    /// <summary>Writes the message.</summary>
    /// <param name="target">Exactly <see cref="Size"/> bytes.</param>
    public void Write(Span<byte> target)
    {
        CompactWriter writer = new(target);
        writer.WriteUInt(Start);
        writer.WriteUInt(Length);
        if (Any)
            writer.WriteUInt(1);
    }
}
