namespace Samtala.Crypto;

internal static class Sizes
{
    internal static void Require(ReadOnlySpan<byte> bytes, int size, string name)
    {
        if (bytes.Length != size)
            throw new ArgumentException($"'{name}' has {size} bytes; this has {bytes.Length}.", name);
    }
}
