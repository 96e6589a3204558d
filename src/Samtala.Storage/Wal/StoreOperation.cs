using Samtala.Storage.Extents;

namespace Samtala.Storage.Wal;

internal enum OperationKind : byte
{
    Put = 1,
    Delete = 2,

    /// <summary>An extent whose bytes ride in the record.</summary>
    AddPayload = 3,

    /// <summary>An extent whose bytes are in a file already.</summary>
    AddExtent = 4,
    FreeExtent = 5,

    /// <summary>An extent now lives elsewhere.</summary>
    MoveExtent = 6,
}

/// <summary>One change as it is written, applied and replayed. Expectations never get here.</summary>
/// <param name="Kind">What changes.</param>
/// <param name="Keyspace">For keys.</param>
/// <param name="IsOrdered">For keys.</param>
/// <param name="Key">For keys.</param>
/// <param name="Value">For puts and payloads.</param>
/// <param name="Extent">For extents.</param>
/// <param name="Place">For extents in files.</param>
internal readonly record struct StoreOperation(
    OperationKind Kind,
    string Keyspace,
    bool IsOrdered,
    ReadOnlyMemory<byte> Key,
    ReadOnlyMemory<byte> Value,
    ExtentId Extent,
    ExtentPlace Place);
