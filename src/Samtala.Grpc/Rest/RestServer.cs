using System.Buffers;
using Google.Protobuf;
using Grpc.Core;
using Samtala.Grpc.Server;
using Samtala.Grpc.Wire;

namespace Samtala.Grpc.Rest;

/// <summary>Serves the methods of a registry by HTTP and JSON, as their google.api.http options say.</summary>
public sealed class RestServer
{
    private const string EventStream = "text/event-stream";
    private const string Ndjson = "application/x-ndjson";
    private readonly ServiceRegistry _registry;
    private readonly GrpcLimits _limits;
    private readonly TimeProvider _time;

    /// <summary>Serves <paramref name="registry"/>.</summary>
    /// <param name="registry">What can be called.</param>
    /// <param name="limits">Sizes: a body may have as many bytes as a message.</param>
    /// <param name="time">For heartbeats.</param>
    public RestServer(ServiceRegistry registry, GrpcLimits limits, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(registry);
        ArgumentNullException.ThrowIfNull(limits);
        ArgumentNullException.ThrowIfNull(time);
        _registry = registry;
        _limits = limits;
        _time = time;
    }

    /// <summary>Answers a request whose path some method has.</summary>
    /// <returns>False when no method has this path; nothing was read or written.</returns>
    public async ValueTask<bool> TryHandleAsync(RestExchange exchange)
    {
        ArgumentNullException.ThrowIfNull(exchange);
        var routes = _registry.Current.Routes;
        var match = routes.Find(exchange.HttpMethod, exchange.Path, out var allowed);
        if (match is null && exchange.HttpMethod is "HEAD" && routes.Find("GET", exchange.Path, out _) is { } get)
            match = get.Route.Descriptor.IsServerStreaming ? null : get;
        if (match is null && allowed.Count == 0)
            return false;
        if (match is null)
            await WriteAllowedAsync(exchange, allowed);
        else
            await ServeAsync(exchange, match);
        return true;
    }

    /// <summary>Writes <paramref name="problem"/> as the whole answer.</summary>
    public static Task WriteProblemAsync(RestExchange exchange, Problem problem)
    {
        ArgumentNullException.ThrowIfNull(exchange);
        ArgumentNullException.ThrowIfNull(problem);
        return RestResponses.WriteAsync(exchange, problem);
    }

    private static async Task WriteAllowedAsync(RestExchange exchange, IReadOnlyCollection<string> allowed)
    {
        var verbs = string.Join(", ", (allowed.Contains("GET") ? allowed.Append("HEAD") : allowed).Append("OPTIONS"));
        exchange.SetHeader("Allow", verbs);
        if (exchange.HttpMethod is "OPTIONS")
        {
            exchange.SetStatus(204);
            await exchange.StartAsync();
            return;
        }

        await RestResponses.WriteAsync(exchange, new Problem
        {
            Reason = "METHOD_NOT_ALLOWED",
            Title = "Wrong verb",
            Status = 405,
            Code = "SAM0508",
            Detail = $"{exchange.HttpMethod} is not served here; {verbs} are.",
        });
    }

    private static Problem? CheckHeaders(RestExchange exchange, Route route)
    {
        if (route.TakesBody && exchange.HasBody && !IsJson(exchange.GetHeader("Content-Type")))
        {
            return new Problem
            {
                Reason = "UNSUPPORTED_MEDIA_TYPE",
                Title = "Not JSON",
                Status = 415,
                Code = "SAM0505",
                Detail = "The body must be JSON, and say so: Content-Type: application/json.",
            };
        }

        return null;
    }

    private static bool IsJson(string? contentType)
    {
        var type = (contentType ?? "").Split(';', 2)[0].Trim();
        return string.Equals(type, RestResponses.Json, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>True for events, false for lines, null when the caller accepts neither.</summary>
    private static bool? WantsEvents(string? accept)
    {
        if (string.IsNullOrWhiteSpace(accept))
            return true;
        foreach (var part in accept.Split(','))
        {
            var type = part.Split(';', 2)[0].Trim();
            if (type.Equals(Ndjson, StringComparison.OrdinalIgnoreCase))
                return false;
            if (type is "*/*" or "text/*" || type.Equals(EventStream, StringComparison.OrdinalIgnoreCase))
                return true;
        }

        return null;
    }

    private async Task ServeAsync(RestExchange exchange, RouteMatch match)
    {
        try
        {
            if (await exchange.AuthorizeAsync(match.Route.Method) is { } refusal)
                throw new RpcException(refusal);
            if (CheckHeaders(exchange, match.Route) is { } problem)
            {
                await RestResponses.WriteAsync(exchange, problem);
                return;
            }

            var body = match.Route.TakesBody ? await ReadBodyAsync(exchange, match.Route.Method.Owner) : [];
            if (body is null)
            {
                await RestResponses.WriteAsync(exchange, TooLarge());
                return;
            }

            await RunAsync(exchange, match, RequestBinder.Bind(match, exchange, body));
        }
        catch (RpcException e)
        {
            await RestResponses.WriteAsync(exchange, Problem.From(e.Status, e.Trailers));
        }
    }

    private async Task RunAsync(RestExchange exchange, RouteMatch match, IMessage request)
    {
        if (!match.Route.Descriptor.IsServerStreaming)
        {
            await new RestUnaryCall(match, exchange, request, _time).RunAsync(_registry);
            return;
        }

        if (WantsEvents(exchange.GetHeader("Accept")) is not { } isEvents)
        {
            await RestResponses.WriteAsync(exchange, new Problem
            {
                Reason = "NOT_ACCEPTABLE",
                Title = "No such form",
                Status = 406,
                Detail = $"A stream comes as {EventStream} or {Ndjson}: accept one of them.",
            });
            return;
        }

        await new RestStreamCall(match, exchange, request, isEvents, _time).RunAsync(_registry);
    }

    private Problem TooLarge() => new()
    {
        Reason = "BODY_TOO_LARGE",
        Title = "Too large",
        Status = 413,
        Detail = $"A body may have {_limits.ReceiveMessageSizeMax} bytes at most.",
    };

    /// <summary>The whole body; null when it is over the limit. It counts as a call from its first byte on: a caller
    /// who sends half of it would else keep the code of a service that is taken away.</summary>
    private async Task<byte[]?> ReadBodyAsync(RestExchange exchange, ServiceRegistration owner)
    {
        if (!owner.TryEnter())
            throw Gone(owner);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(exchange.Aborted, owner.RemovedToken);
        try
        {
            return await ReadBodyAsync(exchange, ending.Token);
        }
        catch (OperationCanceledException) when (owner.RemovedToken.IsCancellationRequested)
        {
            throw Gone(owner);
        }
        finally
        {
            owner.Exit();
        }
    }

    private static RpcException Gone(ServiceRegistration owner) =>
        new(new Status(StatusCode.Unavailable, $"The services of {owner.Name} are being taken away. Try again."));

    private async Task<byte[]?> ReadBodyAsync(RestExchange exchange, CancellationToken cancellationToken)
    {
        while (true)
        {
            var result = await exchange.Body.ReadAsync(cancellationToken);
            if (result.Buffer.Length > _limits.ReceiveMessageSizeMax)
            {
                exchange.Body.AdvanceTo(result.Buffer.End);
                return null;
            }

            if (result.IsCompleted)
            {
                var body = result.Buffer.ToArray();
                exchange.Body.AdvanceTo(result.Buffer.End);
                return body;
            }

            exchange.Body.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }
    }
}
