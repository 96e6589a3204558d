namespace Samtala.Abstractions;

/// <summary>A digest of bytes by a named algorithm, compared by value.</summary>
public sealed class Digest : IEquatable<Digest>
{
    private readonly byte[] _value;

    /// <summary>Copies a digest.</summary>
    /// <param name="algorithm">Which algorithm.</param>
    /// <param name="value">20, 32 or 64 bytes, as the algorithm has it.</param>
    /// <exception cref="ArgumentException">Another length.</exception>
    public Digest(DigestAlgorithm algorithm, ReadOnlySpan<byte> value)
    {
        if (value.Length != SizeOf(algorithm))
        {
            throw new ArgumentException(
                $"A {algorithm} digest has {SizeOf(algorithm)} bytes; this has {value.Length}.", nameof(value));
        }

        Algorithm = algorithm;
        _value = value.ToArray();
    }

    /// <summary>Which algorithm.</summary>
    public DigestAlgorithm Algorithm { get; }

    /// <summary>The digest's bytes.</summary>
    public ReadOnlySpan<byte> Value => _value;

    /// <summary>The digest's size in bytes.</summary>
    /// <param name="algorithm">Which algorithm.</param>
    public static int SizeOf(DigestAlgorithm algorithm) => algorithm switch
    {
        DigestAlgorithm.Sha1 => 20,
        DigestAlgorithm.Sha256 => 32,
        DigestAlgorithm.Sha512 => 64,
        _ => throw new ArgumentOutOfRangeException(nameof(algorithm), algorithm, "SHA-1, SHA-256 or SHA-512."),
    };

    /// <summary>Reads <c>sha256:{hex}</c> and the like.</summary>
    /// <param name="text">The text.</param>
    /// <param name="digest">The digest, or null.</param>
    /// <returns>False when <paramref name="text"/> is not a digest.</returns>
    public static bool TryParse(ReadOnlySpan<char> text,
        [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Digest? digest)
    {
        digest = null;
        var colon = text.IndexOf(':');
        if (colon < 0)
            return false;
        DigestAlgorithm? algorithm = text[..colon] switch
        {
            "sha1" => DigestAlgorithm.Sha1,
            "sha256" => DigestAlgorithm.Sha256,
            "sha512" => DigestAlgorithm.Sha512,
            _ => null,
        };
        Span<byte> value = stackalloc byte[64];
        var hex = text[(colon + 1)..];
        if (algorithm is not { } known || hex.Length != SizeOf(known) * 2
            || Convert.FromHexString(hex, value, out _, out var written) != System.Buffers.OperationStatus.Done)
        {
            return false;
        }

        digest = new Digest(known, value[..written]);
        return true;
    }

    /// <inheritdoc/>
    public bool Equals(Digest? other) =>
        other is not null && Algorithm == other.Algorithm && _value.AsSpan().SequenceEqual(other._value);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Digest);

    /// <inheritdoc/>
    public override int GetHashCode() => System.Buffers.Binary.BinaryPrimitives.ReadInt32LittleEndian(_value);

    /// <summary><c>sha256:{hex}</c> and the like.</summary>
    public override string ToString() =>
        $"{Algorithm.ToString().ToLowerInvariant()}:{Convert.ToHexStringLower(_value)}";
}

/// <summary>How bytes are hashed.</summary>
public enum DigestAlgorithm
{
    /// <summary>SHA-1: look-ups only, never trust.</summary>
    Sha1 = 1,

    /// <summary>SHA-256.</summary>
    Sha256 = 2,

    /// <summary>SHA-512.</summary>
    Sha512 = 3,
}
