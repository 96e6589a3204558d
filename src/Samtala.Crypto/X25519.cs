using System.Security.Cryptography;
using Samtala.Crypto.Native;

namespace Samtala.Crypto;

/// <summary>Diffie-Hellman on curve25519. Source: RFC 7748.</summary>
public static unsafe class X25519
{
    /// <summary>Length of secrets, public values and results in bytes.</summary>
    public const int Size = 32;

    /// <summary>The public value of a secret.</summary>
    /// <param name="secret">32 bytes, clamped inside.</param>
    /// <param name="result">32 bytes, all written.</param>
    /// <exception cref="ArgumentException">A length is not 32.</exception>
    public static void ComputePublic(ReadOnlySpan<byte> secret, Span<byte> result)
    {
        Sizes.Require(secret, Size, nameof(secret));
        Sizes.Require(result, Size, nameof(result));
        fixed (byte* output = result, n = secret)
            SodiumStatus.Check(Sodium.crypto_scalarmult_curve25519_base(output, n));
    }

    /// <summary>The secret both sides come to.</summary>
    /// <param name="secret">32 bytes, clamped inside.</param>
    /// <param name="other">32 bytes from anybody.</param>
    /// <param name="shared">32 bytes, all written; zero when refused. Hash before use; the caller wipes it.</param>
    /// <returns>False when the other side sent a point of small order, which would make the secret known.</returns>
    /// <exception cref="ArgumentException">A length is not 32.</exception>
    public static bool TryAgree(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> other, Span<byte> shared)
    {
        Sizes.Require(secret, Size, nameof(secret));
        Sizes.Require(other, Size, nameof(other));
        Sizes.Require(shared, Size, nameof(shared));
        bool valid;
        fixed (byte* output = shared, n = secret, p = other)
            valid = Sodium.crypto_scalarmult_curve25519(output, n, p) == 0;
        if (!valid)
            CryptographicOperations.ZeroMemory(shared);
        return valid;
    }
}
