using System.Net;
using System.Numerics;

namespace Samtala.Encodings;

public ref partial struct CompactReader
{
    private const int LimbSize = sizeof(ulong);
    private const byte FamilyIPv4 = 4;
    private const byte FamilyIPv6 = 6;

    /// <summary>Reads a message inside a message: bytes with their length before them.</summary>
    /// <param name="inner">A reader of exactly those bytes.</param>
    public bool TryReadFrame(out CompactReader inner)
    {
        bool read = TryReadBuffer(out ReadOnlySpan<byte> bytes);
        inner = new CompactReader(bytes);
        return read;
    }

    /// <summary>Reads an integer whose bytes sort as its values do.</summary>
    /// <param name="value">0 to <see cref="CompactLimits.UIntMax"/>; above 2^52 the lowest bits are lost by the format.
    /// </param>
    public bool TryReadLexInt(out ulong value)
    {
        int start = _position;
        if (TryReadLexIntCore(out value))
            return true;
        _position = start;
        value = 0;
        return false;
    }

    /// <summary>Reads an unsigned integer of any size.</summary>
    /// <param name="value">Up to <see cref="CompactLimits.BigLimbsMax"/> limbs.</param>
    public bool TryReadBigUInt(out BigInteger value)
    {
        int start = _position;
        value = BigInteger.Zero;
        if (TryReadUInt(CompactLimits.BigLimbsMax, out ulong limbs)
            && TryReadFixed((int)limbs * LimbSize, out ReadOnlySpan<byte> bytes))
        {
            value = new BigInteger(bytes, isUnsigned: true);
            return true;
        }

        _position = start;
        return false;
    }

    /// <summary>Reads a zig-zag signed integer of any size.</summary>
    /// <param name="value">Up to <see cref="CompactLimits.BigLimbsMax"/> limbs.</param>
    public bool TryReadBigInt(out BigInteger value)
    {
        bool read = TryReadBigUInt(out BigInteger folded);
        value = folded.IsEven ? folded >> 1 : -(folded >> 1) - 1;
        return read;
    }

    /// <summary>Reads 32-bit integers with their number before them.</summary>
    /// <param name="values">A new array; empty when refused.</param>
    public bool TryReadUInt32Array(out uint[] values)
    {
        int start = _position;
        values = [];
        if (!TryReadArrayCount(sizeof(uint), out int count) || !TryReadFixed(count * sizeof(uint), out var bytes))
        {
            _position = start;
            return false;
        }

        values = new uint[count];
        for (int i = 0; i < count; i++)
            values[i] = (uint)ReadLittleEndian(bytes.Slice(i * sizeof(uint), sizeof(uint)));
        return true;
    }

    /// <summary>Reads bits with their number before them.</summary>
    /// <param name="count">How many bits.</param>
    /// <param name="bits">A view of their bytes, the lowest bit first; bits behind the last are undefined.</param>
    public bool TryReadBits(out long count, out ReadOnlySpan<byte> bits)
    {
        int start = _position;
        if (TryReadUInt((ulong)RemainingBytes * 8, out ulong read) && TryReadFixed((int)((read + 7) / 8), out bits))
        {
            count = (long)read;
            return true;
        }

        _position = start;
        count = 0;
        bits = default;
        return false;
    }

    /// <summary>Reads an address of 4 bytes.</summary>
    /// <param name="address">The address; "none" when refused.</param>
    public bool TryReadIPv4(out IPAddress address) => TryReadAddress(4, out address);

    /// <summary>Reads an address of 16 bytes.</summary>
    /// <param name="address">The address; "none" when refused.</param>
    public bool TryReadIPv6(out IPAddress address) => TryReadAddress(16, out address);

    /// <summary>Reads an address after a byte that tells its family.</summary>
    /// <param name="address">The address; "none" when refused.</param>
    public bool TryReadIP(out IPAddress address)
    {
        int start = _position;
        if (TryReadFixed(1, out ReadOnlySpan<byte> family)
            && family[0] is FamilyIPv4 or FamilyIPv6
            && TryReadAddress(family[0] == FamilyIPv4 ? 4 : 16, out address))
        {
            return true;
        }

        _position = start;
        address = IPAddress.None;
        return false;
    }

    /// <summary>Reads a port.</summary>
    /// <param name="port">0 to 65535.</param>
    public bool TryReadPort(out int port)
    {
        bool read = TryReadFixedUInt(sizeof(ushort), out ulong value);
        port = (int)value;
        return read;
    }

    /// <summary>Reads 4 bytes and a port.</summary>
    /// <param name="endPoint">Null when refused.</param>
    public bool TryReadIPv4EndPoint(out IPEndPoint? endPoint) => TryReadEndPoint(4, out endPoint);

    /// <summary>Reads 16 bytes and a port.</summary>
    /// <param name="endPoint">Null when refused.</param>
    public bool TryReadIPv6EndPoint(out IPEndPoint? endPoint) => TryReadEndPoint(16, out endPoint);

    /// <summary>Reads a family, an address and a port.</summary>
    /// <param name="endPoint">Null when refused.</param>
    public bool TryReadEndPoint(out IPEndPoint? endPoint)
    {
        int start = _position;
        endPoint = null;
        if (TryReadIP(out IPAddress address) && TryReadPort(out int port))
        {
            endPoint = new IPEndPoint(address, port);
            return true;
        }

        _position = start;
        return false;
    }

    private bool TryReadAddress(int size, out IPAddress address)
    {
        bool read = TryReadFixed(size, out ReadOnlySpan<byte> bytes);
        address = read ? new IPAddress(bytes) : IPAddress.None;
        return read;
    }

    private bool TryReadEndPoint(int addressSize, out IPEndPoint? endPoint)
    {
        int start = _position;
        endPoint = null;
        if (TryReadAddress(addressSize, out IPAddress address) && TryReadPort(out int port))
        {
            endPoint = new IPEndPoint(address, port);
            return true;
        }

        _position = start;
        return false;
    }

    private bool TryReadLexIntCore(out ulong value)
    {
        value = 0;
        if (!TryReadFixed(1, out ReadOnlySpan<byte> flag))
            return false;
        if (flag[0] < LexInt.Base)
        {
            value = flag[0];
            return true;
        }

        if (flag[0] != LexInt.ExponentFlag)
        {
            bool read = TryReadFixedUIntBigEndian(flag[0] - LexInt.Base + 1, out ulong above);
            value = above + LexInt.Base;
            return read;
        }

        // The exponent has at most one byte: 20 reaches the largest integer there is.
        if (!TryReadFixed(1, out ReadOnlySpan<byte> exponent)
            || exponent[0] > LexInt.ExponentMax
            || !TryReadFixedUIntBigEndian(LexInt.RemainderSize, out ulong remainder))
        {
            return false;
        }

        UInt128 scaled = (UInt128)remainder << exponent[0] >> LexInt.Shift;
        value = (ulong)scaled + LexInt.Base;
        return scaled <= CompactLimits.UIntMax - LexInt.Base;
    }
}
