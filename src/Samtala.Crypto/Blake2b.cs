using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Samtala.Crypto.Native;

namespace Samtala.Crypto;

/// <summary>BLAKE2b of any size, with or without a key. Source: RFC 7693.</summary>
/// <remarks>The statics hash at once. An instance hashes piece by piece, is not thread-safe, and wipes its state when
/// disposed.</remarks>
public sealed unsafe class Blake2b : IDisposable
{
    /// <summary>Longest result in bytes.</summary>
    public const int SizeMax = 64;

    /// <summary>Longest key in bytes.</summary>
    public const int KeySizeMax = 64;

    private const int StateAlignment = 64;

    // Pinned so that the state keeps its address, and therefore its alignment, between calls.
    private readonly byte[] _storage;
    private readonly byte* _state;
    private readonly int _size;
    private readonly Bytes64 _key;
    private readonly int _keySize;
    private bool _isDisposed;

    /// <summary>Begins a hash.</summary>
    /// <param name="size">Bytes of the result, 1 to <see cref="SizeMax"/>.</param>
    /// <param name="key">Empty, or 1 to <see cref="KeySizeMax"/> bytes; copied.</param>
    /// <exception cref="ArgumentException">A size is out of range.</exception>
    public Blake2b(int size = Hash32.Size, ReadOnlySpan<byte> key = default)
    {
        CheckSizes(size, key.Length);
        int stateSize = (int)Sodium.crypto_generichash_statebytes();
        _storage = GC.AllocateArray<byte>(stateSize + StateAlignment, pinned: true);
        nuint address = (nuint)Marshal.UnsafeAddrOfPinnedArrayElement(_storage, 0);
        _state = (byte*)((address + StateAlignment - 1) & ~(nuint)(StateAlignment - 1));
        _size = size;
        _keySize = key.Length;
        key.CopyTo(_key);
        Reset();
    }

    /// <summary>Hashes one piece to 32 bytes.</summary>
    /// <param name="data">The bytes.</param>
    public static Hash32 HashData(ReadOnlySpan<byte> data)
    {
        Span<byte> result = stackalloc byte[Hash32.Size];
        HashData(data, result);
        return new Hash32(result);
    }

    /// <summary>Hashes one piece with a key to 32 bytes. Named apart, lest a key pass for a target.</summary>
    /// <param name="key">1 to <see cref="KeySizeMax"/> bytes.</param>
    /// <param name="data">The bytes.</param>
    /// <exception cref="ArgumentException">The key has another length.</exception>
    public static Hash32 HashKeyed(ReadOnlySpan<byte> key, ReadOnlySpan<byte> data)
    {
        Span<byte> result = stackalloc byte[Hash32.Size];
        HashData(data, result, key);
        return new Hash32(result);
    }

    /// <summary>Hashes one piece to as many bytes as fit.</summary>
    /// <param name="data">The bytes; may overlap <paramref name="result"/>.</param>
    /// <param name="result">1 to <see cref="SizeMax"/> bytes, all written; its length is part of the hash.</param>
    /// <param name="key">Empty, or 1 to <see cref="KeySizeMax"/> bytes.</param>
    /// <exception cref="ArgumentException">A size is out of range.</exception>
    public static void HashData(ReadOnlySpan<byte> data, Span<byte> result, ReadOnlySpan<byte> key = default)
    {
        CheckSizes(result.Length, key.Length);
        fixed (byte* output = result, input = data, secret = key)
        {
            int status = Sodium.crypto_generichash(
                output, (nuint)result.Length, input, (ulong)data.Length, secret, (nuint)key.Length);
            SodiumStatus.Check(status);
        }
    }

    /// <summary>Hashes pieces one after the other, as if they were one, to 32 bytes.</summary>
    /// <param name="first">The first piece.</param>
    /// <param name="second">The second piece.</param>
    /// <param name="third">The third piece, or nothing.</param>
    /// <param name="fourth">The fourth piece, or nothing.</param>
    public static Hash32 HashAll(
        ReadOnlySpan<byte> first,
        ReadOnlySpan<byte> second,
        ReadOnlySpan<byte> third = default,
        ReadOnlySpan<byte> fourth = default)
    {
        const int StackMax = 512;
        int total = first.Length + second.Length + third.Length + fourth.Length;
        if (total <= StackMax)
        {
            Span<byte> all = stackalloc byte[StackMax];
            first.CopyTo(all);
            second.CopyTo(all[first.Length..]);
            third.CopyTo(all[(first.Length + second.Length)..]);
            fourth.CopyTo(all[(total - fourth.Length)..]);
            return HashData(all[..total]);
        }

        using Blake2b hash = new();
        hash.Append(first);
        hash.Append(second);
        hash.Append(third);
        hash.Append(fourth);
        return hash.GetHash32AndReset();
    }

    /// <summary>Adds bytes.</summary>
    /// <param name="data">Read during the call only.</param>
    public void Append(ReadOnlySpan<byte> data)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        fixed (byte* input = data)
            SodiumStatus.Check(Sodium.crypto_generichash_update(_state, input, (ulong)data.Length));
    }

    /// <summary>Ends the hash and begins the next one with the same size and key.</summary>
    /// <param name="result">Exactly as many bytes as the constructor was told.</param>
    /// <exception cref="ArgumentException">Another length.</exception>
    public void GetHashAndReset(Span<byte> result)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (result.Length != _size)
            throw new ArgumentException($"This hash has {_size} bytes, not {result.Length}.", nameof(result));
        fixed (byte* output = result)
            SodiumStatus.Check(Sodium.crypto_generichash_final(_state, output, (nuint)_size));
        Reset();
    }

    /// <summary>Ends a 32-byte hash and begins the next one.</summary>
    /// <exception cref="ArgumentException">The hash has another size.</exception>
    public Hash32 GetHash32AndReset()
    {
        Span<byte> result = stackalloc byte[Hash32.Size];
        GetHashAndReset(result);
        return new Hash32(result);
    }

    /// <summary>Wipes the state.</summary>
    public void Dispose()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        CryptographicOperations.ZeroMemory(_storage);
        fixed (Bytes64* key = &_key)
            CryptographicOperations.ZeroMemory(new Span<byte>(key, KeySizeMax));
    }

    private static void CheckSizes(int size, int keySize)
    {
        if (size is < 1 or > SizeMax)
            throw new ArgumentException($"A BLAKE2b hash has 1 to {SizeMax} bytes, not {size}.", nameof(size));
        if (keySize > KeySizeMax)
            throw new ArgumentException($"A BLAKE2b key has up to {KeySizeMax} bytes, not {keySize}.", nameof(keySize));
    }

    private void Reset()
    {
        fixed (Bytes64* key = &_key)
        {
            SodiumStatus.Check(
                Sodium.crypto_generichash_init(_state, (byte*)key, (nuint)_keySize, (nuint)_size));
        }
    }
}
