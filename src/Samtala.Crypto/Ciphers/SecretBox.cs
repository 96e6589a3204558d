using Samtala.Crypto.Native;

namespace Samtala.Crypto;

/// <summary>XSalsa20 with Poly1305, the tag first: libsodium's crypto_secretbox_easy.</summary>
public static unsafe class SecretBox
{
    /// <summary>Length of a key in bytes.</summary>
    public const int KeySize = 32;

    /// <summary>Length of a nonce in bytes; never used twice with one key.</summary>
    public const int NonceSize = 24;

    /// <summary>How much longer a box is than its message, in bytes.</summary>
    public const int TagSize = 16;

    /// <summary>Seals a message.</summary>
    /// <param name="message">The bytes.</param>
    /// <param name="box">Exactly <see cref="TagSize"/> bytes longer than the message.</param>
    /// <param name="nonce">24 bytes.</param>
    /// <param name="key">32 bytes.</param>
    /// <exception cref="ArgumentException">A length is wrong.</exception>
    public static void Seal(
        ReadOnlySpan<byte> message, Span<byte> box, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> key)
    {
        Sizes.Require(box, message.Length + TagSize, nameof(box));
        Sizes.Require(nonce, NonceSize, nameof(nonce));
        Sizes.Require(key, KeySize, nameof(key));
        fixed (byte* output = box, input = message, n = nonce, k = key)
            SodiumStatus.Check(Sodium.crypto_secretbox_easy(output, input, (ulong)message.Length, n, k));
    }

    /// <summary>Opens a box from anybody.</summary>
    /// <param name="box">Any bytes.</param>
    /// <param name="message">Exactly <see cref="TagSize"/> bytes shorter; zero when refused.</param>
    /// <param name="nonce">24 bytes.</param>
    /// <param name="key">32 bytes.</param>
    /// <returns>False when the box is too short or not authentic.</returns>
    /// <exception cref="ArgumentException">A length other than that of <paramref name="box"/> is wrong.</exception>
    public static bool TryOpen(
        ReadOnlySpan<byte> box, Span<byte> message, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> key)
    {
        Sizes.Require(nonce, NonceSize, nameof(nonce));
        Sizes.Require(key, KeySize, nameof(key));
        if (box.Length < TagSize)
            return false;
        Sizes.Require(message, box.Length - TagSize, nameof(message));
        bool valid;
        fixed (byte* output = message, input = box, n = nonce, k = key)
            valid = Sodium.crypto_secretbox_open_easy(output, input, (ulong)box.Length, n, k) == 0;
        if (!valid)
            message.Clear();
        return valid;
    }
}
