namespace Samtala.Storage;

/// <summary>What one operation of a batch does.</summary>
public enum WriteKind
{
    /// <summary>Sets a key.</summary>
    Put = 1,

    /// <summary>Removes a key.</summary>
    Delete = 2,

    /// <summary>Demands a value before the batch.</summary>
    Expect = 3,

    /// <summary>Demands that a key is absent before the batch.</summary>
    ExpectAbsent = 4,

    /// <summary>Makes a completed extent live.</summary>
    AddExtent = 5,

    /// <summary>Gives an extent back.</summary>
    FreeExtent = 6,
}

/// <summary>One operation of a batch.</summary>
/// <param name="Kind">What it does.</param>
/// <param name="Keyspace">Where; null for extents.</param>
/// <param name="Key">Empty for extents. Owned by the operation; do not change.</param>
/// <param name="Value">Empty unless put or expected. Owned by the operation; do not change.</param>
/// <param name="Extent">For extents only.</param>
public readonly record struct WriteOperation(
    WriteKind Kind, Keyspace? Keyspace, byte[] Key, byte[] Value, ExtentId Extent);
