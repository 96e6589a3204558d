using Samtala.Encodings;

namespace Samtala.Hypercore.Messages;

/// <summary>A run of blocks the sender has now, or has no longer.</summary>
/// <param name="Drop">They are gone.</param>
/// <param name="Start">First block.</param>
/// <param name="Length">How many blocks.</param>
public readonly record struct RangeMessage(bool Drop, ulong Start, ulong Length)
{
    private const ulong DropFlag = 1;
    private const ulong SingleFlag = 2;

    /// <summary>Bytes that <see cref="Write"/> writes.</summary>
    public int Size => 1 + CompactSize.OfUInt(Start) + (Length == 1 ? 0 : CompactSize.OfUInt(Length));

    /// <summary>Reads a stranger's bytes; unknown flags and what follows are ignored.</summary>
    /// <param name="source">The payload.</param>
    /// <param name="message">Default when refused.</param>
    /// <returns>False when cut short.</returns>
    public static bool TryDecode(ReadOnlyMemory<byte> source, out RangeMessage message)
    {
        message = default;
        CompactReader reader = new(source.Span);
        if (!(reader.TryReadUInt(out ulong flags) & reader.TryReadUInt(out ulong start)))
            return false;
        ulong length = 1;
        if ((flags & SingleFlag) == 0 && !reader.TryReadUInt(out length))
            return false;
        message = new RangeMessage((flags & DropFlag) != 0, start, length);
        return true;
    }

    /// <summary>Writes the message.</summary>
    /// <param name="target">Exactly <see cref="Size"/> bytes.</param>
    public void Write(Span<byte> target)
    {
        CompactWriter writer = new(target);
        writer.WriteUInt((Drop ? DropFlag : 0) | (Length == 1 ? SingleFlag : 0));
        writer.WriteUInt(Start);
        if (Length != 1)
            writer.WriteUInt(Length);
    }
}
