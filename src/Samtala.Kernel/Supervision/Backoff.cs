namespace Samtala.Kernel;

/// <summary>How long to wait before a crashed plugin is started again: 1 s, doubled each time, at most 5 minutes, the
/// count forgotten after 10 quiet minutes.</summary>
internal sealed class Backoff
{
    public static readonly TimeSpan First = TimeSpan.FromSeconds(1);
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);
    public static readonly TimeSpan Quiet = TimeSpan.FromMinutes(10);

    private int _inARow;

    /// <param name="ran">How long it ran this time.</param>
    public TimeSpan Next(TimeSpan ran)
    {
        if (ran >= Quiet)
            _inARow = 0;
        var delay = First * Math.Pow(2, Math.Min(_inARow, 16));
        _inARow++;
        return delay < Longest ? delay : Longest;
    }

    public void Reset() => _inARow = 0;
}
