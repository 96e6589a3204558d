using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Samtala.Grpc.Server;
using Samtala.Grpc.Wire;

namespace Samtala.Gateway.Grpc;

/// <summary>Decides whether a request may call a method, before its handler runs.</summary>
/// <param name="context">The request, authenticated.</param>
/// <param name="method">What it calls; the options of its descriptor declare the scope.</param>
/// <returns>Null: go on. Otherwise how the call ends. May also throw <see cref="RpcException"/> with details.</returns>
public delegate ValueTask<Status?> RpcAuthorizer(HttpContext context, RpcMethod method);

/// <summary>gRPC on Kestrel's HTTP/2: finds the method, serves the call.</summary>
public sealed class GrpcEndpoint
{
    private const string ContentType = "application/grpc";
    private readonly ServiceRegistry _registry;
    private readonly RpcAuthorizer? _authorize;
    private readonly GrpcLimits _limits;
    private readonly TimeProvider _time;

    /// <summary>Serves the methods of <paramref name="registry"/>.</summary>
    /// <param name="registry">What can be called.</param>
    /// <param name="authorize">Asked before each call; null lets everybody in: tests only.</param>
    /// <param name="limits">Sizes.</param>
    /// <param name="time">For deadlines.</param>
    public GrpcEndpoint(ServiceRegistry registry, RpcAuthorizer? authorize, GrpcLimits limits, TimeProvider time)
    {
        _registry = registry;
        _authorize = authorize;
        _limits = limits;
        _time = time;
    }

    /// <summary>Whether this is a gRPC call, or tries to be.</summary>
    public static bool IsGrpc(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.Request.ContentType?.StartsWith(ContentType, StringComparison.OrdinalIgnoreCase) == true;
    }

    /// <summary>Serves one call. Never throws; every outcome is an answer.</summary>
    public Task HandleAsync(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var request = context.Request;
        if (!HttpMethods.IsPost(request.Method))
            return RefuseAsync(context, StatusCodes.Status405MethodNotAllowed, "gRPC calls are POST requests.");
        if (!HttpProtocol.IsHttp2(request.Protocol))
            return RefuseAsync(context, StatusCodes.Status426UpgradeRequired, "gRPC needs HTTP/2.");
        if (!IsPlainGrpc(request.ContentType))
            return RefuseAsync(context, StatusCodes.Status415UnsupportedMediaType, "Send application/grpc or +proto.");

        context.Response.ContentType = ContentType;
        if (request.Headers.TryGetValue("grpc-encoding", out var encoding) && encoding != "identity")
        {
            context.Response.Headers["grpc-accept-encoding"] = "identity";
            return EndAsync(context, StatusCode.Unimplemented, $"grpc-encoding {encoding}: only identity is served.");
        }

        TimeSpan? timeout = null;
        if (request.Headers.TryGetValue("grpc-timeout", out var text))
        {
            if (!GrpcTimeout.TryParse(text.ToString(), out var parsed))
                return EndAsync(context, StatusCode.Internal, "grpc-timeout is malformed: up to 8 digits and a unit.");
            timeout = parsed;
        }

        if (!_registry.Current.Methods.TryGetValue(request.Path.Value ?? "", out var method))
            return EndAsync(context, StatusCode.Unimplemented, $"There is no method {request.Path.Value} here.");
        return DrainAsync(context, ServeAsync(context, method, timeout));
    }

    private static bool IsPlainGrpc(string? contentType)
    {
        var rest = contentType.AsSpan(ContentType.Length);
        return rest.IsEmpty || rest[0] == ';' || rest.StartsWith("+proto", StringComparison.OrdinalIgnoreCase);
    }

    private static async Task RefuseAsync(HttpContext context, int status, string why)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        await context.Response.WriteAsync(why, context.RequestAborted);
    }

    private static void LiftBodyLimits(HttpContext context)
    {
        // Messages are limited one by one; a stream of them may be as long and as slow as it likes.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = null;
        if (context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
            rate.MinDataRate = null;
    }

    private Task EndAsync(HttpContext context, StatusCode code, string message)
    {
        KestrelServerCall.WriteOutcome(context.Response.Headers, new Status(code, message), null);
        return RequestDrain.EndAsync(context, _time);
    }

    /// <summary>Knows nothing of the method: while the rest of a request comes, its plugin can be unloaded.</summary>
    private async Task DrainAsync(HttpContext context, Task<bool> serving)
    {
        if (!await serving)
            await RequestDrain.EndAsync(context, _time);
    }

    /// <returns>Whether the request was read to its end.</returns>
    private async Task<bool> ServeAsync(HttpContext context, RpcMethod method, TimeSpan? timeout)
    {
        if (_authorize is not null && await RefusalAsync(context, method) is { } refusal)
        {
            KestrelServerCall.WriteOutcome(context.Response.Headers, refusal.Status, refusal.Trailers);
            return false;
        }

        if (method.Type is not (MethodType.Unary or MethodType.ServerStreaming))
            LiftBodyLimits(context);
        var call = new KestrelServerCall(context, method, _limits, _time);
        await call.RunAsync(_registry, timeout);
        return call.IsRequestRead;
    }

    private async ValueTask<RpcException?> RefusalAsync(HttpContext context, RpcMethod method)
    {
        try
        {
            return await _authorize!(context, method) is { } status ? new RpcException(status) : null;
        }
        catch (RpcException e)
        {
            return e;
        }
    }
}

/// <summary>Puts gRPC into a pipeline.</summary>
public static class GrpcApplicationBuilderExtensions
{
    /// <summary>Serves gRPC calls with <paramref name="endpoint"/>; other requests go on. Place it after
    /// authentication.</summary>
    public static IApplicationBuilder UseSamtalaGrpc(this IApplicationBuilder app, GrpcEndpoint endpoint)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        return app.Use(next => context => GrpcEndpoint.IsGrpc(context) ? endpoint.HandleAsync(context) : next(context));
    }
}
