using System.Buffers.Binary;

namespace Samtala.Encodings;

/// <summary>Writes compact-encoding into memory the caller measured with <see cref="CompactSize"/>.</summary>
/// <remarks>Too little room or a value out of range is a mistake of the caller: InvalidOperationException or
/// ArgumentOutOfRangeException.</remarks>
public ref partial struct CompactWriter
{
    private readonly Span<byte> _target;
    private int _position;

    /// <summary>Begins at the first byte.</summary>
    /// <param name="target">Must be long enough for everything written.</param>
    public CompactWriter(Span<byte> target)
    {
        _target = target;
        _position = 0;
    }

    /// <summary>How many bytes were written.</summary>
    public readonly int Position => _position;

    /// <summary>The bytes written so far.</summary>
    public readonly ReadOnlySpan<byte> Written => _target[.._position];

    /// <summary>Writes an unsigned integer in its shortest form.</summary>
    /// <param name="value">0 to <see cref="CompactLimits.UIntMax"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The value is larger.</exception>
    public void WriteUInt(ulong value)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, CompactLimits.UIntMax);
        int size = CompactSize.OfUInt(value);
        Span<byte> target = Take(size);
        if (size == 1)
        {
            target[0] = (byte)value;
            return;
        }

        target[0] = size switch { 3 => 0xfd, 5 => 0xfe, _ => 0xff };
        WriteLittleEndian(target[1..], value);
    }

    /// <summary>Writes a zig-zag signed integer.</summary>
    /// <param name="value"><see cref="CompactLimits.IntMin"/> to <see cref="CompactLimits.IntMax"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside.</exception>
    public void WriteInt(long value)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, CompactLimits.IntMax);
        ArgumentOutOfRangeException.ThrowIfLessThan(value, CompactLimits.IntMin);
        WriteUInt(CompactSize.Fold(value));
    }

    /// <summary>Writes a little-endian integer of fixed size.</summary>
    /// <param name="size">1 to 8 bytes.</param>
    /// <param name="value">Must fit.</param>
    /// <exception cref="ArgumentOutOfRangeException">It does not fit.</exception>
    public void WriteFixedUInt(int size, ulong value)
    {
        RequireFit(size, value);
        WriteLittleEndian(Take(size), value);
    }

    /// <summary>Writes a big-endian integer of fixed size.</summary>
    /// <param name="size">1 to 8 bytes.</param>
    /// <param name="value">Must fit.</param>
    /// <exception cref="ArgumentOutOfRangeException">It does not fit.</exception>
    public void WriteFixedUIntBigEndian(int size, ulong value)
    {
        RequireFit(size, value);
        Span<byte> target = Take(size);
        WriteLittleEndian(target, value);
        target.Reverse();
    }

    /// <summary>Writes a zig-zag signed integer of fixed size, little-endian.</summary>
    /// <param name="size">1 to 8 bytes.</param>
    /// <param name="value">Must fit.</param>
    /// <exception cref="ArgumentOutOfRangeException">It does not fit.</exception>
    public void WriteFixedInt(int size, long value) => WriteFixedUInt(size, CompactSize.Fold(value));

    /// <summary>Writes a single-precision number.</summary>
    /// <param name="value">Any.</param>
    public void WriteFloat32(float value) => BinaryPrimitives.WriteSingleLittleEndian(Take(sizeof(float)), value);

    /// <summary>Writes a double-precision number.</summary>
    /// <param name="value">Any.</param>
    public void WriteFloat64(double value) => BinaryPrimitives.WriteDoubleLittleEndian(Take(sizeof(double)), value);

    /// <summary>Writes a boolean.</summary>
    /// <param name="value">True or false.</param>
    public void WriteBool(bool value) => Take(1)[0] = value ? (byte)1 : (byte)0;

    /// <summary>Writes bytes without a length before them.</summary>
    /// <param name="bytes">Any.</param>
    public void WriteFixed(scoped ReadOnlySpan<byte> bytes) => bytes.CopyTo(Take(bytes.Length));

    /// <summary>Writes bytes with their length before them.</summary>
    /// <param name="bytes">Any.</param>
    public void WriteBuffer(scoped ReadOnlySpan<byte> bytes)
    {
        WriteUInt((ulong)bytes.Length);
        WriteFixed(bytes);
    }

    /// <summary>Writes text as UTF-8 with its byte length before it.</summary>
    /// <param name="text">Any.</param>
    public void WriteString(scoped ReadOnlySpan<char> text)
    {
        int size = System.Text.Encoding.UTF8.GetByteCount(text);
        WriteUInt((ulong)size);
        System.Text.Encoding.UTF8.GetBytes(text, Take(size));
    }

    /// <summary>Writes the number of items of an array; the items follow.</summary>
    /// <param name="count">0 to <see cref="CompactLimits.ArrayCountMax"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The count is outside.</exception>
    public void WriteArrayCount(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, CompactLimits.ArrayCountMax);
        WriteUInt((ulong)count);
    }

    private static void RequireFit(int size, ulong value)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, 8);
        if (size < 8 && value >> (8 * size) != 0)
            throw new ArgumentOutOfRangeException(nameof(value), value, $"The value does not fit {size} bytes.");
    }

    private static void WriteLittleEndian(Span<byte> target, ulong value)
    {
        for (int i = 0; i < target.Length; i++, value >>= 8)
            target[i] = (byte)value;
    }

    private Span<byte> Take(int size)
    {
        if (size > _target.Length - _position)
        {
            throw new InvalidOperationException(
                $"{size} more bytes do not fit the {_target.Length} that were measured; {_position} are used.");
        }

        Span<byte> taken = _target.Slice(_position, size);
        _position += size;
        return taken;
    }
}
