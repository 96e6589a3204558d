using System.ComponentModel.DataAnnotations;
using Samtala.Storage;

namespace Samtala.Hypercore.Bees;

/// <summary>How a bee behaves.</summary>
public sealed record BeeOptions
{
    /// <summary>Goes into the first block of the log when this bee is the first to write to it.</summary>
    /// <value>Default a header without metadata.</value>
    public BeeHeader Header { get; init; } = new();

    /// <summary>Whether putting the value a key has already is written again.</summary>
    /// <value>Default true, as in the reference.</value>
    public bool AlwaysDuplicate { get; init; } = true;

    /// <summary>Bytes of blocks that are kept in memory.</summary>
    /// <value>Default 32 MiB. Valid 64 KiB and up.</value>
    [Range(64 * 1024, long.MaxValue)]
    public long CacheSize { get; init; } = 32 * 1024 * 1024;
}

/// <summary>How one put or delete is done.</summary>
public sealed record BeeWrite
{
    internal static readonly BeeWrite Default = new();

    /// <summary>When the call completes: <see cref="Durability.Durable"/> waits for the disk.</summary>
    /// <value>Default <see cref="Durability.Durable"/>. In a batch, what its flush says counts.</value>
    public Durability Durability { get; init; } = Durability.Durable;

    /// <summary>Compare and swap: looks at the entry that is there, null when none is, and says whether to go on. It is
    /// called while other writers of this bee wait; it must not write itself.</summary>
    /// <value>Default always.</value>
    public Func<BeeEntry?, bool>? If { get; init; }
}
