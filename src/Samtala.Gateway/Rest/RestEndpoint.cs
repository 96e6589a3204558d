using Google.Protobuf.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Samtala.Gateway.Grpc;
using Samtala.Gateway.Replies;
using Samtala.Grpc.OpenApi;
using Samtala.Grpc.Rest;
using Samtala.Grpc.Server;
using Samtala.Grpc.Wire;
using Samtala.Type.V1;

namespace Samtala.Gateway.Rest;

/// <summary>The REST form of every method that has a google.api.http option, and the OpenAPI document of all.</summary>
public sealed class RestEndpoint
{
    /// <summary>Where the OpenAPI document is.</summary>
    public const string OpenApiPath = "/openapi.json";

    private readonly RestServer _server;
    private readonly RpcAuthorizer? _authorize;
    private readonly OpenApiCache _openApi;

    /// <summary>Serves the methods of <paramref name="registry"/>.</summary>
    /// <param name="registry">What can be called.</param>
    /// <param name="authorize">Asked before each call; null lets everybody in: tests only.</param>
    /// <param name="limits">Sizes.</param>
    /// <param name="time">For heartbeats.</param>
    public RestEndpoint(ServiceRegistry registry, RpcAuthorizer? authorize, GrpcLimits limits, TimeProvider time)
    {
        _server = new RestServer(registry, limits, time);
        _authorize = authorize;
        _openApi = new OpenApiCache(registry, ScopeOf);
        Time = time;
    }

    /// <summary>For time-outs.</summary>
    internal TimeProvider Time { get; }

    /// <summary>The scope a method declares; null when it declares none.</summary>
    public static string? ScopeOf(MethodDescriptor method)
    {
        ArgumentNullException.ThrowIfNull(method);
        var scope = method.GetOptions()?.GetExtension(OptionsExtensions.Scope);
        return string.IsNullOrEmpty(scope) ? null : scope;
    }

    /// <summary>Answers the request if some method has its path.</summary>
    /// <returns>False when none has: nothing was read or written, and others may answer.</returns>
    public ValueTask<bool> TryHandleAsync(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return _server.TryHandleAsync(new KestrelExchange(context, _authorize));
    }

    /// <summary>Answers the request: a method, the OpenAPI document, or 404 as a problem.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (context.Request.Path.Value is OpenApiPath && IsRead(context.Request.Method))
            await WriteOpenApiAsync(context);
        else if (!await TryHandleAsync(context))
            await WriteProblemAsync(context, NoSuchPath(context));
    }

    /// <summary>Answers with the OpenAPI document of the services as they are now.</summary>
    public Task WriteOpenApiAsync(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        context.Response.ContentType = "application/json";
        var (json, etag) = _openApi.Get();
        context.Response.Headers.ETag = etag;
        context.Response.Headers.CacheControl = "no-cache";
        if (context.Request.Headers.IfNoneMatch == etag)
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return Task.CompletedTask;
        }

        context.Response.ContentLength = json.Length;
        return HttpMethods.IsHead(context.Request.Method)
            ? Task.CompletedTask
            : context.Response.Body.WriteAsync(json, context.RequestAborted).AsTask();
    }

    /// <summary>Writes <paramref name="problem"/> as the answer, in the one form of all errors.</summary>
    public static Task WriteProblemAsync(HttpContext context, Problem problem)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(problem);
        return RestServer.WriteProblemAsync(new KestrelExchange(context, null), problem);
    }

    internal static bool IsRead(string method) => HttpMethods.IsGet(method) || HttpMethods.IsHead(method);

    private static Problem NoSuchPath(HttpContext context) => new()
    {
        Reason = Refusal.NotFound.Reason,
        Title = Refusal.NotFound.Title,
        Status = Refusal.NotFound.Status,
        Code = Refusal.NotFound.Code,
        Detail = $"No method has {context.Request.Method} on this path; {OpenApiPath} lists what there is.",
    };
}

/// <summary>Puts REST into a pipeline.</summary>
public static class RestApplicationBuilderExtensions
{
    /// <summary>Serves REST calls with <paramref name="endpoint"/>, and the OpenAPI document; other requests go on.
    /// Place it after authentication, and after raw endpoints that share a path with a method.</summary>
    public static IApplicationBuilder UseSamtalaRest(this IApplicationBuilder app, RestEndpoint endpoint)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        return app.Use(next => async context =>
        {
            if (UnreadBody.IsPossible(context.Features))
                await UnreadBody.ReadAfterAsync(ServeAsync(context, next), context.Features, endpoint.Time);
            else
                await ServeAsync(context, next);
        });

        async Task ServeAsync(HttpContext context, RequestDelegate next)
        {
            if (context.Request.Path.Value is RestEndpoint.OpenApiPath && RestEndpoint.IsRead(context.Request.Method))
                await endpoint.WriteOpenApiAsync(context);
            else if (!await endpoint.TryHandleAsync(context))
                await next(context);
        }
    }
}
