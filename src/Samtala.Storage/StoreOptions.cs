using System.ComponentModel.DataAnnotations;

namespace Samtala.Storage;

/// <summary>Where the embedded store lives and how much it may use.</summary>
public sealed record StoreOptions
{
    /// <summary>The data folder; created if absent. One process at a time.</summary>
    public required string Folder { get; init; }

    /// <summary>How long the write-ahead log may grow before a checkpoint ends it, in bytes.</summary>
    /// <value>Default 32 MiB. Valid 1 MiB to 512 MiB.</value>
    [Range(1 << 20, 512 << 20)]
    public int WalSizeMax { get; init; } = 32 << 20;

    /// <summary>Bytes of table kept in memory; the rest is read from disk. A power of two.</summary>
    /// <value>Default 8 MiB. Valid 1 MiB to 1 GiB.</value>
    [Range(1 << 20, 1 << 30)]
    public int TableMemory { get; init; } = 8 << 20;

    /// <summary>Bytes of write-ahead log that may wait for the disk. A power of two.</summary>
    /// <value>Default 4 MiB. Valid 2 MiB to 64 MiB.</value>
    [Range(2 << 20, 64 << 20)]
    public int WalMemory { get; init; } = 4 << 20;

    /// <summary>How often an idle store gives space back and looks for damage.</summary>
    /// <value>Default 1 minute; zero never. Valid 1 second to 1 day.</value>
    public TimeSpan MaintenanceInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>After how many bytes of log the disk is made to write what the next checkpoint needs.</summary>
    internal int SyncAheadSize { get; init; } = 4 << 20;

    /// <summary>Buckets of a new table's index, 64 bytes each; it grows at a start. A power of two.</summary>
    internal long TableIndexBuckets { get; init; } = 1 << 16;
}
