using Samtala.Crypto.Native;

namespace Samtala.Crypto;

/// <summary>The bare XSalsa20 stream: secrecy without authenticity, for blocks whose hash is signed.</summary>
public static unsafe class XSalsa20
{
    /// <summary>Length of a key in bytes.</summary>
    public const int KeySize = 32;

    /// <summary>Length of a nonce in bytes; never used twice with one key for different messages.</summary>
    public const int NonceSize = 24;

    /// <summary>Adds the key stream: the same call encrypts and decrypts.</summary>
    /// <param name="source">The bytes.</param>
    /// <param name="target">As long as <paramref name="source"/>; may be the same memory.</param>
    /// <param name="nonce">24 bytes.</param>
    /// <param name="key">32 bytes.</param>
    /// <exception cref="ArgumentException">A length is wrong.</exception>
    public static void Transform(
        ReadOnlySpan<byte> source, Span<byte> target, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> key)
    {
        Sizes.Require(target, source.Length, nameof(target));
        Sizes.Require(nonce, NonceSize, nameof(nonce));
        Sizes.Require(key, KeySize, nameof(key));
        fixed (byte* output = target, input = source, n = nonce, k = key)
            SodiumStatus.Check(Sodium.crypto_stream_xsalsa20_xor(output, input, (ulong)source.Length, n, k));
    }
}
