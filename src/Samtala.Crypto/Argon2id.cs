using System.Security.Cryptography;
using Samtala.Crypto.Native;

namespace Samtala.Crypto;

/// <summary>What a guess of a passphrase costs.</summary>
/// <param name="Passes">How often the memory is filled, 1 to <see cref="Argon2id.PassesMax"/>.</param>
/// <param name="MemoryBytes"><see cref="Argon2id.MemoryBytesMin"/> to <see cref="Argon2id.MemoryBytesMax"/>.</param>
public readonly record struct Argon2Cost(int Passes, long MemoryBytes)
{
    /// <summary>2 passes over 64 MiB: libsodium's "interactive", about 0.1 s.</summary>
    public static Argon2Cost Interactive => new(2, 64L << 20);

    /// <summary>3 passes over 256 MiB: libsodium's "moderate", about 0.7 s.</summary>
    public static Argon2Cost Moderate => new(3, 256L << 20);
}

/// <summary>Keys from passphrases. Source: RFC 9106, one lane.</summary>
public static unsafe class Argon2id
{
    /// <summary>Length of a salt in bytes.</summary>
    public const int SaltSize = 16;

    /// <summary>Shortest result in bytes.</summary>
    public const int ResultSizeMin = 16;

    /// <summary>Longest result in bytes; our limit, not that of the algorithm.</summary>
    public const int ResultSizeMax = 64;

    /// <summary>Most passes; a larger number in a stored file is refused rather than waited for.</summary>
    public const int PassesMax = 64;

    /// <summary>Least memory in bytes.</summary>
    public const long MemoryBytesMin = 8 * 1024;

    /// <summary>Most memory in bytes; a larger number in a stored file is refused rather than allocated.</summary>
    public const long MemoryBytesMax = 1L << 30;

    private const int AlgorithmArgon2id13 = 2;

    /// <summary>Derives a key. Takes as long as the cost says; call it off the request path.</summary>
    /// <param name="passphrase">Any bytes; the caller wipes them.</param>
    /// <param name="salt">16 bytes, random, stored beside the result.</param>
    /// <param name="cost">What a guess costs.</param>
    /// <param name="result">16 to 64 bytes, all written; the caller wipes them.</param>
    /// <exception cref="ArgumentException">A size or a cost is out of range.</exception>
    /// <exception cref="CryptographicException">The memory could not be had.</exception>
    public static void DeriveKey(
        ReadOnlySpan<byte> passphrase, ReadOnlySpan<byte> salt, Argon2Cost cost, Span<byte> result)
    {
        Sizes.Require(salt, SaltSize, nameof(salt));
        if (result.Length is < ResultSizeMin or > ResultSizeMax)
        {
            throw new ArgumentException(
                $"A derived key has {ResultSizeMin} to {ResultSizeMax} bytes, not {result.Length}.", nameof(result));
        }

        if (cost.Passes is < 1 or > PassesMax || cost.MemoryBytes is < MemoryBytesMin or > MemoryBytesMax)
        {
            throw new ArgumentException(
                $"Argon2id takes 1 to {PassesMax} passes over {MemoryBytesMin} to {MemoryBytesMax} bytes; "
                + $"asked for {cost.Passes} over {cost.MemoryBytes}.",
                nameof(cost));
        }

        fixed (byte* output = result, text = passphrase, s = salt)
        {
            int status = Sodium.crypto_pwhash(
                output,
                (ulong)result.Length,
                text,
                (ulong)passphrase.Length,
                s,
                (ulong)cost.Passes,
                (nuint)cost.MemoryBytes,
                AlgorithmArgon2id13);
            if (status != 0)
            {
                throw new CryptographicException(
                    $"SAM0124: Argon2id could not have {cost.MemoryBytes >> 20} MiB of memory. Free some, or lower "
                    + "the cost.");
            }
        }
    }

    /// <summary>Derives a key straight into the slab.</summary>
    /// <param name="slab">Where the key lies.</param>
    /// <param name="passphrase">Any text, taken as UTF-8.</param>
    /// <param name="salt">16 bytes, random, stored beside what the key seals.</param>
    /// <param name="cost">What a guess costs.</param>
    /// <returns>A key the caller disposes.</returns>
    /// <exception cref="ArgumentException">A size or a cost is out of range.</exception>
    /// <exception cref="CryptographicException">The memory could not be had.</exception>
    public static SymmetricKey DeriveKey(
        SecretSlab slab, string passphrase, ReadOnlySpan<byte> salt, Argon2Cost cost)
    {
        ArgumentNullException.ThrowIfNull(passphrase);
        byte[] text = GC.AllocateArray<byte>(System.Text.Encoding.UTF8.GetByteCount(passphrase), pinned: true);
        Span<byte> key = stackalloc byte[SymmetricKey.Size];
        try
        {
            System.Text.Encoding.UTF8.GetBytes(passphrase, text);
            DeriveKey(text, salt, cost, key);
            return SymmetricKey.FromBytes(slab, key);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(text);
            CryptographicOperations.ZeroMemory(key);
        }
    }
}
