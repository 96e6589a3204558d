namespace Samtala.Hypercore.Replication;

/// <summary>What is wanted of a log.</summary>
public sealed record LogInterest
{
    /// <summary>Nothing: the log is only given to those who ask.</summary>
    public static LogInterest Serve { get; } = new();

    /// <summary>New heads as they come, and the blocks that are asked for one by one or as ranges.</summary>
    public static LogInterest Sparse { get; } = new() { Follow = true };

    /// <summary>Everything, now and later.</summary>
    public static LogInterest Full { get; } = new() { Follow = true, Download = true };

    /// <summary>Whether peers are asked for longer heads as soon as they have any.</summary>
    /// <value>Default false.</value>
    public bool Follow { get; init; }

    /// <summary>Whether all blocks are downloaded, in ascending order.</summary>
    /// <value>Default false.</value>
    public bool Download { get; init; }

    /// <summary>Which ranges of all are more urgent than others: those of <see cref="Download"/> have 0.</summary>
    /// <value>Default 0.</value>
    public int Priority { get; init; }
}
