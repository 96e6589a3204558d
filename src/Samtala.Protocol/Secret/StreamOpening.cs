using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Samtala.Crypto;

namespace Samtala.Protocol;

/// <summary>What happens before the first message: the handshake, then one header each way.</summary>
internal sealed class StreamOpening : IDisposable
{
    internal const int HeaderSize = Hash32.Size + SecretStreamCipher.HeaderSize;

    private const int HandshakeSizeMax = 1_024;

    private NoiseHandshake? _handshake;
    private NoiseKeys? _keys;

    internal StreamOpening(NoiseHandshake? handshake, NoiseKeys? keys)
    {
        _handshake = handshake;
        _keys = keys;
    }

    internal bool IsHandshaking => _handshake is not null;

    internal bool IsWriteNext => _handshake is { IsWriteNext: true };

    /// <summary>Longest acceptable frame in bytes.</summary>
    internal int FrameSizeMax => IsHandshaking ? HandshakeSizeMax : HeaderSize;

    /// <summary>What the handshake proved; only once it is complete.</summary>
    internal StreamIdentity Identity => new(_keys!.IsInitiator, _keys.RemoteStatic ?? default, _keys.Hash);

    public void Dispose()
    {
        _handshake?.Dispose();
        _keys?.Dispose();
    }

    /// <summary>Takes the other side's handshake message.</summary>
    /// <returns>False when it is refused, or comes out of turn.</returns>
    internal bool TryRead(ReadOnlySpan<byte> message)
    {
        if (IsWriteNext || !_handshake!.TryRead(message, out _))
            return false;
        Finish();
        return true;
    }

    /// <summary>Makes this side's handshake message.</summary>
    /// <returns>False when the other side's key is not usable.</returns>
    internal bool TryWrite(out byte[] message)
    {
        if (!_handshake!.TryWrite([], out message))
            return false;
        Finish();
        return true;
    }

    /// <summary>Makes this side's header, and the cipher that follows it.</summary>
    internal SecretStreamCipher WriteHeader(Span<byte> header, RandomNumberGenerator random)
    {
        StreamIds.OfStream(_keys!.Hash.Span, _keys.IsInitiator).Bytes.CopyTo(header);
        random.GetBytes(header[Hash32.Size..]);
        return new SecretStreamCipher(_keys.Send, header[Hash32.Size..]);
    }

    /// <summary>Takes the other side's header; then everything is known, and the keys are wiped.</summary>
    /// <returns>False when it is not of this stream.</returns>
    internal bool TryReadHeader(ReadOnlySpan<byte> header, [NotNullWhen(true)] out SecretStreamCipher? receiver)
    {
        receiver = null;
        Hash32 expected = StreamIds.OfStream(_keys!.Hash.Span, !_keys.IsInitiator);
        if (header.Length != HeaderSize || !header[..Hash32.Size].SequenceEqual(expected.Bytes))
            return false;
        receiver = new SecretStreamCipher(_keys.Receive, header[Hash32.Size..]);
        _keys.Dispose();
        return true;
    }

    private void Finish()
    {
        if (!_handshake!.IsComplete)
            return;
        _keys = _handshake.TakeKeys();
        _handshake.Dispose();
        _handshake = null;
    }
}
