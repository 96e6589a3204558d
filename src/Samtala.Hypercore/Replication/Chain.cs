using System.Numerics;

namespace Samtala.Hypercore.Replication;

/// <summary>Knows which hashes the answers before will have brought: blocks asked for in a row from one peer need only
/// those that the block before did not. It takes answers in order; whoever mixes them up loses the privilege for a
/// while.</summary>
/// <remarks>The right sibling of an ancestor of block i - 1 came with block i - 1, so block i has to climb no further
/// than the highest ancestor that begins with it: as many levels as i has trailing zero bits.</remarks>
internal sealed class Chain
{
    private const int PauseMin = 256;
    private const int PauseMax = 65_536;

    private ulong _next = ulong.MaxValue;
    private int _pause;
    private int _pauseNext = PauseMin;

    /// <param name="index">The block that is asked for next.</param>
    /// <param name="length">Of the verified log.</param>
    /// <param name="nodes">How many levels suffice.</param>
    /// <returns>False when the nodes that are stored must be counted.</returns>
    public bool TryContinue(ulong index, ulong length, out ulong nodes)
    {
        nodes = 0;
        bool continues = index == _next;
        _next = index + 1;
        if (_pause > 0)
        {
            _pause--;
            return false;
        }

        int depth = BitOperations.TrailingZeroCount(index);
        if (!continues || ((index >> depth) + 1) << depth > length)
            return false;
        nodes = (ulong)depth;
        return true;
    }

    /// <summary>The block before will not come from this peer.</summary>
    public void Break() => _next = ulong.MaxValue;

    public void OnMisfit(bool wasChained)
    {
        Break();
        if (!wasChained || _pause > 0)
            return;
        _pause = _pauseNext;
        _pauseNext = Math.Min(_pauseNext * 2, PauseMax);
    }
}
