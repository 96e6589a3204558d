using System.Net;
using System.Net.Sockets;
using System.Numerics;

namespace Samtala.Encodings;

public ref partial struct CompactWriter
{
    /// <summary>Writes an integer whose bytes sort as its values do.</summary>
    /// <param name="value">0 to <see cref="CompactLimits.UIntMax"/>, but not 2^32 to 2^32 + 250, which the format
    /// cannot give back.</param>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside or in that gap.</exception>
    public void WriteLexInt(ulong value)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, CompactLimits.UIntMax);
        if (value is >= LexInt.GapFirst and <= LexInt.GapLast)
            throw new ArgumentOutOfRangeException(nameof(value), value, "The format cannot give this value back.");
        if (value < LexInt.Base)
        {
            Take(1)[0] = (byte)value;
            return;
        }

        ulong above = value - LexInt.Base;
        if (value < LexInt.GapFirst)
        {
            int size = value switch { < 0x100 => 1, < 0x10000 => 2, < 0x1000000 => 3, _ => 4 };
            Take(1)[0] = (byte)(LexInt.Base + size - 1);
            WriteFixedUIntBigEndian(size, above);
            return;
        }

        int exponent = BitOperations.Log2(above) - LexInt.ExponentBase;
        Take(1)[0] = LexInt.ExponentFlag;
        Take(1)[0] = (byte)exponent;
        WriteFixedUIntBigEndian(LexInt.RemainderSize, (ulong)((UInt128)above << LexInt.Shift >> exponent));
    }

    /// <summary>Writes an unsigned integer of any size.</summary>
    /// <param name="value">0 or more, up to <see cref="CompactLimits.BigLimbsMax"/> limbs.</param>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside.</exception>
    public void WriteBigUInt(BigInteger value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        int limbs = value.IsZero ? 0 : (value.GetByteCount(isUnsigned: true) + sizeof(ulong) - 1) / sizeof(ulong);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limbs, CompactLimits.BigLimbsMax, nameof(value));
        WriteUInt((ulong)limbs);
        Span<byte> target = Take(limbs * sizeof(ulong));
        target.Clear();
        if (limbs > 0)
            value.TryWriteBytes(target, out _, isUnsigned: true);
    }

    /// <summary>Writes a zig-zag signed integer of any size.</summary>
    /// <param name="value">Up to <see cref="CompactLimits.BigLimbsMax"/> limbs.</param>
    /// <exception cref="ArgumentOutOfRangeException">The value is larger.</exception>
    public void WriteBigInt(BigInteger value) => WriteBigUInt(value.Sign < 0 ? ((-value - 1) << 1) + 1 : value << 1);

    /// <summary>Writes 32-bit integers with their number before them.</summary>
    /// <param name="values">Up to <see cref="CompactLimits.ArrayCountMax"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are more.</exception>
    public void WriteUInt32Array(scoped ReadOnlySpan<uint> values)
    {
        WriteArrayCount(values.Length);
        foreach (uint value in values)
            WriteFixedUInt(sizeof(uint), value);
    }

    /// <summary>Writes bits with their number before them.</summary>
    /// <param name="count">How many bits.</param>
    /// <param name="bits">Exactly the bytes that hold them, the lowest bit first.</param>
    /// <exception cref="ArgumentException">The number of bytes is another.</exception>
    public void WriteBits(long count, scoped ReadOnlySpan<byte> bits)
    {
        if (count < 0 || (count + 7) / 8 != bits.Length)
            throw new ArgumentException($"{count} bits do not make {bits.Length} bytes.", nameof(bits));
        WriteUInt((ulong)count);
        WriteFixed(bits);
    }

    /// <summary>Writes 4 or 16 bytes of an address, without its family.</summary>
    /// <param name="address">An IPv4 or IPv6 address.</param>
    public void WriteAddress(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        address.TryWriteBytes(Take(address.AddressFamily == AddressFamily.InterNetwork ? 4 : 16), out _);
    }

    /// <summary>Writes a family, then the address.</summary>
    /// <param name="address">An IPv4 or IPv6 address.</param>
    public void WriteIP(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        Take(1)[0] = address.AddressFamily == AddressFamily.InterNetwork ? (byte)4 : (byte)6;
        WriteAddress(address);
    }

    /// <summary>Writes a port.</summary>
    /// <param name="port">0 to 65535.</param>
    /// <exception cref="ArgumentOutOfRangeException">The port is outside.</exception>
    public void WritePort(int port)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(port);
        WriteFixedUInt(sizeof(ushort), (ulong)port);
    }
}
