using System.Buffers;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace Samtala.Gateway.Replies;

/// <summary>Writes whole answers straight to the server's features.</summary>
internal static class Reply
{
    public const string ProblemType = "application/problem+json";
    private static readonly StringValues s_challenge = "Bearer";
    private static readonly StringValues s_noStore = "no-store";
    private static readonly StringValues s_allow = "GET, HEAD, POST, PUT, PATCH, DELETE";

    /// <summary>Turns a request away. Does nothing when the answer has begun.</summary>
    /// <param name="features">The request's features.</param>
    /// <param name="refusal">Why.</param>
    /// <param name="detail">What exactly, for people; null when the title says it all.</param>
    public static Task RefuseAsync(IFeatureCollection features, Refusal refusal, string? detail = null)
    {
        var response = features.GetRequiredFeature<IHttpResponseFeature>();
        if (response.HasStarted)
            return Task.CompletedTask;
        var request = features.GetRequiredFeature<IHttpRequestFeature>();
        if (refusal.Status is 401 or 403 && IsGrpc(request))
            return GrpcRefuseAsync(response, refusal, detail);
        response.Headers.Clear();
        if (refusal.Status == 401)
            response.Headers.WWWAuthenticate = s_challenge;
        if (refusal.Status == 405)
            response.Headers.Allow = s_allow;
        var body = new ArrayBufferWriter<byte>(512);
        WriteProblem(body, refusal, detail);
        return SendAsync(features, refusal.Status, ProblemType, body.WrittenMemory);
    }

    public static Task SendTextAsync(IFeatureCollection features, int status, string contentType, string text) =>
        SendAsync(features, status, contentType, Encoding.UTF8.GetBytes(text));

    public static Task SendAsync(IFeatureCollection features, int status, string contentType, ReadOnlyMemory<byte> body)
    {
        var response = features.GetRequiredFeature<IHttpResponseFeature>();
        SafetyHeaders.Apply(response.Headers);
        response.StatusCode = status;
        response.Headers.ContentType = contentType;
        response.Headers.ContentLength = body.Length;
        response.Headers.CacheControl = s_noStore;
        return IsHead(features)
            ? Task.CompletedTask
            : features.GetRequiredFeature<IHttpResponseBodyFeature>().Writer.WriteAsync(body).AsTask();
    }

    public static bool IsHead(IFeatureCollection features) =>
        HttpMethods.IsHead(features.GetRequiredFeature<IHttpRequestFeature>().Method);

    public static bool IsGrpc(IHttpRequestFeature request) =>
        request.Headers.ContentType is [{ } type, ..]
        && type.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase);

    private static Task GrpcRefuseAsync(IHttpResponseFeature response, Refusal refusal, string? detail)
    {
        SafetyHeaders.Apply(response.Headers);
        response.StatusCode = 200;
        response.Headers.ContentType = "application/grpc";
        response.Headers["grpc-status"] = refusal.Status == 401 ? "16" : "7";
        response.Headers["grpc-message"] =
            Uri.EscapeDataString($"{refusal.Code}: {detail ?? refusal.Title} {refusal.Remedy}");
        return Task.CompletedTask;
    }

    private static void WriteProblem(IBufferWriter<byte> target, Refusal refusal, string? detail)
    {
        using var json = new Utf8JsonWriter(target);
        json.WriteStartObject();
        json.WriteString("type", $"urn:samtala:error:{refusal.Reason}");
        json.WriteString("title", refusal.Title);
        json.WriteNumber("status", refusal.Status);
        if (detail is not null)
            json.WriteString("detail", detail);
        json.WriteString("code", refusal.Code);
        json.WriteString("help", refusal.Remedy);
        json.WriteEndObject();
    }
}
