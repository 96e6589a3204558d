using System.Globalization;

namespace Samtala.Bench;

/// <summary>`CASE --flag value --switch`, nothing more.</summary>
public sealed class BenchArguments
{
    private readonly Dictionary<string, string> _flags = new(StringComparer.Ordinal);

    public BenchArguments(IReadOnlyList<string> arguments)
    {
        for (var i = 0; i < arguments.Count; i++)
        {
            if (!arguments[i].StartsWith("--", StringComparison.Ordinal))
            {
                Case ??= arguments[i];
                continue;
            }

            var hasValue = i + 1 < arguments.Count && !arguments[i + 1].StartsWith("--", StringComparison.Ordinal);
            _flags[arguments[i][2..]] = hasValue ? arguments[++i] : "true";
        }
    }

    /// <summary>The first argument that is no flag.</summary>
    public string? Case { get; }

    public bool Has(string flag) => _flags.ContainsKey(flag);

    public string Get(string flag, string fallback) => _flags.GetValueOrDefault(flag, fallback);

    public int Get(string flag, int fallback) =>
        _flags.TryGetValue(flag, out var text) ? int.Parse(text, CultureInfo.InvariantCulture) : fallback;
}
