using Samtala.Hypercore.Tree;

namespace Samtala.Hypercore.Logs.Core;

/// <summary>A head that stays, and how much of it the log still has.</summary>
internal sealed class LogSnapshot : IDisposable
{
    private readonly LogCore _core;
    private ulong _commonLength;

    public LogSnapshot(LogCore core, LogSnapshot? other)
    {
        _core = core;
        _commonLength = ulong.MaxValue;

        // Listening first: a cut between the two lines only makes it shorter than need be.
        core.Cut += Shorten;
        Head = other?.Head ?? core.Head;
        Shorten(other?.CommonLength ?? Head.Length);
    }

    public LogHead Head { get; }

    /// <summary>Blocks before this one are still those of <see cref="Head"/>.</summary>
    public ulong CommonLength => Volatile.Read(ref _commonLength);

    public void Dispose() => _core.Cut -= Shorten;

    private void Shorten(ulong common)
    {
        ulong seen = CommonLength;
        while (common < seen)
            seen = Interlocked.CompareExchange(ref _commonLength, common, seen);
    }
}
