using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Samtala.Abstractions;
using Samtala.Gateway.Answers;
using Samtala.Gateway.Replies;

namespace Samtala.Gateway.Endpoints;

/// <summary>Hands requests below <c>/{plugin}/</c> to the plugin's raw handler.</summary>
internal sealed class RawEndpoint
{
    private const string JsonType = "application/json";
    private readonly IRawRouter _router;
    private readonly IBlobDoor _blobs;

    public RawEndpoint(IRawRouter router, IBlobDoor blobs)
    {
        _router = router;
        _blobs = blobs;
    }

    /// <summary>The plugin a path belongs to; empty for none.</summary>
    public static string PluginOf(string path)
    {
        var end = path.IndexOf('/', 1);
        return end > 1 ? path[1..end] : "";
    }

    public async Task ServeAsync(Visit visit)
    {
        var path = visit.Path;
        var pluginId = PluginOf(path);
        var route = pluginId.Length > 0 ? _router.Find(pluginId) : default;
        if (route.Handler is not { } handler)
        {
            await Reply.RefuseAsync(visit.Features,
                route.State == RawRouteState.Stopped ? Refusal.PluginStopped : Refusal.NotFound);
            return;
        }

        if (Refused(visit, pluginId, path) is var (refusal, detail))
        {
            await Reply.RefuseAsync(visit.Features, refusal, detail);
            return;
        }

        var (body, tooLarge) = await BodyReader.ReadAsync(visit, IRawHandler.BodySizeMax);
        if (tooLarge)
        {
            await Reply.RefuseAsync(visit.Features, Refusal.TooLarge, $"At most {IRawHandler.BodySizeMax} bytes here.");
            return;
        }

        var reply = await handler.HandleAsync(ToRequest(visit, body, isRefresh: false), visit.Aborted);
        await SendAsync(visit, reply);
    }

    /// <summary>The request as plugins see it.</summary>
    public static RawRequest ToRequest(Visit visit, ReadOnlyMemory<byte> body, bool isRefresh)
    {
        var headers = new List<Header>(visit.Headers.Count);
        foreach (var (name, values) in visit.Headers)
        {
            if (!IsSecret(name))
                headers.AddRange(values.Select(value => new Header(name, value ?? "")));
        }

        return new RawRequest(visit.Request.Method, visit.Path, visit.Query, headers, body, visit.BaseUri,
            visit.Caller?.Principal ?? "", visit.Caller?.Scopes ?? [], isRefresh);
    }

    private (Refusal Refusal, string? Detail)? Refused(Visit visit, string pluginId, string path)
    {
        if (visit.Caller is not null)
            return null;
        if (visit.IsRead)
            return visit.MayReadAnonymously ? null : (Refusal.NoToken, "Other machines need a token to read this.");
        if (!visit.MayReadAnonymously || !_router.AllowsAnonymous(pluginId, visit.Request.Method, path))
            return (Refusal.NoToken, null);
        return IsJson(visit.Headers) ? null : (Refusal.NotJson, null);
    }

    private static bool IsJson(IHeaderDictionary headers) =>
        headers.ContentType is [{ } type, ..] && type.StartsWith(JsonType, StringComparison.OrdinalIgnoreCase);

    private static bool IsSecret(string name) =>
        name.Length > 0
        && (name[0] == ':'
            || name.Equals("Authorization", StringComparison.OrdinalIgnoreCase)
            || name.Equals("Cookie", StringComparison.OrdinalIgnoreCase)
            || name.Equals("X-NuGet-ApiKey", StringComparison.OrdinalIgnoreCase)
            || name.Equals("Proxy-Authorization", StringComparison.OrdinalIgnoreCase));

    private async Task SendAsync(Visit visit, RawReply reply)
    {
        var response = visit.Features.GetRequiredFeature<IHttpResponseFeature>();
        foreach (var (name, value) in reply.Headers)
        {
            if (!SafetyHeaders.IsReserved(name))
                response.Headers.Append(name, value);
        }

        SafetyHeaders.Apply(response.Headers);
        response.StatusCode = reply.Status;
        var mayHaveBody = reply.Status >= 200 && reply.Status is not (204 or 304);
        if (!mayHaveBody)
            return;
        switch (reply.Content)
        {
            case null:
                response.Headers.ContentLength = 0;
                break;
            case Content.Inline inline:
                response.Headers.ContentLength = inline.Bytes.Length;
                if (!Reply.IsHead(visit.Features))
                    await BodySender.SendAsync(visit.Features, inline.Bytes.Span);
                break;
            case Content.OfBlob content:
                await SendBlobAsync(visit, response, content);
                break;
            case Content.Streamed streamed:
                await SendStreamAsync(visit, streamed);
                break;
        }
    }

    private async Task SendBlobAsync(Visit visit, IHttpResponseFeature response, Content.OfBlob content)
    {
        using var blob = await _blobs.OpenAsync(content.Id, visit.Aborted);
        if (blob is null || content.Offset < 0 || content.Length < 0 || content.Offset > blob.Length - content.Length)
        {
            await Reply.RefuseAsync(visit.Features, Refusal.Failed, "The plugin named bytes that are not here.");
            return;
        }

        response.Headers.ContentLength = content.Length;
        if (!Reply.IsHead(visit.Features))
            await BodySender.SendAsync(visit.Features, blob, new ByteRange(content.Offset, content.Length));
    }

    private static async Task SendStreamAsync(Visit visit, Content.Streamed streamed)
    {
        if (Reply.IsHead(visit.Features))
            return;
        var writer = visit.Features.GetRequiredFeature<IHttpResponseBodyFeature>().Writer;
        await foreach (var chunk in streamed.Chunks.WithCancellation(visit.Aborted))
        {
            if ((await writer.WriteAsync(chunk, visit.Aborted)).IsCompleted)
                return;
        }
    }
}
