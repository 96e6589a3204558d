using System.Security.Cryptography;

namespace Samtala.Testing;

/// <summary>Keys, nonces and etags that are the same for the same seed. For tests only.</summary>
public sealed class SeededRandomness : RandomNumberGenerator
{
    private readonly Lock _gate = new();
    private readonly Random _random;

    /// <summary>Begins anew.</summary>
    /// <param name="seed">Any number.</param>
    public SeededRandomness(int seed) => _random = new Random(seed);

    /// <inheritdoc/>
    public override void GetBytes(byte[] data) => GetBytes(data.AsSpan());

    /// <inheritdoc/>
    public override void GetBytes(Span<byte> data)
    {
        lock (_gate)
            _random.NextBytes(data);
    }
}
