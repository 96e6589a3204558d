using System.Security.Cryptography;
using Samtala.Crypto;
using Samtala.Hypercore.Manifests;

namespace Samtala.Hypercore.Corestores;

/// <summary>How the keys of named logs follow from one secret, as in JavaScript's corestore. Pure functions.</summary>
public static class CorestoreKeys
{
    /// <summary>Most bytes of a name.</summary>
    public const int NameSizeMax = 4096;

    private static readonly Hash32 s_names = HypercoreNamespace.Derive("corestore", 0);

    /// <summary>The namespace below another one. The namespace of the whole store is 32 zero bytes.</summary>
    /// <param name="parent">The other one.</param>
    /// <param name="name">Any bytes, at most <see cref="NameSizeMax"/>.</param>
    /// <exception cref="ArgumentException">The name is too long.</exception>
    public static Hash32 ChildNamespace(in Hash32 parent, ReadOnlySpan<byte> name)
    {
        CheckName(name);
        return Blake2b.HashAll(parent.Bytes, name);
    }

    /// <summary>The key pair of a named log.</summary>
    /// <param name="slab">Where the secret half lies.</param>
    /// <param name="primaryKey">The one secret of the store.</param>
    /// <param name="logNamespace">Zeros for the whole store.</param>
    /// <param name="name">Any bytes, at most <see cref="NameSizeMax"/>.</param>
    /// <returns>The caller disposes it.</returns>
    /// <exception cref="ArgumentException">The name is too long.</exception>
    public static SecretKey DeriveKey(
        SecretSlab slab, SymmetricKey primaryKey, in Hash32 logNamespace, ReadOnlySpan<byte> name)
    {
        ArgumentNullException.ThrowIfNull(primaryKey);
        CheckName(name);
        byte[] data = [.. s_names.Bytes, .. logNamespace.Bytes, .. name];
        Span<byte> seed = stackalloc byte[SecretKey.SeedSize];
        try
        {
            using SecretLease primary = primaryKey.Open();
            Blake2b.HashData(data, seed, primary.Bytes);
            return SecretKey.FromSeed(slab, seed);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(seed);
        }
    }

    private static void CheckName(ReadOnlySpan<byte> name)
    {
        if (name.Length > NameSizeMax)
            throw new ArgumentException($"A name has at most {NameSizeMax} bytes, not {name.Length}.", nameof(name));
    }
}
