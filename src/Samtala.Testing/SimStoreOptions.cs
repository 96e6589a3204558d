namespace Samtala.Testing;

/// <summary>How often and how a simulated store misbehaves.</summary>
public sealed record SimStoreOptions
{
    /// <summary>Longest simulated flush; each takes a random part of it.</summary>
    /// <value>Default zero: commits complete at once. Valid zero to 10 minutes.</value>
    public TimeSpan FlushLatencyMax { get; init; }

    /// <summary>How many flushes fail; their batches are then neither visible nor durable.</summary>
    /// <value>Default 0. Valid 0 to 1.</value>
    public double FlushFailureRatio { get; init; }

    /// <summary>How many reads fail with an error of the disk.</summary>
    /// <value>Default 0. Valid 0 to 1.</value>
    public double ReadFailureRatio { get; init; }

    /// <summary>A bug to find: commits are acknowledged before the flush.</summary>
    /// <value>Default false.</value>
    public bool AcknowledgesEarly { get; init; }
}
