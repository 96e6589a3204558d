using System.Buffers;
using System.Text;
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

    protected string ToJson(IMessage message) =>
        Route.ResponseField is { } field ? JsonText.OfField(message, field) : JsonText.Of(message);

    protected Task WriteProblemAsync(Status status, Metadata? trailers)
    {
        var isConditional = Exchange.GetHeader("If-Match") is not null;
        return RestResponses.WriteAsync(Exchange, Problem.From(status, trailers, isConditional));
    }
}

/// <summary>Messages as proto3 JSON.</summary>
internal static class JsonText
{
    private static readonly JsonFormatter s_formatter = new(JsonFormatter.Settings.Default);

    public static string Of(IMessage message)
    {
        try
        {
            return s_formatter.Format(message);
        }
        catch (InvalidOperationException)
        {
            // An Any inside needs its type.
            var types = TypeRegistry.FromFiles(DescriptorIndex.WithImports(message.Descriptor.File));
            return new JsonFormatter(JsonFormatter.Settings.Default.WithTypeRegistry(types)).Format(message);
        }
    }

    public static string OfField(IMessage message, FieldDescriptor field)
    {
        var value = field.Accessor.GetValue(message);
        if (value is null)
            return "null";
        if (value is IMessage inner)
            return Of(inner);
        var text = new StringBuilder();
        using var writer = new StringWriter(text, System.Globalization.CultureInfo.InvariantCulture);
        s_formatter.WriteValue(writer, value);
        return text.ToString();
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
