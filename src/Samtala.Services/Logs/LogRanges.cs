using Samtala.Hypercore.Logs;

namespace Samtala.Services.Logs;

/// <summary>Which entries of a log are here.</summary>
internal static class LogRanges
{
    /// <summary>How many entries of a range are here.</summary>
    public static ulong CountPresent(Log log, ulong start, ulong end)
    {
        ulong present = 0;
        foreach (var (first, count) in Runs(log, start, end))
            present += Math.Min(end, first + count) - first;
        return present;
    }

    /// <summary>The share of each cell's entries that are here, 0 to 255; 255 only when all are.</summary>
    public static byte[] Picture(Log log, ulong length, int cells)
    {
        if (length == 0)
            return [];
        var present = new ulong[(int)Math.Min((ulong)cells, length)];
        foreach (var (first, count) in Runs(log, 0, length))
        {
            var at = first;
            var end = Math.Min(length, first + count);
            while (at < end)
            {
                var cell = CellOf(at, length, present.Length);
                var next = Math.Min(end, StartOf(cell + 1, length, present.Length));
                present[cell] += next - at;
                at = next;
            }
        }

        var picture = new byte[present.Length];
        for (var i = 0; i < picture.Length; i++)
        {
            var size = StartOf(i + 1, length, picture.Length) - StartOf(i, length, picture.Length);
            picture[i] = ShareOf(present[i], size);
        }

        return picture;
    }

    private static byte ShareOf(ulong part, ulong whole)
    {
        if (part == whole)
            return byte.MaxValue;

        // Something is never shown as nothing, and not all never as all.
        return part == 0 ? (byte)0 : (byte)Math.Clamp(part * byte.MaxValue / whole, 1, byte.MaxValue - 1);
    }

    private static IEnumerable<(ulong First, ulong Count)> Runs(Log log, ulong start, ulong end)
    {
        while (start < end)
        {
            var (first, count) = log.NextPresent(start);
            if (count == 0 || first >= end)
                yield break;
            yield return (first, count);
            start = first + count;
        }
    }

    private static ulong StartOf(int cell, ulong length, int cells) =>
        (ulong)((UInt128)length * (ulong)cell / (ulong)cells);

    private static int CellOf(ulong index, ulong length, int cells)
    {
        var cell = (int)((UInt128)index * (ulong)cells / length);
        return StartOf(cell + 1, length, cells) <= index ? cell + 1 : cell;
    }
}
