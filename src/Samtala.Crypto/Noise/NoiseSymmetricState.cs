using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Samtala.Crypto;

/// <summary>The running hash, the chaining key and the cipher of a handshake. Source: the Noise specification, 5.1 and
/// 5.2.</summary>
internal sealed class NoiseSymmetricState : IDisposable
{
    internal const int TagSize = ChaCha20Poly1305Ietf.TagSize;

    private const int KeyOffset = NoiseHash.Size;

    // Pinned: the collector must not leave copies of keys behind.
    private readonly byte[] _secrets = GC.AllocateArray<byte>(NoiseHash.Size + 32, pinned: true);
    private readonly byte[] _digest = new byte[NoiseHash.Size];
    private ulong _counter;

    internal NoiseSymmetricState(ReadOnlySpan<byte> protocolName, ReadOnlySpan<byte> prologue)
    {
        // Every name here is shorter than a digest; longer ones would be hashed.
        protocolName.CopyTo(_digest);
        _digest.CopyTo(ChainingKey);
        MixHash(prologue);
    }

    internal ReadOnlySpan<byte> Digest => _digest;

    internal bool HasKey { get; private set; }

    internal Span<byte> ChainingKey => _secrets.AsSpan(0, NoiseHash.Size);

    private Span<byte> Key => _secrets.AsSpan(KeyOffset);

    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_secrets);
        CryptographicOperations.ZeroMemory(_digest);
        HasKey = false;
    }

    internal void MixHash(ReadOnlySpan<byte> data) => NoiseHash.HashPair(_digest, data, _digest);

    internal void MixKey(ReadOnlySpan<byte> input)
    {
        Span<byte> outputs = stackalloc byte[2 * NoiseHash.Size];
        NoiseHash.Hkdf(ChainingKey, input, outputs);
        outputs[..NoiseHash.Size].CopyTo(ChainingKey);
        SetKey(outputs[NoiseHash.Size..]);
        CryptographicOperations.ZeroMemory(outputs);
    }

    internal void MixKeyAndHash(ReadOnlySpan<byte> sharedKey)
    {
        Span<byte> outputs = stackalloc byte[3 * NoiseHash.Size];
        NoiseHash.Hkdf(ChainingKey, sharedKey, outputs);
        outputs[..NoiseHash.Size].CopyTo(ChainingKey);
        MixHash(outputs.Slice(NoiseHash.Size, NoiseHash.Size));
        SetKey(outputs[(2 * NoiseHash.Size)..]);
        CryptographicOperations.ZeroMemory(outputs);
    }

    /// <summary>Writes the text sealed, or as it is before there is a key.</summary>
    /// <returns>How many bytes were written.</returns>
    internal int EncryptAndHash(ReadOnlySpan<byte> text, Span<byte> target)
    {
        int size = text.Length;
        if (HasKey)
        {
            size += TagSize;
            Span<byte> nonce = stackalloc byte[ChaCha20Poly1305Ietf.NonceSize];
            NextNonce(nonce);
            ChaCha20Poly1305Ietf.Seal(text, _digest, target[..size], nonce, Key);
        }
        else
        {
            text.CopyTo(target);
        }

        MixHash(target[..size]);
        return size;
    }

    /// <summary>Opens a stranger's bytes into exactly as many as their text has.</summary>
    internal bool TryDecryptAndHash(ReadOnlySpan<byte> source, Span<byte> text)
    {
        if (HasKey)
        {
            Span<byte> nonce = stackalloc byte[ChaCha20Poly1305Ietf.NonceSize];
            NextNonce(nonce);
            if (!ChaCha20Poly1305Ietf.TryOpen(source, _digest, text, nonce, Key))
                return false;
        }
        else
        {
            source.CopyTo(text);
        }

        MixHash(source);
        return true;
    }

    /// <summary>The two keys of the transport: the initiator sends with the first.</summary>
    internal void Split(Span<byte> first, Span<byte> second)
    {
        Span<byte> outputs = stackalloc byte[2 * NoiseHash.Size];
        NoiseHash.Hkdf(ChainingKey, default, outputs);
        outputs[..first.Length].CopyTo(first);
        outputs.Slice(NoiseHash.Size, second.Length).CopyTo(second);
        CryptographicOperations.ZeroMemory(outputs);
    }

    private void SetKey(ReadOnlySpan<byte> output)
    {
        output[..Key.Length].CopyTo(Key);
        _counter = 0;
        HasKey = true;
    }

    private void NextNonce(Span<byte> nonce)
    {
        nonce.Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(nonce[4..], _counter++);
    }
}
