namespace Samtala.Crypto;

/// <summary>The bytes of a secret, readable until disposed. Never copy them to the garbage-collected heap.</summary>
public readonly unsafe ref struct SecretLease
{
    private readonly SecretSlot _slot;
    private readonly byte* _bytes;
    private readonly int _length;

    internal SecretLease(SecretSlot slot, int length)
    {
        _slot = slot;
        _length = length;
        _bytes = slot.Acquire();
    }

    /// <summary>The bytes in place.</summary>
    public ReadOnlySpan<byte> Bytes => new(_bytes, _length);

    internal Span<byte> Writable => new(_bytes, _length);

    internal byte* Pointer => _bytes;

    /// <summary>Closes the bytes.</summary>
    public void Dispose() => _slot?.DangerousRelease();
}
