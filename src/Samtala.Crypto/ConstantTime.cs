using System.Security.Cryptography;

namespace Samtala.Crypto;

/// <summary>Comparison of secrets that takes the same time wherever they differ.</summary>
public static class ConstantTime
{
    /// <summary>Whether both have the same bytes; the lengths are not secret.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    public static bool AreEqual(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right) =>
        CryptographicOperations.FixedTimeEquals(left, right);
}
