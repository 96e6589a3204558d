using System.Buffers;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Samtala.Grpc.Server;

namespace Samtala.Grpc.Rest;

/// <summary>A call whose one request is bound already; what is common to single answers and streams.</summary>
internal abstract class RestCall : ServerCall
{
    private static readonly string[] s_passedOn = ["cache-control", "location", "retry-after", "link"];
    private IMessage? _request;

    protected RestCall(RouteMatch match, RestExchange exchange, IMessage request, TimeProvider time)
        : base(match.Route.Method, time)
    {
        Route = match.Route;
        Exchange = exchange;
        _request = request;
    }

    protected Route Route { get; }

    protected RestExchange Exchange { get; }

    protected override string HostCore => Exchange.Host;

    protected override string PeerCore => Exchange.Peer;

    protected override Metadata RequestHeadersCore => Exchange.Headers;

    protected override AuthContext AuthContextCore => Exchange.Auth;

    protected override CancellationToken TransportAborted => Exchange.Aborted;

    protected static string? TextField(IMessage message, string name) =>
        message.Descriptor.FindFieldByName(name) is { FieldType: FieldType.String, IsRepeated: false } field
            ? (string)field.Accessor.GetValue(message)
            : null;

    protected override ValueTask<T?> ReadMessageAsync<T>(Marshaller<T> marshaller, CancellationToken cancellationToken)
        where T : class => new(Interlocked.Exchange(ref _request, null) as T);

    protected override Task SendHeadersAsync(Metadata? headers)
    {
        foreach (var entry in headers ?? Metadata.Empty)
        {
            var isPassedOn = entry.Key.StartsWith("x-", StringComparison.Ordinal) || s_passedOn.Contains(entry.Key);
            if (isPassedOn && !entry.IsBinary)
                Exchange.SetHeader(entry.Key, entry.Value);
        }

        return Task.CompletedTask;
    }

    protected void WriteJson(IBufferWriter<byte> target, IMessage message) =>
        MessageJson.Write(target, message, Route.ResponseField);

    protected Task WriteProblemAsync(Status status, Metadata? trailers)
    {
        var isConditional = Exchange.GetHeader("If-Match") is not null;
        return RestResponses.WriteAsync(Exchange, Problem.From(status, trailers, isConditional));
    }
}

/// <summary>Writes whole answers.</summary>
internal static class RestResponses
{
    public const string Json = "application/json";

    public static async Task WriteAsync(RestExchange exchange, Problem problem)
    {
        if (problem.RetryAfter is { } wait)
        {
            var seconds = (long)Math.Ceiling(wait.TotalSeconds);
            exchange.SetHeader("Retry-After", seconds.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }

        if (problem.Status == 401)
            exchange.SetHeader("WWW-Authenticate", "Bearer");
        exchange.SetHeader("Cache-Control", "no-store");
        await WriteAsync(exchange, problem.Status, Problem.MediaType, problem.ToJson(exchange.Path, exchange.TraceId));
    }

    public static async Task WriteAsync(RestExchange exchange, int status, string mediaType, ReadOnlyMemory<byte> body)
    {
        exchange.SetStatus(status);
        exchange.SetHeader("Content-Type", mediaType);
        exchange.SetHeader(
            "Content-Length", body.Length.ToString(System.Globalization.CultureInfo.InvariantCulture));
        await exchange.StartAsync();
        if (!string.Equals(exchange.HttpMethod, "HEAD", StringComparison.Ordinal))
        {
            exchange.Output.Write(body.Span);
            await exchange.Output.FlushAsync(exchange.Aborted);
        }
    }
}
