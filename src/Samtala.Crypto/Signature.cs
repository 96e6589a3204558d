using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Samtala.Crypto;

/// <summary>A detached Ed25519 signature.</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly struct Signature : IEquatable<Signature>
{
    /// <summary>Length in bytes.</summary>
    public const int Size = 64;

    private readonly Bytes64 _bytes;

    /// <summary>Copies the bytes.</summary>
    /// <param name="bytes">Exactly <see cref="Size"/> bytes.</param>
    /// <exception cref="ArgumentException">Another length.</exception>
    public Signature(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size)
            throw new ArgumentException($"A signature has {Size} bytes; this has {bytes.Length}.", nameof(bytes));
        _bytes = MemoryMarshal.Read<Bytes64>(bytes);
    }

    /// <summary>The bytes in place, for as long as the value lives.</summary>
    [UnscopedRef]
    public ReadOnlySpan<byte> Bytes => MemoryMarshal.AsBytes(new ReadOnlySpan<Bytes64>(in _bytes));

    /// <summary>Whether every byte is zero: the default value, which is never a real one.</summary>
    public bool IsZero => !Bytes.ContainsAnyExcept((byte)0);

    /// <summary>Whether both have the same bytes. Not constant time: for public values.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    public static bool operator ==(in Signature left, in Signature right) => left.Bytes.SequenceEqual(right.Bytes);

    /// <summary>Whether any byte differs.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    public static bool operator !=(in Signature left, in Signature right) => !(left == right);

    /// <summary>Reads hexadecimal text.</summary>
    /// <param name="hex">Twice <see cref="Size"/> hexadecimal digits, either case.</param>
    /// <param name="value">The value; all zero when refused.</param>
    /// <returns>False when <paramref name="hex"/> is anything else.</returns>
    public static bool TryParse(ReadOnlySpan<char> hex, out Signature value)
    {
        Span<byte> bytes = stackalloc byte[Size];
        bool valid = Hex.TryDecode(hex, bytes);
        value = valid ? new Signature(bytes) : default;
        return valid;
    }

    /// <summary>Reads hexadecimal text.</summary>
    /// <param name="hex">Twice <see cref="Size"/> hexadecimal digits, either case.</param>
    /// <exception cref="FormatException">Anything else.</exception>
    public static Signature Parse(ReadOnlySpan<char> hex) =>
        TryParse(hex, out Signature value)
            ? value
            : throw new FormatException(
                $"A signature is {Size * 2} hexadecimal digits; this has {hex.Length} characters.");

    /// <inheritdoc/>
    public bool Equals(Signature other) => this == other;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Signature other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        // Remote people choose these bytes; HashCode is seeded per process, so they cannot choose collisions.
        HashCode hash = default;
        hash.AddBytes(Bytes);
        return hash.ToHashCode();
    }

    /// <summary>Lower-case hexadecimal digits.</summary>
    public override string ToString() => Convert.ToHexStringLower(Bytes);
}
