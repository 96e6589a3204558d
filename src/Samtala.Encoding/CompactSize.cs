namespace Samtala.Encodings;

/// <summary>How many bytes <see cref="CompactWriter"/> will write.</summary>
public static class CompactSize
{
    /// <summary>Bytes of an unsigned integer: 1, 3, 5 or 9.</summary>
    /// <param name="value">Any.</param>
    public static int OfUInt(ulong value) => value switch
    {
        <= 0xfc => 1,
        <= 0xffff => 3,
        <= 0xffffffff => 5,
        _ => 9,
    };

    /// <summary>Bytes of a signed integer.</summary>
    /// <param name="value">Any.</param>
    public static int OfInt(long value) => OfUInt(Fold(value));

    /// <summary>Bytes of a buffer with its length.</summary>
    /// <param name="size">Bytes of the buffer.</param>
    public static int OfBuffer(int size) => OfUInt((ulong)size) + size;

    /// <summary>Bytes of text with its length.</summary>
    /// <param name="text">Any.</param>
    public static int OfString(ReadOnlySpan<char> text) => OfBuffer(System.Text.Encoding.UTF8.GetByteCount(text));

    internal static ulong Fold(long value) => (ulong)((value << 1) ^ (value >> 63));
}
