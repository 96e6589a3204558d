using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Samtala.Crypto;

/// <summary>An Ed25519 public key: what a signature is verified with.</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly struct PublicKey : IEquatable<PublicKey>
{
    /// <summary>Length in bytes.</summary>
    public const int Size = 32;

    private readonly Bytes32 _bytes;

    /// <summary>Copies the bytes.</summary>
    /// <param name="bytes">Exactly <see cref="Size"/> bytes.</param>
    /// <exception cref="ArgumentException">Another length.</exception>
    public PublicKey(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size)
            throw new ArgumentException($"A public key has {Size} bytes; this has {bytes.Length}.", nameof(bytes));
        _bytes = MemoryMarshal.Read<Bytes32>(bytes);
    }

    /// <summary>The bytes in place, for as long as the value lives.</summary>
    [UnscopedRef]
    public ReadOnlySpan<byte> Bytes => MemoryMarshal.AsBytes(new ReadOnlySpan<Bytes32>(in _bytes));

    /// <summary>Whether every byte is zero: the default value, which is never a real one.</summary>
    public bool IsZero => !Bytes.ContainsAnyExcept((byte)0);

    /// <summary>Whether both have the same bytes. Not constant time: for public values.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    public static bool operator ==(in PublicKey left, in PublicKey right) => left.Bytes.SequenceEqual(right.Bytes);

    /// <summary>Whether any byte differs.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    public static bool operator !=(in PublicKey left, in PublicKey right) => !(left == right);

    /// <summary>Reads hexadecimal text.</summary>
    /// <param name="hex">Twice <see cref="Size"/> hexadecimal digits, either case.</param>
    /// <param name="value">The value; all zero when refused.</param>
    /// <returns>False when <paramref name="hex"/> is anything else.</returns>
    public static bool TryParse(ReadOnlySpan<char> hex, out PublicKey value)
    {
        Span<byte> bytes = stackalloc byte[Size];
        bool valid = Hex.TryDecode(hex, bytes);
        value = valid ? new PublicKey(bytes) : default;
        return valid;
    }

    /// <summary>Reads hexadecimal text.</summary>
    /// <param name="hex">Twice <see cref="Size"/> hexadecimal digits, either case.</param>
    /// <exception cref="FormatException">Anything else.</exception>
    public static PublicKey Parse(ReadOnlySpan<char> hex) =>
        TryParse(hex, out PublicKey value)
            ? value
            : throw new FormatException(
                $"A public key is {Size * 2} hexadecimal digits; this has {hex.Length} characters.");

    /// <inheritdoc/>
    public bool Equals(PublicKey other) => this == other;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is PublicKey other && Equals(other);

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
