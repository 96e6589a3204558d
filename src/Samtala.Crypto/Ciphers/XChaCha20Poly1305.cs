using Samtala.Crypto.Native;

namespace Samtala.Crypto;

/// <summary>Authenticated encryption whose nonces are long enough to be random. The tag comes last.</summary>
/// <remarks>For 12-byte nonces use System.Security.Cryptography.ChaCha20Poly1305.</remarks>
public static unsafe class XChaCha20Poly1305
{
    /// <summary>Length of a key in bytes.</summary>
    public const int KeySize = SodiumAead.KeySize;

    /// <summary>Length of a nonce in bytes; never used twice with one key.</summary>
    public const int NonceSize = 24;

    /// <summary>How much longer a sealed message is, in bytes.</summary>
    public const int TagSize = SodiumAead.TagSize;

    /// <summary>Seals a message.</summary>
    /// <param name="message">The bytes.</param>
    /// <param name="associated">Authenticated, not encrypted; may be empty.</param>
    /// <param name="box">Exactly <see cref="TagSize"/> bytes longer than the message.</param>
    /// <param name="nonce">24 bytes.</param>
    /// <param name="key">32 bytes.</param>
    /// <exception cref="ArgumentException">A length is wrong.</exception>
    public static void Seal(
        ReadOnlySpan<byte> message,
        ReadOnlySpan<byte> associated,
        Span<byte> box,
        ReadOnlySpan<byte> nonce,
        ReadOnlySpan<byte> key)
    {
        Sizes.Require(nonce, NonceSize, nameof(nonce));
        SodiumAead.Seal(&Sodium.crypto_aead_xchacha20poly1305_ietf_encrypt, message, associated, box, nonce, key);
    }

    /// <summary>Opens a sealed message from anybody.</summary>
    /// <param name="box">Any bytes.</param>
    /// <param name="associated">What was authenticated with it.</param>
    /// <param name="message">Exactly <see cref="TagSize"/> bytes shorter; zero when refused.</param>
    /// <param name="nonce">24 bytes.</param>
    /// <param name="key">32 bytes.</param>
    /// <returns>False when the box is too short or not authentic.</returns>
    /// <exception cref="ArgumentException">A length other than that of <paramref name="box"/> is wrong.</exception>
    public static bool TryOpen(
        ReadOnlySpan<byte> box,
        ReadOnlySpan<byte> associated,
        Span<byte> message,
        ReadOnlySpan<byte> nonce,
        ReadOnlySpan<byte> key)
    {
        Sizes.Require(nonce, NonceSize, nameof(nonce));
        return SodiumAead.TryOpen(
            &Sodium.crypto_aead_xchacha20poly1305_ietf_decrypt, box, associated, message, nonce, key);
    }
}
