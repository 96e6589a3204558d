using Samtala.Encodings;
using Samtala.Storage;

namespace Samtala.Hypercore.Logs.Pages;

/// <summary>Which of 32,768 neighbouring blocks are here, as one value of the store.</summary>
/// <remarks>The runs of absent and present blocks by turns, or the plain bits where that is shorter.</remarks>
internal static class BitPage
{
    /// <summary>Blocks of one page.</summary>
    public const ulong Blocks = 1 << Shift;

    /// <summary>Longest encoding in bytes.</summary>
    public const int SizeMax = 1 + PlainSize;

    private const int Shift = 15;
    private const int PlainSize = (int)(Blocks / 8);
    private const byte PlainVersion = 1;
    private const byte RunsVersion = 2;
    private const int RunSizeMax = 5;

    public static ulong NumberOf(ulong block) => block >> Shift;

    /// <summary>Writes a page, or removes it when no block is here.</summary>
    public static void Put(WriteBatch batch, ulong log, ulong number, SparseBitfield bits)
    {
        byte[] key = LogKeyspaces.PairKey(log, number);
        ulong start = number << Shift;
        ulong end = start + Blocks;
        if (bits.FirstSet(start) >= end)
        {
            batch.Delete(LogKeyspaces.Bits, key);
            return;
        }

        byte[] value = new byte[1 + PlainSize + (2 * RunSizeMax)];
        value[0] = RunsVersion;
        CompactWriter writer = new(value.AsSpan(1));
        ulong at = start;
        while (at < end && writer.Position < PlainSize)
        {
            ulong from = Math.Min(end, bits.FirstSet(at));
            ulong to = from < end ? Math.Min(end, bits.FirstUnset(from)) : end;
            writer.WriteUInt(from - at);
            writer.WriteUInt(to - from);
            at = to;
        }

        int size = 1 + writer.Position;
        if (at < end)
        {
            value[0] = PlainVersion;
            bits.CopyTo(start, value.AsSpan(1, PlainSize));
            size = 1 + PlainSize;
        }

        batch.Put(LogKeyspaces.Bits, key, value.AsSpan(0, size));
    }

    /// <summary>Sets the bits of a stored page.</summary>
    /// <param name="value">What <see cref="Put"/> wrote; null means no block.</param>
    /// <param name="number">Of the page.</param>
    /// <param name="bits">Gets the bits.</param>
    /// <returns>False when the bytes are none of ours.</returns>
    public static bool TryLoad(byte[]? value, ulong number, SparseBitfield bits)
    {
        if (value is null)
            return true;
        ulong at = number << Shift;
        ulong end = at + Blocks;
        if (value.Length == 1 + PlainSize && value[0] == PlainVersion)
        {
            bits.Replace(at, value.AsSpan(1));
            return true;
        }

        if (value.Length == 0 || value[0] != RunsVersion)
            return false;
        CompactReader reader = new(value.AsSpan(1));
        while (!reader.IsAtEnd)
        {
            if (!reader.TryReadUInt(out ulong absent) || !reader.TryReadUInt(out ulong present)
                || absent > end - at || present > end - at - absent)
            {
                return false;
            }

            bits.SetRange(at + absent, present);
            at += absent + present;
        }

        return true;
    }
}
