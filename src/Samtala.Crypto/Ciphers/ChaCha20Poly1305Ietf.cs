using Samtala.Crypto.Native;

namespace Samtala.Crypto;

/// <summary>ChaCha20 with Poly1305 of RFC 8439, the tag last. Of libsodium and not of the system, because not every
/// system .NET runs on has it.</summary>
internal static unsafe class ChaCha20Poly1305Ietf
{
    internal const int KeySize = SodiumAead.KeySize;
    internal const int NonceSize = 12;
    internal const int TagSize = SodiumAead.TagSize;

    internal static void Seal(
        ReadOnlySpan<byte> message,
        ReadOnlySpan<byte> associated,
        Span<byte> box,
        ReadOnlySpan<byte> nonce,
        ReadOnlySpan<byte> key)
    {
        Sizes.Require(nonce, NonceSize, nameof(nonce));
        SodiumAead.Seal(&Sodium.crypto_aead_chacha20poly1305_ietf_encrypt, message, associated, box, nonce, key);
    }

    /// <returns>False when the box is too short or not authentic; the message is then zero.</returns>
    internal static bool TryOpen(
        ReadOnlySpan<byte> box,
        ReadOnlySpan<byte> associated,
        Span<byte> message,
        ReadOnlySpan<byte> nonce,
        ReadOnlySpan<byte> key)
    {
        Sizes.Require(nonce, NonceSize, nameof(nonce));
        return SodiumAead.TryOpen(
            &Sodium.crypto_aead_chacha20poly1305_ietf_decrypt, box, associated, message, nonce, key);
    }
}
