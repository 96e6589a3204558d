using System.Collections.Immutable;
using System.Security.Cryptography;
using Samtala.Crypto;

namespace Samtala.Peers;

/// <summary>Everything that follows from the device's seed: the key that proves who we are on a connection, the primary
/// key of own logs, the keys of encrypted logs, and the key that seals strangers' secrets at rest.</summary>
/// <remarks>Thread-safe. Disposing wipes all of it.</remarks>
public sealed class NodeSecrets : IDisposable
{
    private readonly SecretSlab _slab;
    private readonly SymmetricKey _root;
    private readonly RandomNumberGenerator _random;

    /// <summary>Derives them.</summary>
    /// <param name="slab">Where they lie; owned by the caller.</param>
    /// <param name="seed">The device's seed, 32 bytes. The caller wipes it.</param>
    /// <param name="random">Nonces.</param>
    public NodeSecrets(SecretSlab slab, ReadOnlySpan<byte> seed, RandomNumberGenerator random)
    {
        ArgumentNullException.ThrowIfNull(random);
        _slab = slab;
        _random = random;
        Device = SecretKey.FromSeed(slab, seed);
        _root = SymmetricKey.FromBytes(slab, seed);
    }

    /// <summary>The device's key pair.</summary>
    public SecretKey Device { get; }

    /// <summary>The key from which own logs' key pairs follow. The caller disposes it.</summary>
    public SymmetricKey PrimaryKey() => Derive("samtala/corestore/1"u8, []);

    /// <summary>The key that encrypts an own log's blocks. The caller disposes it.</summary>
    /// <param name="label">The log's.</param>
    public SymmetricKey BlockKey(string label) =>
        Derive("samtala/log-encryption/1"u8, System.Text.Encoding.UTF8.GetBytes(label));

    /// <summary>Seals a secret for the disk.</summary>
    /// <param name="secret">Any bytes.</param>
    /// <param name="context">What it belongs to; needed to open it.</param>
    public ImmutableArray<byte> Seal(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> context)
    {
        var box = new byte[XChaCha20Poly1305.NonceSize + secret.Length + XChaCha20Poly1305.TagSize];
        var nonce = box.AsSpan(0, XChaCha20Poly1305.NonceSize);
        _random.GetBytes(nonce);
        using var key = Derive("samtala/at-rest/1"u8, []);
        using var lease = key.Open();
        XChaCha20Poly1305.Seal(secret, context, box.AsSpan(XChaCha20Poly1305.NonceSize), nonce, lease.Bytes);
        return [.. box];
    }

    /// <summary>Opens a key that was sealed. The caller disposes it.</summary>
    /// <param name="box">From <see cref="Seal"/>.</param>
    /// <param name="context">As it was sealed.</param>
    /// <returns>Null when this device did not seal it, or it is damaged.</returns>
    public SymmetricKey? OpenKey(ReadOnlySpan<byte> box, ReadOnlySpan<byte> context)
    {
        if (box.Length != XChaCha20Poly1305.NonceSize + SymmetricKey.Size + XChaCha20Poly1305.TagSize)
            return null;
        Span<byte> secret = stackalloc byte[SymmetricKey.Size];
        using var key = Derive("samtala/at-rest/1"u8, []);
        using var lease = key.Open();
        try
        {
            return XChaCha20Poly1305.TryOpen(
                box[XChaCha20Poly1305.NonceSize..], context, secret, box[..XChaCha20Poly1305.NonceSize], lease.Bytes)
                ? SymmetricKey.FromBytes(_slab, secret)
                : null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    /// <summary>Wipes them.</summary>
    public void Dispose()
    {
        Device.Dispose();
        _root.Dispose();
    }

    private SymmetricKey Derive(ReadOnlySpan<byte> purpose, ReadOnlySpan<byte> detail)
    {
        Span<byte> derived = stackalloc byte[SymmetricKey.Size];
        using var root = _root.Open();
        using Blake2b hash = new(SymmetricKey.Size, root.Bytes);
        hash.Append(purpose);
        hash.Append([0]);
        hash.Append(detail);
        hash.GetHashAndReset(derived);
        try
        {
            return SymmetricKey.FromBytes(_slab, derived);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(derived);
        }
    }
}
