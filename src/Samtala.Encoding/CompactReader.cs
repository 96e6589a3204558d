using System.Buffers.Binary;

namespace Samtala.Encodings;

/// <summary>Reads compact-encoding from a stranger's bytes.</summary>
/// <remarks>Never throws and never reads past the end. A read that returns false has set its result to default and has
/// not moved. Byte results are views of the source, not copies.</remarks>
public ref partial struct CompactReader
{
    private readonly ReadOnlySpan<byte> _source;
    private int _position;

    /// <summary>Begins at the first byte.</summary>
    /// <param name="source">Must live as long as the results.</param>
    public CompactReader(ReadOnlySpan<byte> source)
    {
        _source = source;
        _position = 0;
    }

    /// <summary>How many bytes were read.</summary>
    public readonly int Position => _position;

    /// <summary>How many bytes are left.</summary>
    public readonly int RemainingBytes => _source.Length - _position;

    /// <summary>Whether everything was read.</summary>
    public readonly bool IsAtEnd => _position == _source.Length;

    /// <summary>Reads an unsigned integer; longer forms than needed are accepted, as in the reference.</summary>
    /// <param name="value">0 to <see cref="CompactLimits.UIntMax"/>.</param>
    public bool TryReadUInt(out ulong value)
    {
        value = 0;
        if (RemainingBytes < 1)
            return false;
        byte first = _source[_position];
        if (first <= 0xfc)
        {
            value = first;
            _position++;
            return true;
        }

        int size = 1 << (first - 0xfc);
        if (RemainingBytes < 1 + size)
            return false;
        ulong read = ReadLittleEndian(_source.Slice(_position + 1, size));
        if (read > CompactLimits.UIntMax)
            return false;
        value = read;
        _position += 1 + size;
        return true;
    }

    /// <summary>Reads an unsigned integer of a named limit.</summary>
    /// <param name="max">The largest acceptable value.</param>
    /// <param name="value">0 to <paramref name="max"/>.</param>
    public bool TryReadUInt(ulong max, out ulong value)
    {
        int start = _position;
        if (TryReadUInt(out value) && value <= max)
            return true;
        value = 0;
        _position = start;
        return false;
    }

    /// <summary>Reads a zig-zag signed integer.</summary>
    /// <param name="value"><see cref="CompactLimits.IntMin"/> to <see cref="CompactLimits.IntMax"/>.</param>
    public bool TryReadInt(out long value)
    {
        bool read = TryReadUInt(out ulong folded);
        value = (long)(folded >> 1) ^ -(long)(folded & 1);
        return read;
    }

    /// <summary>Reads a little-endian integer of fixed size.</summary>
    /// <param name="size">1 to 8 bytes.</param>
    /// <param name="value">Any value that fits.</param>
    public bool TryReadFixedUInt(int size, out ulong value)
    {
        value = 0;
        if (size is < 1 or > 8 || !TryReadFixed(size, out ReadOnlySpan<byte> bytes))
            return false;
        value = ReadLittleEndian(bytes);
        return true;
    }

    /// <summary>Reads a big-endian integer of fixed size.</summary>
    /// <param name="size">1 to 8 bytes.</param>
    /// <param name="value">Any value that fits.</param>
    public bool TryReadFixedUIntBigEndian(int size, out ulong value)
    {
        value = 0;
        if (size is < 1 or > 8 || !TryReadFixed(size, out ReadOnlySpan<byte> bytes))
            return false;
        foreach (byte b in bytes)
            value = (value << 8) | b;
        return true;
    }

    /// <summary>Reads a zig-zag signed integer of fixed size, little-endian.</summary>
    /// <param name="size">1 to 8 bytes.</param>
    /// <param name="value">Any value that fits.</param>
    public bool TryReadFixedInt(int size, out long value)
    {
        bool read = TryReadFixedUInt(size, out ulong folded);
        value = (long)(folded >> 1) ^ -(long)(folded & 1);
        return read;
    }

    /// <summary>Reads a single-precision number.</summary>
    /// <param name="value">Any, also NaN.</param>
    public bool TryReadFloat32(out float value)
    {
        bool read = TryReadFixed(sizeof(float), out ReadOnlySpan<byte> bytes);
        value = read ? BinaryPrimitives.ReadSingleLittleEndian(bytes) : 0;
        return read;
    }

    /// <summary>Reads a double-precision number.</summary>
    /// <param name="value">Any, also NaN.</param>
    public bool TryReadFloat64(out double value)
    {
        bool read = TryReadFixed(sizeof(double), out ReadOnlySpan<byte> bytes);
        value = read ? BinaryPrimitives.ReadDoubleLittleEndian(bytes) : 0;
        return read;
    }

    /// <summary>Reads a boolean: only exactly 1 is true.</summary>
    /// <param name="value">True or false.</param>
    public bool TryReadBool(out bool value)
    {
        bool read = TryReadFixed(1, out ReadOnlySpan<byte> bytes);
        value = read && bytes[0] == 1;
        return read;
    }

    /// <summary>Reads bytes without a length before them.</summary>
    /// <param name="size">How many.</param>
    /// <param name="bytes">A view of the source.</param>
    public bool TryReadFixed(int size, out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        if (size < 0 || size > RemainingBytes)
            return false;
        bytes = _source.Slice(_position, size);
        _position += size;
        return true;
    }

    /// <summary>Reads bytes with their length before them.</summary>
    /// <param name="bytes">A view of the source.</param>
    public bool TryReadBuffer(out ReadOnlySpan<byte> bytes)
    {
        int start = _position;
        if (TryReadUInt(out ulong size) && size <= (ulong)RemainingBytes)
            return TryReadFixed((int)size, out bytes);
        bytes = default;
        _position = start;
        return false;
    }

    /// <summary>Reads text. Bytes that are not UTF-8 become U+FFFD, as in the other implementations.</summary>
    /// <param name="text">The text; empty when refused.</param>
    public bool TryReadString(out string text)
    {
        bool read = TryReadBuffer(out ReadOnlySpan<byte> bytes);
        text = read ? System.Text.Encoding.UTF8.GetString(bytes) : string.Empty;
        return read;
    }

    /// <summary>Reads all the rest.</summary>
    public ReadOnlySpan<byte> ReadRest()
    {
        ReadOnlySpan<byte> rest = _source[_position..];
        _position = _source.Length;
        return rest;
    }

    /// <summary>Reads the number of items of an array, refusing what the remaining bytes cannot hold.</summary>
    /// <param name="itemSizeMin">The least bytes one item takes, at least 1.</param>
    /// <param name="count">0 to <see cref="CompactLimits.ArrayCountMax"/>; safe to allocate.</param>
    public bool TryReadArrayCount(int itemSizeMin, out int count)
    {
        int start = _position;
        count = 0;
        if (TryReadUInt(CompactLimits.ArrayCountMax, out ulong read)
            && read * (ulong)Math.Max(itemSizeMin, 1) <= (ulong)RemainingBytes)
        {
            count = (int)read;
            return true;
        }

        _position = start;
        return false;
    }

    private static ulong ReadLittleEndian(ReadOnlySpan<byte> bytes)
    {
        ulong value = 0;
        for (int i = bytes.Length - 1; i >= 0; i--)
            value = (value << 8) | bytes[i];
        return value;
    }
}
