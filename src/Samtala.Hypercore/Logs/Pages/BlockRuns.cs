namespace Samtala.Hypercore.Logs.Pages;

/// <summary>Changes of a page's list of runs. Every call returns a new list.</summary>
internal static class BlockRuns
{
    /// <summary>The run that has a block.</summary>
    public static bool TryFind(BlockRun[] runs, int column, out BlockRun run)
    {
        foreach (ref readonly BlockRun candidate in runs.AsSpan())
        {
            if (!candidate.Contains(column))
                continue;
            run = candidate;
            return true;
        }

        run = default;
        return false;
    }

    /// <summary>Adds a run; what it covers must not be covered yet. Joins it to the one before where that goes on.
    /// </summary>
    public static BlockRun[] With(BlockRun[] runs, in BlockRun added, ReadOnlySpan<ulong> sizes)
    {
        int at = 0;
        while (at < runs.Length && runs[at].First < added.First)
            at++;
        if (at > 0 && Continues(runs[at - 1], added, sizes))
        {
            BlockRun[] joined = [.. runs];
            joined[at - 1] = runs[at - 1] with { Count = (byte)(runs[at - 1].Count + added.Count) };
            return joined;
        }

        return [.. runs.AsSpan(0, at), added, .. runs.AsSpan(at)];
    }

    /// <summary>Removes blocks, cutting runs as needed. Runs that begin later keep their place in the extent.</summary>
    /// <param name="runs">From.</param>
    /// <param name="first">The first block to remove.</param>
    /// <param name="count">How many.</param>
    /// <param name="sizes">Bytes of the page's blocks; needed only when a run's beginning is cut off.</param>
    public static BlockRun[] Without(BlockRun[] runs, int first, int count, ReadOnlySpan<ulong> sizes = default)
    {
        int end = first + count;
        List<BlockRun> left = [];
        foreach (BlockRun run in runs)
        {
            if (run.End <= first || run.First >= end)
            {
                left.Add(run);
                continue;
            }

            if (run.First < first)
                left.Add(run with { Count = (byte)(first - run.First) });
            if (run.End > end)
            {
                uint offset = run.Offset + (uint)Sum(sizes, run.First, end);
                left.Add(run with { First = (byte)end, Count = (byte)(run.End - end), Offset = offset });
            }
        }

        return [.. left];
    }

    /// <summary>Bytes of neighbouring blocks.</summary>
    public static ulong Sum(ReadOnlySpan<ulong> sizes, int first, int end)
    {
        ulong sum = 0;
        for (int i = first; i < end; i++)
            sum += sizes[i];
        return sum;
    }

    private static bool Continues(in BlockRun before, in BlockRun next, ReadOnlySpan<ulong> sizes) =>
        before.Extent == next.Extent && before.End == next.First
        && before.Offset + Sum(sizes, before.First, before.End) == next.Offset;
}
