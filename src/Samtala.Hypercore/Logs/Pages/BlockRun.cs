namespace Samtala.Hypercore.Logs.Pages;

/// <summary>Neighbouring blocks of one page whose bytes lie one after the other in an extent.</summary>
/// <param name="Extent">Number of the extent.</param>
/// <param name="Offset">Of the first block's first byte.</param>
/// <param name="First">The first block, counted within the page.</param>
/// <param name="Count">How many blocks.</param>
internal readonly record struct BlockRun(ulong Extent, uint Offset, byte First, byte Count)
{
    public int End => First + Count;

    public bool Contains(int column) => column >= First && column < End;
}
