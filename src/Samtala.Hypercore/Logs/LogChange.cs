namespace Samtala.Hypercore.Logs;

/// <summary>What happened to a log.</summary>
public enum LogChangeKind
{
    /// <summary>It grew: by an own append, or because a peer proved a longer head.</summary>
    Appended,

    /// <summary>It was cut back to <see cref="LogChange.Length"/> and has another fork.</summary>
    Truncated,

    /// <summary>Blocks arrived from peers.</summary>
    Downloaded,

    /// <summary>Blocks were removed; their hashes stay.</summary>
    Cleared,

    /// <summary>Two different logs of its writer were proven.</summary>
    Frozen,
}

/// <summary>A change of a log; told only once it is durable.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Start">The first block concerned.</param>
/// <param name="Count">How many.</param>
/// <param name="Length">The durable length afterwards.</param>
/// <param name="Fork">The fork afterwards.</param>
public readonly record struct LogChange(LogChangeKind Kind, ulong Start, ulong Count, ulong Length, ulong Fork);
