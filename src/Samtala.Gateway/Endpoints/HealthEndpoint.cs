using Samtala.Gateway.Replies;

namespace Samtala.Gateway.Endpoints;

/// <summary><c>/healthz</c> and <c>/readyz</c> for anybody, <c>/metrics</c> for who may read the node.</summary>
internal sealed class HealthEndpoint
{
    public const string MetricsPath = "/metrics";
    private const string MetricsScope = "node:read";
    private readonly INodeHealth _health;
    private readonly DoorCounters _counters;

    public HealthEndpoint(INodeHealth health, DoorCounters counters)
    {
        _health = health;
        _counters = counters;
    }

    public static bool Owns(string path) => path is "/healthz" or "/readyz" or MetricsPath;

    public Task ServeAsync(Visit visit)
    {
        if (!visit.IsRead)
            return Reply.RefuseAsync(visit.Features, Refusal.Method);
        return visit.Path switch
        {
            "/healthz" => Reply.SendTextAsync(visit.Features, 200, "application/json", """{"status":"OK"}"""),
            "/readyz" => _health.NotReady is { } reason
                ? Reply.RefuseAsync(visit.Features, Refusal.NotReady, reason)
                : Reply.SendTextAsync(visit.Features, 200, "application/json", """{"status":"READY"}"""),
            _ => MetricsAsync(visit),
        };
    }

    private Task MetricsAsync(Visit visit)
    {
        if (visit.Caller is null)
            return Reply.RefuseAsync(visit.Features, Refusal.NoToken);
        if (!visit.Caller.Has(MetricsScope))
            return Reply.RefuseAsync(visit.Features, Refusal.MissingScope, $"This needs the scope {MetricsScope}.");
        return Reply.SendTextAsync(visit.Features, 200, "text/plain; version=0.0.4; charset=utf-8", Metrics());
    }

    private string Metrics()
    {
        using var text = new StringWriter { NewLine = "\n" };
        _counters.WriteMetrics(text);
        _health.WriteMetrics(text);
        return text.ToString();
    }
}
