using Samtala.Crypto.Native;

namespace Samtala.Crypto;

/// <summary>ChaCha20 with Poly1305 of RFC 8439, the tag last. Of libsodium and not of the system, because not every
/// system .NET runs on has it.</summary>
internal static unsafe class ChaCha20Poly1305Ietf
{
    internal const int KeySize = 32;
    internal const int NonceSize = 12;
    internal const int TagSize = 16;

    internal static void Seal(
        ReadOnlySpan<byte> message,
        ReadOnlySpan<byte> associated,
        Span<byte> box,
        ReadOnlySpan<byte> nonce,
        ReadOnlySpan<byte> key)
    {
        Sizes.Require(box, message.Length + TagSize, nameof(box));
        Sizes.Require(nonce, NonceSize, nameof(nonce));
        Sizes.Require(key, KeySize, nameof(key));
        fixed (byte* output = box, input = message, ad = associated, n = nonce, k = key)
        {
            SodiumStatus.Check(Sodium.crypto_aead_chacha20poly1305_ietf_encrypt(
                output, null, input, (ulong)message.Length, ad, (ulong)associated.Length, null, n, k));
        }
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
        Sizes.Require(key, KeySize, nameof(key));
        if (box.Length < TagSize)
            return false;
        Sizes.Require(message, box.Length - TagSize, nameof(message));
        bool valid;
        fixed (byte* output = message, input = box, ad = associated, n = nonce, k = key)
        {
            valid = Sodium.crypto_aead_chacha20poly1305_ietf_decrypt(
                output, null, null, input, (ulong)box.Length, ad, (ulong)associated.Length, n, k) == 0;
        }

        if (!valid)
            message.Clear();
        return valid;
    }
}
