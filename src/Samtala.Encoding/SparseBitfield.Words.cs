using System.Numerics;
using System.Runtime.InteropServices;

namespace Samtala.Encodings;

/// <content>The bits as the 32-bit little-endian words of the wire, bit 0 of the first word being the lowest.</content>
public sealed partial class SparseBitfield
{
    /// <summary>Bits of one word on the wire; ranges of words begin at a multiple of it.</summary>
    public const int WireWordBits = 32;

    /// <summary>Copies bits out.</summary>
    /// <param name="start">The first bit, a multiple of <see cref="WireWordBits"/>.</param>
    /// <param name="target">Filled whole; 4 bytes for every 32 bits.</param>
    /// <exception cref="ArgumentException">The start or the size is not that of whole words.</exception>
    public void CopyTo(ulong start, Span<byte> target)
    {
        CheckWords(start, target.Length);
        target.Clear();
        for (int done = 0; done < target.Length && start < BitsMax;)
        {
            int offset = (int)(start & PageMask) / 8;
            int size = Math.Min((PageBits / 8) - offset, target.Length - done);
            int i = Find(start >> PageShift);
            if (i >= 0 && _entries[i].Page is { } page)
                CopyBytes(page.Words, offset, target.Slice(done, size));
            else if (i >= 0)
                target.Slice(done, size).Fill(0xff);
            done += size;
            start += (ulong)size * 8;
        }
    }

    /// <summary>Replaces bits by those of the wire.</summary>
    /// <param name="start">The first bit, a multiple of <see cref="WireWordBits"/>.</param>
    /// <param name="source">4 bytes for every 32 bits. What lies beyond <see cref="BitsMax"/> is ignored.</param>
    /// <exception cref="ArgumentException">The start or the size is not that of whole words.</exception>
    public void Replace(ulong start, ReadOnlySpan<byte> source)
    {
        CheckWords(start, source.Length);
        while (source.Length > 0 && start < BitsMax)
        {
            int offset = (int)(start & PageMask) / 8;
            int size = Math.Min((PageBits / 8) - offset, source.Length);
            ReplaceInPage(start, offset, source[..size]);
            source = source[size..];
            start += (ulong)size * 8;
        }
    }

    private static void CheckWords(ulong start, int size)
    {
        if (start % WireWordBits != 0)
            throw new ArgumentException($"{start} is not a multiple of {WireWordBits}.", nameof(start));
        if (size % sizeof(uint) != 0)
            throw new ArgumentException($"{size} bytes are not whole words of {sizeof(uint)} bytes.", nameof(size));
    }

    private static void CopyBytes(ulong[] words, int offset, Span<byte> target)
    {
        if (BitConverter.IsLittleEndian)
        {
            MemoryMarshal.AsBytes(words.AsSpan()).Slice(offset, target.Length).CopyTo(target);
            return;
        }

        for (int i = 0; i < target.Length; i++)
            target[i] = (byte)(words[(offset + i) / 8] >> ((offset + i) % 8 * 8));
    }

    private void ReplaceInPage(ulong start, int offset, ReadOnlySpan<byte> source)
    {
        if (!source.ContainsAnyExcept((byte)0))
        {
            ClearRange(start, (ulong)source.Length * 8);
            return;
        }

        if (!source.ContainsAnyExcept((byte)0xff))
        {
            SetRange(start, (ulong)source.Length * 8);
            return;
        }

        ulong number = start >> PageShift;
        int i = Find(number);
        if (!TryOpenPage(ref i, number))
            return;
        Page page = _entries[i].Page!;
        Count -= (ulong)page.Count;
        Overwrite(page, offset, source);
        Count += (ulong)page.Count;
        if (page.Count == PageBits)
            FillEntry(i);
    }

    private static void Overwrite(Page page, int offset, ReadOnlySpan<byte> source)
    {
        for (int i = 0; i < source.Length; i++)
        {
            int shift = (offset + i) % 8 * 8;
            ref ulong word = ref page.Words[(offset + i) / 8];
            word = (word & ~(0xffUL << shift)) | ((ulong)source[i] << shift);
        }

        page.Count = 0;
        foreach (ulong word in page.Words)
            page.Count += BitOperations.PopCount(word);
    }
}
