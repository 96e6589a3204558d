using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Samtala.Crypto.Native;

namespace Samtala.Crypto;

/// <summary>What a message of a <see cref="SecretStreamCipher"/> says about the stream.</summary>
public enum StreamTag
{
    /// <summary>An ordinary message.</summary>
    Message = 0,

    /// <summary>The end of a group of messages.</summary>
    Push = 1,

    /// <summary>Both sides change keys after this message.</summary>
    Rekey = 2,

    /// <summary>The last message.</summary>
    Final = 3,
}

/// <summary>One direction of libsodium's secretstream: messages that cannot be read, changed, reordered
/// or left out.</summary>
/// <remarks>
/// Not thread-safe. Both directions are begun from a header the caller chose: libsodium's own init_push draws hidden
/// randomness, which a replayed simulation may not, and the state after init_pull is the same.
/// </remarks>
public sealed unsafe class SecretStreamCipher : IDisposable
{
    /// <summary>Length of a key in bytes.</summary>
    public const int KeySize = 32;

    /// <summary>Length of a header in bytes; random, sent in clear before the first message.</summary>
    public const int HeaderSize = 24;

    /// <summary>How much longer a sealed message is, in bytes.</summary>
    public const int OverheadSize = 17;

    private readonly byte[] _state;
    private readonly byte* _pointer;
    private bool _isDisposed;

    /// <summary>Begins a direction, for the sender and the receiver alike.</summary>
    /// <param name="key">32 bytes; the caller wipes them.</param>
    /// <param name="header">24 bytes from an injected random source, never used twice with one key.</param>
    /// <exception cref="ArgumentException">A length is wrong.</exception>
    public SecretStreamCipher(ReadOnlySpan<byte> key, ReadOnlySpan<byte> header)
    {
        Sizes.Require(key, KeySize, nameof(key));
        Sizes.Require(header, HeaderSize, nameof(header));
        int size = (int)Sodium.crypto_secretstream_xchacha20poly1305_statebytes();
        _state = GC.AllocateArray<byte>(size, pinned: true);
        _pointer = (byte*)Marshal.UnsafeAddrOfPinnedArrayElement(_state, 0);
        fixed (byte* k = key, h = header)
            SodiumStatus.Check(Sodium.crypto_secretstream_xchacha20poly1305_init_pull(_pointer, h, k));
    }

    /// <summary>Seals the next message.</summary>
    /// <param name="message">The bytes.</param>
    /// <param name="box">Exactly <see cref="OverheadSize"/> bytes longer.</param>
    /// <param name="tag">What the message says about the stream.</param>
    /// <param name="associated">Authenticated, not sent; may be empty.</param>
    /// <exception cref="ArgumentException">A length is wrong.</exception>
    public void Push(
        ReadOnlySpan<byte> message,
        Span<byte> box,
        StreamTag tag = StreamTag.Message,
        ReadOnlySpan<byte> associated = default)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        Sizes.Require(box, message.Length + OverheadSize, nameof(box));
        fixed (byte* output = box, input = message, ad = associated)
        {
            SodiumStatus.Check(Sodium.crypto_secretstream_xchacha20poly1305_push(
                _pointer, output, null, input, (ulong)message.Length, ad, (ulong)associated.Length, (byte)tag));
        }
    }

    /// <summary>Opens the next message from the other side.</summary>
    /// <param name="box">Any bytes.</param>
    /// <param name="message">Exactly <see cref="OverheadSize"/> bytes shorter; zero when refused.</param>
    /// <param name="tag">What the message says about the stream.</param>
    /// <param name="associated">What was authenticated with it.</param>
    /// <returns>False when the box is too short or is not the next authentic one; the state has not moved.</returns>
    /// <exception cref="ArgumentException"><paramref name="message"/> has the wrong length.</exception>
    public bool TryPull(
        ReadOnlySpan<byte> box, Span<byte> message, out StreamTag tag, ReadOnlySpan<byte> associated = default)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        tag = StreamTag.Message;
        if (box.Length < OverheadSize)
            return false;
        Sizes.Require(message, box.Length - OverheadSize, nameof(message));
        byte seen;
        bool valid;
        fixed (byte* output = message, input = box, ad = associated)
        {
            valid = Sodium.crypto_secretstream_xchacha20poly1305_pull(
                _pointer, output, null, &seen, input, (ulong)box.Length, ad, (ulong)associated.Length) == 0;
        }

        if (valid)
            tag = (StreamTag)seen;
        else
            message.Clear();
        return valid;
    }

    /// <summary>Changes the key on this side; the other side must do so at the same message.</summary>
    public void Rekey()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        Sodium.crypto_secretstream_xchacha20poly1305_rekey(_pointer);
    }

    /// <summary>Wipes the keys.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        CryptographicOperations.ZeroMemory(_state);
    }
}
