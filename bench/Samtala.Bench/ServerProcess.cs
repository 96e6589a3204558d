using System.Globalization;

namespace Samtala.Bench;

/// <summary>What the kernel accounts to another process (Linux).</summary>
internal static class ServerProcess
{
    /// <summary>Clock ticks of /proc, per second: always 100 for user programs on Linux.</summary>
    private const double TicksPerSecond = 100;

    /// <summary>User and system time so far, in milliseconds.</summary>
    public static double CpuMilliseconds(int processId)
    {
        // The second field is the program's name in brackets and may hold blanks.
        var fields = File.ReadAllText($"/proc/{processId}/stat").Split(')')[^1].Split(' ');
        var ticks = long.Parse(fields[12], CultureInfo.InvariantCulture)
            + long.Parse(fields[13], CultureInfo.InvariantCulture);
        return ticks / TicksPerSecond * 1000;
    }

    /// <summary>Resident memory in MB of 10^6 bytes.</summary>
    public static double ResidentMegabytes(int processId)
    {
        var line = File.ReadLines($"/proc/{processId}/status")
            .First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
        var kibibytes = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
        return long.Parse(kibibytes, CultureInfo.InvariantCulture) * 1024 / 1e6;
    }
}
