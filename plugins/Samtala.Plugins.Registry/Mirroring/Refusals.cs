using System.Collections.Concurrent;

namespace Samtala.Plugins.Registry.Mirroring;

/// <summary>Remembers for a short while what the upstream does not have, so that it is not asked each time.</summary>
internal sealed class Refusals(TimeProvider time)
{
    private const int CountMax = 4096;
    private readonly ConcurrentDictionary<string, (MirrorException Error, long Until)> _known =
        new(StringComparer.Ordinal);

    /// <summary>Throws what was remembered.</summary>
    public void ThrowIfKnown(string key)
    {
        if (!_known.TryGetValue(key, out var entry))
            return;
        if (time.GetTimestamp() < entry.Until)
            throw new MirrorException(entry.Error.Status, entry.Error.Code, entry.Error.Message, entry.Error);
        _known.TryRemove(key, out _);
    }

    /// <summary>Remembers an error.</summary>
    public void Add(string key, MirrorException error, TimeSpan period)
    {
        if (_known.Count >= CountMax)
            _known.Clear();
        _known[key] = (error, time.GetTimestamp() + (long)(period.TotalSeconds * time.TimestampFrequency));
    }
}
