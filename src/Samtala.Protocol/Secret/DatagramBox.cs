using System.Security.Cryptography;
using Samtala.Crypto;

namespace Samtala.Protocol;

/// <summary>Messages beside an encrypted stream that may be lost, doubled or reordered.</summary>
/// <remarks>
/// Not thread-safe. Source: @hyperswarm/secret-stream 6.9. There is no protection against replay, and the key follows
/// from the handshake hash, which whoever saw the handshake can compute: use it for what may be public.
/// </remarks>
public sealed class DatagramBox
{
    /// <summary>How much longer a datagram is than its message, in bytes.</summary>
    public const int OverheadSize = CounterSize + SecretBox.TagSize;

    private const int CounterSize = 8;

    private readonly byte[] _sendKey;
    private readonly byte[] _receiveKey;
    private readonly byte[] _counter = new byte[CounterSize];

    /// <summary>Begins at a random counter.</summary>
    /// <param name="identity">Of the stream the datagrams belong to.</param>
    /// <param name="random">Where the first counter comes from.</param>
    public DatagramBox(StreamIdentity identity, RandomNumberGenerator random)
        : this(
            StreamIds.OfDatagrams(identity.HandshakeHash.Span, identity.IsInitiator),
            StreamIds.OfDatagrams(identity.HandshakeHash.Span, !identity.IsInitiator))
    {
        ArgumentNullException.ThrowIfNull(random);
        random.GetBytes(_counter);
    }

    internal DatagramBox(Hash32 sendKey, Hash32 receiveKey, ReadOnlySpan<byte> counter = default)
    {
        _sendKey = sendKey.Bytes.ToArray();
        _receiveKey = receiveKey.Bytes.ToArray();
        counter.CopyTo(_counter);
    }

    /// <summary>Seals the next datagram.</summary>
    /// <param name="message">Any bytes.</param>
    /// <param name="datagram">Exactly <see cref="OverheadSize"/> bytes longer.</param>
    /// <exception cref="ArgumentException">A length is wrong.</exception>
    public void Seal(ReadOnlySpan<byte> message, Span<byte> datagram)
    {
        if (datagram.Length != message.Length + OverheadSize)
            throw new ArgumentException($"A datagram is {OverheadSize} bytes longer.", nameof(datagram));
        Increment();
        Span<byte> nonce = stackalloc byte[SecretBox.NonceSize];
        nonce.Clear();
        _counter.CopyTo(nonce);
        _counter.CopyTo(datagram);
        SecretBox.Seal(message, datagram[CounterSize..], nonce, _sendKey);
    }

    /// <summary>Opens a datagram from anybody.</summary>
    /// <param name="datagram">Any bytes.</param>
    /// <param name="message">At least as long as the datagram less <see cref="OverheadSize"/>.</param>
    /// <param name="size">Bytes of the message.</param>
    /// <returns>False when it is not of the other side: drop it.</returns>
    public bool TryOpen(ReadOnlySpan<byte> datagram, Span<byte> message, out int size)
    {
        size = 0;
        int textSize = datagram.Length - OverheadSize;
        if (textSize < 0 || textSize > message.Length)
            return false;
        Span<byte> nonce = stackalloc byte[SecretBox.NonceSize];
        nonce.Clear();
        datagram[..CounterSize].CopyTo(nonce);
        if (!SecretBox.TryOpen(datagram[CounterSize..], message[..textSize], nonce, _receiveKey))
            return false;
        size = textSize;
        return true;
    }

    private void Increment()
    {
        for (int i = 0; i < CounterSize && ++_counter[i] == 0; i++)
        {
            // Carries into the next byte.
        }
    }
}
