using System.Security.Cryptography;

namespace Samtala.Crypto;

/// <summary>HMAC and HKDF over BLAKE2b-512. Source: RFC 2104, RFC 5869, the Noise specification 4.3.</summary>
internal static class NoiseHash
{
    internal const int Size = 64;

    private const int BlockSize = 128;

    /// <summary>The code of <paramref name="data"/>; <paramref name="result"/> may be the same memory as the key.
    /// </summary>
    internal static void Hmac(ReadOnlySpan<byte> key, ReadOnlySpan<byte> data, Span<byte> result)
    {
        Span<byte> inner = stackalloc byte[BlockSize];
        Span<byte> outer = stackalloc byte[BlockSize + Size];
        inner.Clear();
        if (key.Length > BlockSize)
            Blake2b.HashData(key, inner[..Size]);
        else
            key.CopyTo(inner);
        for (int i = 0; i < BlockSize; i++)
        {
            outer[i] = (byte)(inner[i] ^ 0x5c);
            inner[i] ^= 0x36;
        }

        HashPair(inner, data, outer[BlockSize..]);
        Blake2b.HashData(outer, result);
        CryptographicOperations.ZeroMemory(inner);
        CryptographicOperations.ZeroMemory(outer);
    }

    /// <summary>Derives as many 64-byte outputs as fit, at most three.</summary>
    internal static void Hkdf(ReadOnlySpan<byte> chainingKey, ReadOnlySpan<byte> input, Span<byte> outputs)
    {
        Span<byte> extracted = stackalloc byte[Size];
        Span<byte> text = stackalloc byte[Size + 1];
        Hmac(chainingKey, input, extracted);
        for (int i = 0; i * Size < outputs.Length; i++)
        {
            int before = i == 0 ? 0 : Size;
            text[before] = (byte)(i + 1);
            Hmac(extracted, text[..(before + 1)], outputs.Slice(i * Size, Size));
            outputs.Slice(i * Size, Size).CopyTo(text);
        }

        CryptographicOperations.ZeroMemory(extracted);
        CryptographicOperations.ZeroMemory(text);
    }

    /// <summary>BLAKE2b-512 of two pieces as if they were one.</summary>
    internal static void HashPair(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, Span<byte> result)
    {
        const int StackMax = 512;
        int total = first.Length + second.Length;
        if (total <= StackMax)
        {
            Span<byte> all = stackalloc byte[StackMax];
            first.CopyTo(all);
            second.CopyTo(all[first.Length..]);
            Blake2b.HashData(all[..total], result);
            CryptographicOperations.ZeroMemory(all);
            return;
        }

        using Blake2b hash = new(Size);
        hash.Append(first);
        hash.Append(second);
        hash.GetHashAndReset(result);
    }
}
