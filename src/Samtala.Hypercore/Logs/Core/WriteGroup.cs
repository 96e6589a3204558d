using Samtala.Hypercore.Logs.Pages;
using Samtala.Hypercore.Tree;

namespace Samtala.Hypercore.Logs.Core;

/// <summary>Changes of one log that go to the store together.</summary>
internal sealed class WriteGroup(ulong number, LogHead head)
{
    private LogHead _before = head;

    /// <summary>Rises by one for every group of a log.</summary>
    public ulong Number => number;

    public List<ExtentDraft> Drafts { get; } = [];

    public List<NodePage> Pages { get; } = [];

    /// <summary>Blocks that became present, as runs in the order they came.</summary>
    public List<(ulong Start, ulong Count)> Blocks { get; } = [];

    /// <summary>Whether the blocks are from peers.</summary>
    public bool IsDownload { get; set; }

    /// <summary>The head with everything of this group.</summary>
    public LogHead Head { get; set; } = head;

    /// <summary>The head before this group.</summary>
    public LogHead HeadBefore => _before;

    /// <summary>The contiguous length with everything of this group; set when it is encoded.</summary>
    public ulong ContiguousAfter { get; set; }

    /// <summary>What the store got; null until then, and when nothing was to be written.</summary>
    public LogRecord? Record { get; set; }

    public byte[]? NewManifest { get; set; }

    /// <summary>Bytes of blocks.</summary>
    public long Size { get; set; }

    public int BlockCount { get; set; }

    /// <summary>Somebody waits for the disk.</summary>
    public bool MustBeDurable { get; set; }

    /// <summary>Whether it should go now.</summary>
    public bool IsDue { get; set; }

    public bool IsEmpty =>
        Pages.Count == 0 && Drafts.Count == 0 && ReferenceEquals(Head, _before) && NewManifest is null;

    public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void AddBlocks(ulong start, ulong count)
    {
        if (Blocks.Count > 0 && Blocks[^1].Start + Blocks[^1].Count == start)
            Blocks[^1] = (Blocks[^1].Start, Blocks[^1].Count + count);
        else
            Blocks.Add((start, count));
    }

    /// <summary>Lets an empty group follow another head.</summary>
    public void Follow(LogHead other) => Head = _before = other;
}
