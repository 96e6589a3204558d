using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Samtala.Encodings;

namespace Samtala.Hypercore.Messages;

/// <summary>Which blocks of a region the sender has.</summary>
/// <param name="Start">The block of the lowest bit of the first word; a multiple of 32.</param>
/// <param name="Words">Four bytes for every 32 blocks, little-endian. Received: a view of the payload.</param>
public readonly record struct BitfieldMessage(ulong Start, ReadOnlyMemory<byte> Words)
{
    /// <summary>How many words.</summary>
    public int WordCount => Words.Length / sizeof(uint);

    /// <summary>Bytes that <see cref="Write"/> writes.</summary>
    public int Size => CompactSize.OfUInt(Start) + CompactSize.OfUInt((ulong)WordCount) + Words.Length;

    /// <summary>A message of words in memory.</summary>
    /// <param name="start">A multiple of 32.</param>
    /// <param name="words">At most <see cref="ReplicationProtocol.BitfieldWordsMax"/>; copied.</param>
    public static BitfieldMessage Of(ulong start, ReadOnlySpan<uint> words)
    {
        byte[] bytes = new byte[words.Length * sizeof(uint)];
        for (int i = 0; i < words.Length; i++)
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(i * sizeof(uint)), words[i]);
        return new BitfieldMessage(start, bytes);
    }

    /// <summary>Reads a stranger's bytes; what follows is ignored.</summary>
    /// <param name="source">The payload.</param>
    /// <param name="message">Default when refused.</param>
    /// <returns>False when cut short, of more than <see cref="ReplicationProtocol.BitfieldWordsMax"/> words, or when
    /// the
    /// start is no multiple of 32.</returns>
    public static bool TryDecode(ReadOnlyMemory<byte> source, out BitfieldMessage message)
    {
        message = default;
        CompactReader reader = new(source.Span);
        if (!reader.TryReadUInt(out ulong start)
            || start % 32 != 0
            || !reader.TryReadUInt(ReplicationProtocol.BitfieldWordsMax, out ulong count)
            || (int)count * sizeof(uint) > reader.RemainingBytes)
        {
            return false;
        }

        message = new BitfieldMessage(start, source.Slice(reader.Position, (int)count * sizeof(uint)));
        return true;
    }

    /// <summary>Copies the words.</summary>
    /// <param name="target">At least <see cref="WordCount"/> words.</param>
    public void CopyTo(Span<uint> target)
    {
        target = target[..WordCount];
        Words.Span.CopyTo(MemoryMarshal.AsBytes(target));
        if (!BitConverter.IsLittleEndian)
            BinaryPrimitives.ReverseEndianness(target, target);
    }

    /// <summary>Writes the message.</summary>
    /// <param name="target">Exactly <see cref="Size"/> bytes.</param>
    public void Write(Span<byte> target)
    {
        CompactWriter writer = new(target);
        writer.WriteUInt(Start);
        writer.WriteUInt((ulong)WordCount);
        writer.WriteFixed(Words.Span);
    }
}
