using Samtala.Crypto.Native;

namespace Samtala.Crypto;

/// <summary>Signature validity and point arithmetic on edwards25519.</summary>
/// <remarks>A signature is valid when libsodium says so: canonical S and key, no point of small order, cofactorless.
/// Libraries differ on crafted signatures, and one that splits opinions would split a network.</remarks>
public static unsafe class Ed25519
{
    /// <summary>Length of a scalar in bytes, little-endian.</summary>
    public const int ScalarSize = 32;

    /// <summary>Length of an encoded point in bytes.</summary>
    public const int PointSize = 32;

    /// <summary>Checks a signature.</summary>
    /// <param name="publicKey">Who must have signed; any bytes.</param>
    /// <param name="message">What must have been signed.</param>
    /// <param name="signature">Any bytes.</param>
    /// <returns>False for everything that is not a valid signature of that message by that key.</returns>
    public static bool Verify(in PublicKey publicKey, ReadOnlySpan<byte> message, in Signature signature)
    {
        fixed (byte* key = publicKey.Bytes, text = message, proof = signature.Bytes)
            return Sodium.crypto_sign_verify_detached(proof, text, (ulong)message.Length, key) == 0;
    }

    /// <summary>Multiplies a point by a scalar as it is, without clamping.</summary>
    /// <param name="scalar">32 bytes; the top bit is ignored.</param>
    /// <param name="point">32 bytes from anybody.</param>
    /// <param name="product">32 bytes, all written; zero when refused.</param>
    /// <returns>False when the point is not a canonical point of the main subgroup, or the product is neutral.
    /// </returns>
    /// <exception cref="ArgumentException">A length is not 32.</exception>
    public static bool TryMultiply(ReadOnlySpan<byte> scalar, ReadOnlySpan<byte> point, Span<byte> product)
    {
        Sizes.Require(scalar, ScalarSize, nameof(scalar));
        Sizes.Require(point, PointSize, nameof(point));
        Sizes.Require(product, PointSize, nameof(product));
        Span<byte> result = stackalloc byte[PointSize];
        bool valid;
        fixed (byte* output = result, n = scalar, p = point)
            valid = Sodium.crypto_scalarmult_ed25519_noclamp(output, n, p) == 0;
        if (!valid)
            result.Clear();
        result.CopyTo(product);
        return valid;
    }

    /// <summary>Multiplies the base point by a scalar as it is, without clamping.</summary>
    /// <param name="scalar">32 bytes; the top bit is ignored.</param>
    /// <param name="product">32 bytes, all written; zero when refused.</param>
    /// <returns>False when the product is neutral.</returns>
    /// <exception cref="ArgumentException">A length is not 32.</exception>
    public static bool TryMultiplyBase(ReadOnlySpan<byte> scalar, Span<byte> product)
    {
        Sizes.Require(scalar, ScalarSize, nameof(scalar));
        Sizes.Require(product, PointSize, nameof(product));
        Span<byte> result = stackalloc byte[PointSize];
        bool valid;
        fixed (byte* output = result, n = scalar)
            valid = Sodium.crypto_scalarmult_ed25519_base_noclamp(output, n) == 0;
        if (!valid)
            result.Clear();
        result.CopyTo(product);
        return valid;
    }

    /// <summary>Whether bytes are a canonical point of the main subgroup, of no small order.</summary>
    /// <param name="point">Any bytes.</param>
    public static bool IsValidPoint(ReadOnlySpan<byte> point)
    {
        if (point.Length != PointSize)
            return false;
        fixed (byte* p = point)
            return Sodium.crypto_core_ed25519_is_valid_point(p) == 1;
    }
}
