using System.Security.Cryptography;

namespace Samtala.Crypto;

/// <summary>What a finished handshake leaves: the keys of both directions and who the other side is.</summary>
/// <remarks>Disposing wipes the keys; whoever holds them disposes them.</remarks>
public sealed class NoiseKeys : IDisposable
{
    /// <summary>Length of a key of one direction in bytes.</summary>
    public const int KeySize = 32;

    /// <summary>Length of the handshake hash in bytes.</summary>
    public const int HashSize = 64;

    // Pinned: the collector must not leave copies of keys behind.
    private readonly byte[] _keys = GC.AllocateArray<byte>(2 * KeySize, pinned: true);
    private readonly byte[] _hash = new byte[HashSize];

    /// <summary>Copies everything. The caller wipes its own copies.</summary>
    /// <param name="send">32 bytes: what this side encrypts with.</param>
    /// <param name="receive">32 bytes: what the other side encrypts with.</param>
    /// <param name="hash">64 bytes: names this handshake, the same on both sides; not secret.</param>
    /// <param name="isInitiator">Whether this side spoke first.</param>
    /// <param name="remoteStatic">Who the other side proved to be; null when the pattern proves nothing.</param>
    /// <exception cref="ArgumentException">A length is wrong.</exception>
    public NoiseKeys(
        ReadOnlySpan<byte> send,
        ReadOnlySpan<byte> receive,
        ReadOnlySpan<byte> hash,
        bool isInitiator,
        PublicKey? remoteStatic)
    {
        Sizes.Require(send, KeySize, nameof(send));
        Sizes.Require(receive, KeySize, nameof(receive));
        Sizes.Require(hash, HashSize, nameof(hash));
        send.CopyTo(_keys);
        receive.CopyTo(_keys.AsSpan(KeySize));
        hash.CopyTo(_hash);
        IsInitiator = isInitiator;
        RemoteStatic = remoteStatic;
    }

    /// <summary>Whether this side spoke first.</summary>
    public bool IsInitiator { get; }

    /// <summary>Who the other side proved to be; null when the pattern proves nothing.</summary>
    public PublicKey? RemoteStatic { get; }

    /// <summary>64 bytes that name this handshake, the same on both sides; not secret.</summary>
    public ReadOnlyMemory<byte> Hash => _hash;

    /// <summary>What this side encrypts with, until disposed.</summary>
    public ReadOnlySpan<byte> Send => _keys.AsSpan(0, KeySize);

    /// <summary>What the other side encrypts with, until disposed.</summary>
    public ReadOnlySpan<byte> Receive => _keys.AsSpan(KeySize);

    /// <summary>Wipes the keys.</summary>
    public void Dispose() => CryptographicOperations.ZeroMemory(_keys);
}
