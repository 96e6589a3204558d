using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Samtala.Gateway.Answers;
using Samtala.Gateway.Replies;

namespace Samtala.Gateway.Endpoints;

/// <summary>Serves the dashboard's files.</summary>
internal sealed class UiEndpoint
{
    private readonly IUiFiles _files;

    public UiEndpoint(IUiFiles files) => _files = files;

    /// <summary>Finds the file a request asks for.</summary>
    /// <returns>Null when there is none.</returns>
    public UiFile? Find(Visit visit) => visit.IsRead ? _files.Find(visit.Path) : null;

    public static Task ServeAsync(Visit visit, UiFile file)
    {
        var response = visit.Features.GetRequiredFeature<IHttpResponseFeature>();
        var headers = response.Headers;
        var etag = $"\"{file.Etag}\"";
        SafetyHeaders.ApplyForUi(headers);
        headers.ETag = etag;
        headers.CacheControl = file.IsImmutable ? "private, max-age=31536000, immutable" : "no-cache";
        if (Conditions.IsUnmodified(visit.Headers, etag, ""))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return Task.CompletedTask;
        }

        headers.ContentType = file.ContentType;
        headers.ContentLength = file.Bytes.Length;
        return Reply.IsHead(visit.Features)
            ? Task.CompletedTask
            : visit.Writer.WriteAsync(file.Bytes, visit.Aborted).AsTask();
    }
}
