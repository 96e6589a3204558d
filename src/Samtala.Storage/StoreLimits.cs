namespace Samtala.Storage;

/// <summary>Every size a caller can meet. A value over its limit is refused before anything is allocated.</summary>
public static class StoreLimits
{
    /// <summary>Longest key in bytes.</summary>
    public const int KeySizeMax = 1024;

    /// <summary>Longest value in bytes; larger values are extents.</summary>
    public const int ValueSizeMax = 8 * 1024;

    /// <summary>Longest keyspace name in characters.</summary>
    public const int KeyspaceNameSizeMax = 64;

    /// <summary>Largest encoded batch in bytes: one record of the write-ahead log.</summary>
    public const int BatchSizeMax = 512 * 1024;

    /// <summary>Largest extent in bytes.</summary>
    public const long ExtentSizeMax = 1L << 40;
}
