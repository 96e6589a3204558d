namespace Samtala.Hypercore.Logs;

/// <summary>Every size that the caller of a log can meet.</summary>
public static class LogLimits
{
    /// <summary>Longest block in bytes, encryption included; JavaScript has the same limit.</summary>
    public const int BlockSizeMax = 15 * 1024 * 1024;

    /// <summary>Most bytes of one append: all of it waits in memory, because it is atomic.</summary>
    public const long AppendSizeMax = 256L * 1024 * 1024;

    /// <summary>Most blocks of one append.</summary>
    public const int AppendCountMax = 1 << 20;

    /// <summary>Most bytes of all pairs of user data of one log, keys included.</summary>
    public const int UserDataSizeMax = 7 * 1024;

    /// <summary>Longest key of user data in UTF-8 bytes.</summary>
    public const int UserDataKeySizeMax = 128;

    /// <summary>Lengths and indices stay below; so do JavaScript's.</summary>
    public const ulong LengthMax = 1UL << 53;

    /// <summary>Longest head that is taken of a peer. To open a log with gaps, or to remove what was cut off, takes
    /// steps in proportion to its length, and a signer could name any.</summary>
    internal const ulong DownloadLengthMax = 1UL << 32;
}
