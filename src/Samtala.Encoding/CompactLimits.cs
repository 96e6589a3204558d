namespace Samtala.Encodings;

/// <summary>Numbers that the encoding itself fixes.</summary>
public static class CompactLimits
{
    /// <summary>Largest unsigned integer, 2^53 − 1: what JavaScript counts exactly.</summary>
    public const ulong UIntMax = (1UL << 53) - 1;

    /// <summary>Largest signed integer, 2^52 − 1.</summary>
    public const long IntMax = (1L << 52) - 1;

    /// <summary>Smallest signed integer, −2^52.</summary>
    public const long IntMin = -(1L << 52);

    /// <summary>Most items of one array.</summary>
    public const int ArrayCountMax = 0x100000;

    /// <summary>Most values inside one value of any type, all levels together; our limit.</summary>
    public const int AnyCountMax = 0x10000;

    /// <summary>Largest integer of any size in 64-bit limbs; our limit.</summary>
    public const int BigLimbsMax = 64;

    /// <summary>Deepest nesting of arrays and objects in a value of any type; our limit.</summary>
    public const int AnyDepthMax = 64;
}
