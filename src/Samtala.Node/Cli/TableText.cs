namespace Samtala.Node.Cli;

/// <summary>Columns of text, as wide as their widest cell.</summary>
internal static class TableText
{
    private const int CellWidthMax = 72;
    private const string Gap = "  ";

    /// <summary>Writes rows under a heading; columns that are empty everywhere are left out.</summary>
    public static void Write(TextWriter target, IReadOnlyList<string> heading, IReadOnlyList<string[]> rows)
    {
        var shown = Enumerable.Range(0, heading.Count).Where(i => rows.Any(r => r[i].Length > 0)).ToArray();
        var widths = shown.Select(i => rows.Max(r => Cut(r[i]).Length)).ToArray();
        for (var c = 0; c < shown.Length; c++)
            widths[c] = Math.Max(widths[c], heading[shown[c]].Length);
        WriteRow(target, shown.Select(i => heading[i].ToUpperInvariant()), widths);
        foreach (var row in rows)
            WriteRow(target, shown.Select(i => Cut(row[i])), widths);
    }

    /// <summary>Writes names and values, aligned.</summary>
    public static void WritePairs(TextWriter target, IReadOnlyList<(string Name, string Value)> pairs)
    {
        if (pairs.Count == 0)
            return;
        var width = pairs.Max(p => p.Name.Length);
        foreach (var (name, value) in pairs)
            target.WriteLine($"{name.PadRight(width)}{Gap}{value}".TrimEnd());
    }

    private static void WriteRow(TextWriter target, IEnumerable<string> cells, int[] widths) =>
        target.WriteLine(string.Join(Gap, cells.Select((cell, c) => cell.PadRight(widths[c]))).TrimEnd());

    private static string Cut(string cell)
    {
        var line = cell.ReplaceLineEndings(" ");
        return line.Length <= CellWidthMax ? line : string.Concat(line.AsSpan(0, CellWidthMax - 1), "…");
    }
}
