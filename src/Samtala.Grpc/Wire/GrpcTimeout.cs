using System.Globalization;

namespace Samtala.Grpc.Wire;

/// <summary>The header grpc-timeout: up to 8 digits and a unit of H, M, S, m, u, n.</summary>
public static class GrpcTimeout
{
    private const int DigitsMax = 8;
    private const long NanosecondsPerTick = 100;

    /// <summary>The longest timeout kept; longer ones are as good as none. Timers take no more.</summary>
    private static readonly TimeSpan s_max = TimeSpan.FromDays(40);

    /// <summary>Reads the header. Values beyond 40 days become 40 days.</summary>
    /// <returns>False when <paramref name="text"/> is not such a header.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, out TimeSpan timeout)
    {
        timeout = default;
        if (text.Length is < 2 or > DigitsMax + 1)
            return false;
        if (!uint.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var value))
            return false;

        long? ticks = text[^1] switch
        {
            'H' => value * TimeSpan.TicksPerHour,
            'M' => value * TimeSpan.TicksPerMinute,
            'S' => value * TimeSpan.TicksPerSecond,
            'm' => value * TimeSpan.TicksPerMillisecond,
            'u' => value * TimeSpan.TicksPerMicrosecond,
            'n' => (value + NanosecondsPerTick - 1) / NanosecondsPerTick,
            _ => null,
        };
        if (ticks is not { } found)
            return false;
        timeout = found > s_max.Ticks ? s_max : TimeSpan.FromTicks(found);
        return true;
    }

    /// <summary>The header for <paramref name="timeout"/>, rounded up; at least one nanosecond.</summary>
    public static string Format(TimeSpan timeout)
    {
        const long valueMax = 99_999_999;
        var ticks = Math.Max(timeout.Ticks, 0);
        if (ticks == 0)
            return "1n";
        ReadOnlySpan<(char Unit, long Ticks)> units =
        [
            ('u', TimeSpan.TicksPerMicrosecond), ('m', TimeSpan.TicksPerMillisecond),
            ('S', TimeSpan.TicksPerSecond), ('M', TimeSpan.TicksPerMinute),
        ];
        foreach (var (unit, size) in units)
        {
            var value = (ticks + size - 1) / size;
            if (value <= valueMax)
                return value.ToString(CultureInfo.InvariantCulture) + unit;
        }

        var hours = Math.Min((ticks / TimeSpan.TicksPerHour) + 1, valueMax);
        return hours.ToString(CultureInfo.InvariantCulture) + "H";
    }
}
