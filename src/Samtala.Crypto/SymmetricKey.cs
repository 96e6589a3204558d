using System.Security.Cryptography;

namespace Samtala.Crypto;

/// <summary>A 32-byte secret for ciphers and keyed hashes; it lies in a <see cref="SecretSlab"/>.</summary>
/// <remarks>Thread-safe. Disposing wipes the secret; whoever made the key disposes it.</remarks>
public sealed class SymmetricKey : IDisposable
{
    /// <summary>Length in bytes.</summary>
    public const int Size = 32;

    private readonly SecretSlot _slot;

    private SymmetricKey(SecretSlot slot) => _slot = slot;

    /// <summary>Makes a new key.</summary>
    /// <param name="slab">Where the secret lies.</param>
    /// <param name="random">Where the bytes come from.</param>
    public static SymmetricKey Generate(SecretSlab slab, RandomNumberGenerator random)
    {
        ArgumentNullException.ThrowIfNull(random);
        return Create(slab, random, static (target, source) => source.GetBytes(target));
    }

    /// <summary>Copies a key. The caller wipes the original.</summary>
    /// <param name="slab">Where the copy lies.</param>
    /// <param name="bytes">Exactly <see cref="Size"/> bytes.</param>
    /// <exception cref="ArgumentException">Another length.</exception>
    public static SymmetricKey FromBytes(SecretSlab slab, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size)
            throw new ArgumentException($"A key has {Size} bytes; this has {bytes.Length}.", nameof(bytes));
        SecretSlot slot = new(slab);
        using SecretLease secret = slot.Open(Size);
        bytes.CopyTo(secret.Writable);
        return new SymmetricKey(slot);
    }

    /// <summary>Opens the bytes for one operation.</summary>
    /// <exception cref="ObjectDisposedException">The key was disposed.</exception>
    public SecretLease Open() => _slot.Open(Size);

    /// <summary>Wipes the secret.</summary>
    public void Dispose() => _slot.Dispose();

    /// <summary>Makes a key whose bytes <paramref name="fill"/> writes straight into the slab.</summary>
    internal static SymmetricKey Create<TState>(
        SecretSlab slab, TState state, System.Buffers.SpanAction<byte, TState> fill)
    {
        SecretSlot slot = new(slab);
        using SecretLease secret = slot.Open(Size);
        try
        {
            fill(secret.Writable, state);
        }
        catch
        {
            slot.Dispose();
            throw;
        }

        return new SymmetricKey(slot);
    }
}
