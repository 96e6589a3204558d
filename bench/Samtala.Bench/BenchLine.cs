using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Samtala.Bench;

/// <summary>Prints one result as one JSON object.</summary>
public static class BenchLine
{
    /// <summary>Prints a line with the fields every benchmark has.</summary>
    /// <param name="bench">The area.</param>
    /// <param name="name">The case.</param>
    /// <param name="unit">Of the values.</param>
    /// <param name="values">One for each run.</param>
    /// <param name="extra">More fields.</param>
    public static void Write(
        string bench, string name, string unit, IReadOnlyCollection<double> values, params (string, JsonNode?)[] extra)
    {
        using var process = Process.GetCurrentProcess();
        double[] sorted = [.. values.Order()];
        JsonObject line = new()
        {
            ["bench"] = bench,
            ["case"] = name,
            ["runs"] = sorted.Length,
            ["median"] = Math.Round(sorted[sorted.Length / 2], 3),
            ["min"] = Math.Round(sorted[0], 3),
            ["max"] = Math.Round(sorted[^1], 3),
            ["unit"] = unit,
            ["cpuMs"] = (long)process.TotalProcessorTime.TotalMilliseconds,
            ["rssMb"] = process.WorkingSet64 >> 20,
        };
        foreach (var (key, value) in extra)
            line[key] = value;
        Console.Out.WriteLine(line.ToJsonString());
    }
}
