using System.Buffers;

namespace Samtala.Crypto;

internal static class Hex
{
    /// <summary>Fills <paramref name="target"/> from that many pairs of digits; false leaves it undefined.</summary>
    internal static bool TryDecode(ReadOnlySpan<char> hex, Span<byte> target) =>
        hex.Length == target.Length * 2
        && Convert.FromHexString(hex, target, out int consumed, out int written) == OperationStatus.Done
        && consumed == hex.Length
        && written == target.Length;
}
