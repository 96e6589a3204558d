using System.Security.Cryptography;
using Samtala.Crypto.Native;

namespace Samtala.Crypto;

/// <summary>An Ed25519 key pair; the secret half lies in a <see cref="SecretSlab"/>.</summary>
/// <remarks>Thread-safe. Disposing wipes the secret; whoever made the key disposes it.</remarks>
public sealed unsafe class SecretKey : IDisposable
{
    /// <summary>Length of the seed from which the pair follows, in bytes.</summary>
    public const int SeedSize = 32;

    /// <summary>Length of the secret half in bytes: seed, then public key.</summary>
    public const int Size = 64;

    private readonly SecretSlot _slot;
    private readonly PublicKey _publicKey;

    private SecretKey(SecretSlot slot, in PublicKey publicKey)
    {
        _slot = slot;
        _publicKey = publicKey;
    }

    /// <summary>The half that may be shown.</summary>
    public PublicKey PublicKey => _publicKey;

    /// <summary>Makes a new pair.</summary>
    /// <param name="slab">Where the secret lies.</param>
    /// <param name="random">Where the seed comes from.</param>
    public static SecretKey Generate(SecretSlab slab, RandomNumberGenerator random)
    {
        ArgumentNullException.ThrowIfNull(random);
        Span<byte> seed = stackalloc byte[SeedSize];
        random.GetBytes(seed);
        try
        {
            return FromSeed(slab, seed);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(seed);
        }
    }

    /// <summary>The pair that follows from a seed. The caller wipes the seed.</summary>
    /// <param name="slab">Where the secret lies.</param>
    /// <param name="seed">Exactly <see cref="SeedSize"/> bytes.</param>
    /// <exception cref="ArgumentException">Another length.</exception>
    public static SecretKey FromSeed(SecretSlab slab, ReadOnlySpan<byte> seed)
    {
        if (seed.Length != SeedSize)
            throw new ArgumentException($"A seed has {SeedSize} bytes; this has {seed.Length}.", nameof(seed));
        SecretSlot slot = new(slab);
        using SecretLease secret = slot.Open(Size);
        Span<byte> publicBytes = stackalloc byte[PublicKey.Size];
        fixed (byte* output = publicBytes, input = seed)
            SodiumStatus.Check(Sodium.crypto_sign_seed_keypair(output, secret.Pointer, input));
        return new SecretKey(slot, new PublicKey(publicBytes));
    }

    /// <summary>Signs.</summary>
    /// <param name="message">Any bytes.</param>
    /// <exception cref="ObjectDisposedException">The key was disposed.</exception>
    public Signature Sign(ReadOnlySpan<byte> message)
    {
        using SecretLease secret = _slot.Open(Size);
        Span<byte> signature = stackalloc byte[Signature.Size];
        fixed (byte* output = signature, input = message)
        {
            SodiumStatus.Check(
                Sodium.crypto_sign_detached(output, null, input, (ulong)message.Length, secret.Pointer));
        }

        return new Signature(signature);
    }

    /// <summary>
    /// The Diffie-Hellman secret with another key, as Noise on Ed25519 points has it: the unclamped product of the
    /// other point and the clamped first half of SHA-512 of this seed.
    /// </summary>
    /// <param name="other">A stranger's key.</param>
    /// <param name="shared">32 bytes, all written; zero when refused. Hash before use; the caller wipes it.</param>
    /// <returns>False when <paramref name="other"/> is no point of the main subgroup.</returns>
    /// <exception cref="ArgumentException"><paramref name="shared"/> has another length.</exception>
    /// <exception cref="ObjectDisposedException">The key was disposed.</exception>
    public bool TryAgree(in PublicKey other, Span<byte> shared)
    {
        Span<byte> scalar = stackalloc byte[SHA512.HashSizeInBytes];
        using SecretLease secret = _slot.Open(Size);
        SHA512.HashData(secret.Bytes[..SeedSize], scalar);
        scalar[0] &= 248;
        scalar[31] &= 127;
        scalar[31] |= 64;
        try
        {
            return Ed25519.TryMultiply(scalar[..Ed25519.ScalarSize], other.Bytes, shared);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(scalar);
        }
    }

    /// <summary>Opens the 64 secret bytes (seed, then public key), to store them sealed.</summary>
    /// <exception cref="ObjectDisposedException">The key was disposed.</exception>
    public SecretLease Open() => _slot.Open(Size);

    /// <summary>Wipes the secret.</summary>
    public void Dispose() => _slot.Dispose();
}
