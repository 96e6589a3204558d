using System.Buffers.Binary;
using System.Security.Cryptography;
using Samtala.Crypto;
using Samtala.Hypercore.Manifests;

namespace Samtala.Hypercore.Logs.Core;

/// <summary>Encrypts blocks as hypercore does: 8 bytes that hide the fork, then the XSalsa20 of the block.</summary>
/// <remarks>No authenticity of its own: the tree's hashes cover what is stored.</remarks>
internal sealed class BlockCipher
{
    /// <summary>Bytes that every stored block has more.</summary>
    public const int Padding = 8;

    private readonly Hash32 _coreKey;
    private readonly Func<bool> _isCompat;
    private readonly LogEncryption _encryption;

    /// <param name="coreKey">Of the log.</param>
    /// <param name="isCompat">Whether it is a log of hypercore 10. Asked every time: a stranger's log is taken for one
    /// until its manifest arrives.</param>
    /// <param name="encryption">The key.</param>
    public BlockCipher(in Hash32 coreKey, Func<bool> isCompat, LogEncryption encryption)
    {
        _coreKey = coreKey;
        _isCompat = isCompat;
        _encryption = encryption;
    }

    /// <summary>Encrypts one block.</summary>
    /// <param name="index">Of the block.</param>
    /// <param name="fork">Of the log when the block is appended.</param>
    /// <param name="block">Plain.</param>
    /// <param name="target"><see cref="Padding"/> bytes longer than <paramref name="block"/>.</param>
    public void Encrypt(ulong index, ulong fork, ReadOnlySpan<byte> block, Span<byte> target)
    {
        Span<byte> keys = stackalloc byte[2 * XSalsa20.KeySize];
        try
        {
            DeriveKeys(keys);
            Encrypt((index, fork), keys, block, target);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(keys);
        }
    }

    /// <summary>Encrypts with keys as they are.</summary>
    /// <param name="place">Index and fork.</param>
    /// <param name="keys">The block key, then the one that hides the fork.</param>
    /// <param name="block">Plain.</param>
    /// <param name="target"><see cref="Padding"/> bytes longer than <paramref name="block"/>.</param>
    internal static void Encrypt(
        (ulong Index, ulong Fork) place, ReadOnlySpan<byte> keys, ReadOnlySpan<byte> block, Span<byte> target)
    {
        Span<byte> nonce = stackalloc byte[XSalsa20.NonceSize];
        nonce.Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(nonce, place.Index);
        BinaryPrimitives.WriteUInt64LittleEndian(target, place.Fork);
        XSalsa20.Transform(target[..Padding], target[..Padding], nonce, keys[XSalsa20.KeySize..]);
        target[..Padding].CopyTo(nonce[sizeof(ulong)..]);
        XSalsa20.Transform(block, target[Padding..], nonce, keys[..XSalsa20.KeySize]);
    }

    /// <summary>Decrypts one block.</summary>
    /// <param name="index">Of the block.</param>
    /// <param name="stored">As hashed.</param>
    /// <returns>Null when it is too short to be encrypted.</returns>
    public byte[]? Decrypt(ulong index, ReadOnlySpan<byte> stored)
    {
        if (stored.Length < Padding)
            return null;
        Span<byte> keys = stackalloc byte[2 * XSalsa20.KeySize];
        Span<byte> nonce = stackalloc byte[XSalsa20.NonceSize];
        byte[] block = new byte[stored.Length - Padding];
        try
        {
            DeriveKeys(keys);
            nonce.Clear();
            BinaryPrimitives.WriteUInt64LittleEndian(nonce, index);
            stored[..Padding].CopyTo(nonce[sizeof(ulong)..]);
            XSalsa20.Transform(stored[Padding..], block, nonce, keys[..XSalsa20.KeySize]);
            return block;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(keys);
        }
    }

    /// <summary>The block key, then the key that hides the fork. Derived for each block, so that no copy stays outside
    /// the locked memory.</summary>
    internal void DeriveKeys(Span<byte> keys)
    {
        Span<byte> blockKey = keys[..XSalsa20.KeySize];
        using (SecretLease secret = _encryption.Key.Open())
        {
            if (_encryption.IsBlockKey)
                secret.Bytes.CopyTo(blockKey);
            else if (_isCompat())
                Blake2b.HashData(secret.Bytes, blockKey, _coreKey.Bytes);
            else
                DeriveDefault(secret.Bytes, blockKey);
        }

        Blake2b.HashData(blockKey, keys[XSalsa20.KeySize..]);
    }

    private void DeriveDefault(ReadOnlySpan<byte> secret, Span<byte> blockKey)
    {
        Span<byte> material = stackalloc byte[3 * Hash32.Size];
        HypercoreNamespace.DefaultEncryption.Bytes.CopyTo(material);
        _coreKey.Bytes.CopyTo(material[Hash32.Size..]);
        secret.CopyTo(material[(2 * Hash32.Size)..]);
        Blake2b.HashData(material, blockKey);
        CryptographicOperations.ZeroMemory(material);
    }
}
