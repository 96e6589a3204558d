using Samtala.Crypto.Native;

namespace Samtala.Crypto;

/// <summary>What the authenticated ciphers of libsodium share: they differ in the length of the nonce.</summary>
internal static unsafe class SodiumAead
{
    internal const int KeySize = 32;
    internal const int TagSize = 16;

    internal static void Seal(
        delegate*<byte*, ulong*, byte*, ulong, byte*, ulong, byte*, byte*, byte*, int> encrypt,
        ReadOnlySpan<byte> message,
        ReadOnlySpan<byte> associated,
        Span<byte> box,
        ReadOnlySpan<byte> nonce,
        ReadOnlySpan<byte> key)
    {
        Sizes.Require(box, message.Length + TagSize, nameof(box));
        Sizes.Require(key, KeySize, nameof(key));
        fixed (byte* output = box, input = message, ad = associated, n = nonce, k = key)
        {
            SodiumStatus.Check(encrypt(
                output, null, input, (ulong)message.Length, ad, (ulong)associated.Length, null, n, k));
        }
    }

    /// <returns>False when the box is too short or not authentic; the message is then zero.</returns>
    internal static bool TryOpen(
        delegate*<byte*, ulong*, byte*, byte*, ulong, byte*, ulong, byte*, byte*, int> decrypt,
        ReadOnlySpan<byte> box,
        ReadOnlySpan<byte> associated,
        Span<byte> message,
        ReadOnlySpan<byte> nonce,
        ReadOnlySpan<byte> key)
    {
        Sizes.Require(key, KeySize, nameof(key));
        if (box.Length < TagSize)
            return false;
        Sizes.Require(message, box.Length - TagSize, nameof(message));
        bool valid;
        fixed (byte* output = message, input = box, ad = associated, n = nonce, k = key)
            valid = decrypt(output, null, null, input, (ulong)box.Length, ad, (ulong)associated.Length, n, k) == 0;
        if (!valid)
            message.Clear();
        return valid;
    }
}
