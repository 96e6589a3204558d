namespace Samtala.Encodings;

/// <summary>The numbers of the order-preserving form: below 251 one byte; then a flag that tells how many big-endian
/// bytes of the rest follow; from 2^32 on an exponent and 6 bytes.</summary>
internal static class LexInt
{
    internal const int Base = 251;
    internal const byte ExponentFlag = 255;
    internal const int ExponentMax = 20;
    internal const int RemainderSize = 6;
    internal const int Shift = 11;

    /// <summary>Bits below which the exponent counts.</summary>
    internal const int ExponentBase = 32;

    /// <summary>First and last of the values that the reference writes in a form it cannot read.</summary>
    internal const ulong GapFirst = 1UL << 32;
    internal const ulong GapLast = GapFirst + Base - 1;
}
