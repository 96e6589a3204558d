using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Samtala.Hypercore.Blobs;

/// <summary>A hash function by which the rest of the world names bytes.</summary>
public enum DigestAlgorithm
{
    /// <summary>No digest: the default value.</summary>
    None = 0,

    /// <summary>20 bytes. Broken against forgers: good for finding, never for trusting.</summary>
    Sha1 = 1,

    /// <summary>32 bytes.</summary>
    Sha256 = 2,

    /// <summary>64 bytes.</summary>
    Sha512 = 3,
}

/// <summary>What a hash function makes of a blob, such as sha256:9f86….</summary>
public readonly struct BlobDigest : IEquatable<BlobDigest>
{
    /// <summary>Longest digest in bytes.</summary>
    public const int SizeMax = 64;

    private readonly Storage64 _bytes;

    /// <summary>Copies a digest.</summary>
    /// <param name="algorithm">Who made it.</param>
    /// <param name="bytes">As many bytes as the algorithm gives.</param>
    /// <exception cref="ArgumentException">Another length, or an unknown algorithm.</exception>
    public BlobDigest(DigestAlgorithm algorithm, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != SizeOf(algorithm))
        {
            throw new ArgumentException(
                $"{algorithm} gives {SizeOf(algorithm)} bytes, not {bytes.Length}.", nameof(bytes));
        }


        Algorithm = algorithm;
        bytes.CopyTo(_bytes);
    }

    /// <summary>Who made it.</summary>
    public DigestAlgorithm Algorithm { get; }

    /// <summary>The bytes in place, for as long as the value lives.</summary>
    [UnscopedRef]
    public ReadOnlySpan<byte> Bytes =>
        Algorithm == DigestAlgorithm.None ? default : MemoryMarshal.CreateReadOnlySpan(in _bytes[0], SizeOf(Algorithm));

    /// <summary>Whether both are the same digest of the same algorithm.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    public static bool operator ==(in BlobDigest left, in BlobDigest right) =>
        left.Algorithm == right.Algorithm && left.Bytes.SequenceEqual(right.Bytes);

    /// <summary>Whether they differ.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    public static bool operator !=(in BlobDigest left, in BlobDigest right) => !(left == right);

    /// <summary>Bytes of an algorithm's digests.</summary>
    /// <param name="algorithm">A known one.</param>
    /// <exception cref="ArgumentException">An unknown one.</exception>
    public static int SizeOf(DigestAlgorithm algorithm) => algorithm switch
    {
        DigestAlgorithm.Sha1 => 20,
        DigestAlgorithm.Sha256 => 32,
        DigestAlgorithm.Sha512 => 64,
        _ => throw new ArgumentException($"There is no digest algorithm {(int)algorithm}.", nameof(algorithm)),
    };

    /// <summary>Reads text such as sha256:9f86…, hexadecimal digits in either case.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="digest">The digest; default when refused.</param>
    /// <returns>False when the algorithm is unknown or the digits are not exactly its digest.</returns>
    public static bool TryParse([NotNullWhen(true)] string? text, out BlobDigest digest)
    {
        digest = default;
        int colon = text?.IndexOf(':', StringComparison.Ordinal) ?? -1;
        if (text is null || colon < 0 || !TryParseAlgorithm(text.AsSpan(0, colon), out DigestAlgorithm algorithm))
            return false;
        ReadOnlySpan<char> hex = text.AsSpan(colon + 1);
        Span<byte> bytes = stackalloc byte[SizeMax];
        bytes = bytes[..SizeOf(algorithm)];
        if (hex.Length != bytes.Length * 2
            || Convert.FromHexString(hex, bytes, out _, out _) != System.Buffers.OperationStatus.Done)
        {
            return false;
        }

        digest = new BlobDigest(algorithm, bytes);
        return true;
    }

    /// <summary>Reads text such as sha256:9f86….</summary>
    /// <param name="text">Any text.</param>
    /// <exception cref="FormatException">It is not a digest.</exception>
    public static BlobDigest Parse(string text) =>
        TryParse(text, out BlobDigest digest)
            ? digest
            : throw new FormatException($"'{text}' is not sha1:, sha256: or sha512: and its hexadecimal digits.");

    /// <inheritdoc/>
    public bool Equals(BlobDigest other) => this == other;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is BlobDigest other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = default;
        hash.AddBytes(Bytes);
        return hash.ToHashCode();
    }

    /// <summary>Text such as sha256:9f86…, lower case.</summary>
    public override string ToString() => Algorithm switch
    {
        DigestAlgorithm.Sha1 => "sha1:",
        DigestAlgorithm.Sha256 => "sha256:",
        DigestAlgorithm.Sha512 => "sha512:",
        _ => "none",
    } + Convert.ToHexStringLower(Bytes);

    private static bool TryParseAlgorithm(ReadOnlySpan<char> name, out DigestAlgorithm algorithm)
    {
        algorithm = name switch
        {
            "sha1" => DigestAlgorithm.Sha1,
            "sha256" => DigestAlgorithm.Sha256,
            "sha512" => DigestAlgorithm.Sha512,
            _ => DigestAlgorithm.None,
        };
        return algorithm != DigestAlgorithm.None;
    }

    [InlineArray(SizeMax)]
    private struct Storage64
    {
        private byte _first;
    }
}
