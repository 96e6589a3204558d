using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Samtala.Grpc.Wire;

namespace Samtala.Grpc.Rest;

/// <summary>An error as RFC 9457 tells it: <c>application/problem+json</c>.</summary>
public sealed record Problem
{
    /// <summary>Its media type.</summary>
    public const string MediaType = "application/problem+json";

    /// <summary>UPPER_SNAKE: the tail of <c>type</c>.</summary>
    public required string Reason { get; init; }

    /// <summary>A few words, the same for every such error.</summary>
    public required string Title { get; init; }

    /// <summary>The HTTP status.</summary>
    public required int Status { get; init; }

    /// <summary>What, where, why, how to fix.</summary>
    public string Detail { get; init; } = "";

    /// <summary>"SAM0123", or null.</summary>
    public string? Code { get; init; }

    /// <summary>Where to read on, or null.</summary>
    public string? Help { get; init; }

    /// <summary>Fields that are wrong, and why.</summary>
    public IReadOnlyList<(string Field, string Detail)> Errors { get; init; } = [];

    /// <summary>How long to wait before another try, or null.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The problem of a call that ended with <paramref name="status"/>.</summary>
    /// <param name="status">Not OK.</param>
    /// <param name="trailers">May carry google.rpc details.</param>
    /// <param name="isConditional">Whether the request named an etag: then ABORTED is 412, else 409.</param>
    public static Problem From(Status status, Metadata? trailers, bool isConditional = false)
    {
        var (http, title) = Describe(status.StatusCode, isConditional);
        var problem = new Problem
        {
            Reason = ToUpperSnake(status.StatusCode),
            Title = title,
            Status = http,
            Detail = status.Detail,
            Code = status.StatusCode is StatusCode.Unknown or StatusCode.Internal ? "SAM0512" : null,
        };
        foreach (var detail in trailers is null ? [] : RichStatus.TryRead(trailers)?.Details ?? [])
            problem = problem.With(detail);
        return problem;
    }

    /// <summary>The JSON.</summary>
    /// <param name="instance">The path of the request.</param>
    /// <param name="traceId">What the log calls the request.</param>
    public byte[] ToJson(string instance, string traceId)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("type", $"urn:samtala:error:{Reason}");
            json.WriteString("title", Title);
            json.WriteNumber("status", Status);
            if (Detail.Length > 0)
                json.WriteString("detail", Detail);
            json.WriteString("instance", instance);
            if (Code is not null)
                json.WriteString("code", Code);
            if (Errors.Count > 0)
                WriteErrors(json);
            json.WriteString("traceId", traceId);
            if (Help is not null)
                json.WriteString("help", Help);
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    private static (int Http, string Title) Describe(StatusCode code, bool isConditional) => code switch
    {
        StatusCode.Cancelled => (499, "Given up by the caller"),
        StatusCode.InvalidArgument => (400, "The request is wrong"),
        StatusCode.DeadlineExceeded => (504, "Too slow"),
        StatusCode.NotFound => (404, "Not found"),
        StatusCode.AlreadyExists => (409, "Exists already"),
        StatusCode.PermissionDenied => (403, "Not allowed"),
        StatusCode.Unauthenticated => (401, "Who are you?"),
        StatusCode.ResourceExhausted => (429, "A limit is reached"),
        StatusCode.FailedPrecondition => (400, "Not possible now"),
        StatusCode.Aborted => isConditional ? (412, "Changed meanwhile") : (409, "Changed meanwhile"),
        StatusCode.OutOfRange => (400, "Past the end"),
        StatusCode.Unimplemented => (501, "Not implemented"),
        StatusCode.Unavailable => (503, "Not reachable now"),
        StatusCode.DataLoss => (500, "Data is lost or corrupt"),
        StatusCode.OK => throw new UnreachableException("OK is no problem."),
        _ => (500, "A defect"),
    };

    private static string ToUpperSnake(StatusCode code) => string.Concat(
        code.ToString().Select((c, i) => i > 0 && char.IsUpper(c)
            ? $"_{c}"
            : char.ToUpper(c, CultureInfo.InvariantCulture).ToString()));

    private Problem With(Any detail)
    {
        if (detail.TryUnpack<Google.Rpc.ErrorInfo>(out var info))
        {
            return this with
            {
                Reason = info.Reason.Length > 0 ? info.Reason : Reason,
                Code = info.Metadata.TryGetValue("code", out var code) ? code : Code,
            };
        }

        if (detail.TryUnpack<Google.Rpc.BadRequest>(out var bad))
            return this with { Errors = [.. Errors, .. bad.FieldViolations.Select(v => (v.Field, v.Description))] };
        if (detail.TryUnpack<Google.Rpc.Help>(out var help) && help.Links.Count > 0)
            return this with { Help = help.Links[0].Url };
        if (detail.TryUnpack<Google.Rpc.RetryInfo>(out var retry) && retry.RetryDelay is not null)
            return this with { RetryAfter = retry.RetryDelay.ToTimeSpan() };
        return this;
    }

    private void WriteErrors(Utf8JsonWriter json)
    {
        json.WriteStartArray("errors");
        foreach (var (field, detail) in Errors)
        {
            json.WriteStartObject();
            json.WriteString("field", field);
            json.WriteString("detail", detail);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
