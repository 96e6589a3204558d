using System.Buffers.Binary;

namespace Samtala.Abstractions;

/// <summary>Names a map everywhere: the 32-byte key of the log it is kept in. Who knows it may ask for a shared map.
/// </summary>
public readonly struct MapId : IEquatable<MapId>
{
    /// <summary>In bytes.</summary>
    public const int Size = 32;

    private readonly UInt128 _high;
    private readonly UInt128 _low;

    /// <summary>Copies the id.</summary>
    /// <param name="bytes">Exactly <see cref="Size"/> bytes.</param>
    /// <exception cref="ArgumentException">Another length.</exception>
    public MapId(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size)
            throw new ArgumentException($"A map's id has {Size} bytes; this has {bytes.Length}.", nameof(bytes));
        _high = BinaryPrimitives.ReadUInt128BigEndian(bytes);
        _low = BinaryPrimitives.ReadUInt128BigEndian(bytes[16..]);
    }

    /// <summary>Reads 64 hexadecimal digits.</summary>
    /// <param name="hex">The digits.</param>
    /// <param name="id">The id, or the zero id.</param>
    /// <returns>False when <paramref name="hex"/> is not an id.</returns>
    public static bool TryParse(ReadOnlySpan<char> hex, out MapId id)
    {
        Span<byte> bytes = stackalloc byte[Size];
        if (hex.Length == Size * 2
            && Convert.FromHexString(hex, bytes, out _, out _) == System.Buffers.OperationStatus.Done)
        {
            id = new MapId(bytes);
            return true;
        }

        id = default;
        return false;
    }

    /// <summary>Writes the id.</summary>
    /// <param name="target">At least <see cref="Size"/> bytes.</param>
    public void CopyTo(Span<byte> target)
    {
        BinaryPrimitives.WriteUInt128BigEndian(target, _high);
        BinaryPrimitives.WriteUInt128BigEndian(target[16..], _low);
    }

    /// <summary>A copy of the bytes.</summary>
    public byte[] ToArray()
    {
        var bytes = new byte[Size];
        CopyTo(bytes);
        return bytes;
    }

    /// <inheritdoc/>
    public bool Equals(MapId other) => _high == other._high && _low == other._low;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is MapId other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_high, _low);

    /// <summary>64 hexadecimal digits.</summary>
    public override string ToString() => Convert.ToHexStringLower(ToArray());

    /// <summary>Same bytes.</summary>
    public static bool operator ==(MapId left, MapId right) => left.Equals(right);

    /// <summary>Other bytes.</summary>
    public static bool operator !=(MapId left, MapId right) => !left.Equals(right);
}
