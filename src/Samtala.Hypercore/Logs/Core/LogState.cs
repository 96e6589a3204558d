using Samtala.Encodings;
using Samtala.Hypercore.Logs.Pages;
using Samtala.Hypercore.Tree;

namespace Samtala.Hypercore.Logs.Core;

/// <summary>What a log is, in memory: applied, in the store, durable.</summary>
/// <remarks>Everything is read and changed under <see cref="Gate"/>.</remarks>
internal sealed class LogState
{
    public LogState(ulong number, LogRecord record)
    {
        Number = number;
        Stored = record;
        Applied = record.Head;
        Durable = record.Head;
    }

    public Lock Gate { get; } = new();

    /// <summary>The local number of the log.</summary>
    public ulong Number { get; }

    /// <summary>The head with everything that was appended or accepted.</summary>
    public LogHead Applied { get; set; }

    /// <summary>The head that a power cut cannot take back.</summary>
    public LogHead Durable { get; set; }

    /// <summary>What the store has.</summary>
    public LogRecord Stored { get; set; }

    /// <summary>Blocks that can be read.</summary>
    public SparseBitfield Bits { get; } = new();

    /// <summary>Blocks that can be announced.</summary>
    public SparseBitfield DurableBits { get; } = new();

    /// <summary>Blocks 0 to here can all be read.</summary>
    public ulong Contiguous { get; private set; }

    /// <summary>Blocks 0 to here can all be announced.</summary>
    public ulong DurableContiguous { get; private set; }

    /// <summary>Drafts by the number of their extent: bytes that are in memory only, or still there.</summary>
    public Dictionary<ulong, ExtentDraft> Drafts { get; } = [];

    public void SetPresent(ulong start, ulong count)
    {
        Bits.SetRange(start, count);
        Contiguous = Bits.FirstUnset(Contiguous);
    }

    public void SetDurable(ulong start, ulong count)
    {
        DurableBits.SetRange(start, count);
        DurableContiguous = DurableBits.FirstUnset(DurableContiguous);
    }

    /// <summary>Takes blocks back that were never durable.</summary>
    public void TakeBack(ulong start, ulong count)
    {
        Bits.ClearRange(start, count);
        Contiguous = Math.Min(Contiguous, start);
    }

    /// <summary>How often blocks were removed: what was looked up before then may be of others.</summary>
    public ulong Removals { get; private set; }

    /// <summary>Removes blocks: cleared or cut off.</summary>
    public void SetAbsent(ulong start, ulong count)
    {
        Removals++;
        TakeBack(start, count);
        DurableBits.ClearRange(start, count);
        DurableContiguous = Math.Min(DurableContiguous, start);
    }
}
