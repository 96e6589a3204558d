using System.Collections.Concurrent;
using System.Globalization;

namespace Samtala.Gateway.Endpoints;

/// <summary>What the door counts of itself.</summary>
internal sealed class DoorCounters
{
    private readonly long[] _requests = new long[3];
    private readonly ConcurrentDictionary<string, long> _refused = new(StringComparer.Ordinal);
    private long _answers;

    public void Request(DoorKind door) => Interlocked.Increment(ref _requests[(int)door]);

    public void Answer() => Interlocked.Increment(ref _answers);

    public void Refused(Refusal refusal) => _refused.AddOrUpdate(refusal.Code, 1, (_, count) => count + 1);

    public void WriteMetrics(TextWriter writer)
    {
        writer.WriteLine("# HELP samtala_gateway_requests_total Requests by listener.");
        writer.WriteLine("# TYPE samtala_gateway_requests_total counter");
        foreach (var door in Enum.GetValues<DoorKind>())
        {
            var name = door.ToString().ToLowerInvariant();
            var count = Interlocked.Read(ref _requests[(int)door]);
            Line(writer, $"samtala_gateway_requests_total{{listener=\"{name}\"}}", count);
        }

        writer.WriteLine("# HELP samtala_gateway_answers_total Requests served from published answers.");
        writer.WriteLine("# TYPE samtala_gateway_answers_total counter");
        Line(writer, "samtala_gateway_answers_total", Interlocked.Read(ref _answers));
        writer.WriteLine("# HELP samtala_gateway_refused_total Requests refused before routing, by error code.");
        writer.WriteLine("# TYPE samtala_gateway_refused_total counter");
        foreach (var (code, count) in _refused.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            Line(writer, $"samtala_gateway_refused_total{{code=\"{code}\"}}", count);
    }

    private static void Line(TextWriter writer, string name, long value)
    {
        writer.Write(name);
        writer.Write(' ');
        writer.WriteLine(value.ToString(CultureInfo.InvariantCulture));
    }
}
