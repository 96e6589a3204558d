using Samtala.Abstractions;

namespace Samtala.Answers;

/// <summary>What the door served of one plugin's answers. Counting is a lock and five stores.</summary>
internal sealed class AnswerTrafficLog(TimeProvider time)
{
    private const int HitsMax = 1000;
    private readonly Lock _gate = new();
    private readonly (long Ticks, string Path, int Status, long Bytes)[] _ring =
        new (long, string, int, long)[HitsMax];

    private long _hits;
    private long _bytes;

    /// <summary>Bytes of body since the start.</summary>
    public long Bytes
    {
        get
        {
            lock (_gate)
                return _bytes;
        }
    }

    public void Record(string path, int status, long bytes)
    {
        var ticks = time.GetUtcNow().UtcTicks;
        lock (_gate)
        {
            _ring[_hits % HitsMax] = (ticks, path, status, bytes);
            _hits++;
            _bytes += bytes;
        }
    }

    public AnswerTraffic Read(long after)
    {
        lock (_gate)
        {
            var first = Math.Min(Math.Max(Math.Max(after, 0), _hits - HitsMax), _hits);
            var hits = new List<AnswerHit>((int)Math.Max(_hits - first, 0));
            for (var number = first + 1; number <= _hits; number++)
            {
                var (ticks, path, status, bytes) = _ring[(number - 1) % HitsMax];
                hits.Add(new AnswerHit(number, new DateTimeOffset(ticks, TimeSpan.Zero), path, status, bytes));
            }

            return new AnswerTraffic(_hits, _bytes, hits);
        }
    }
}
