using System.IO.Compression;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Samtala.Abstractions;
using Samtala.Gateway.Replies;

namespace Samtala.Gateway.Answers;

/// <summary>Serves published answers without asking the plugin.</summary>
internal sealed class AnswerEndpoint
{
    private readonly IAnswerSource _source;
    private readonly IBlobDoor _blobs;

    public AnswerEndpoint(IAnswerSource source, IBlobDoor blobs)
    {
        _source = source;
        _blobs = blobs;
    }

    /// <summary>Serves one answer to a GET or HEAD.</summary>
    public Task ServeAsync(IFeatureCollection features, IHttpRequestFeature request, ServedAnswer answer)
    {
        var response = features.GetRequiredFeature<IHttpResponseFeature>();
        var headers = response.Headers;
        var unpack = answer.IsGzip && !AnswerVariants.AcceptsGzip(request.Headers.AcceptEncoding);
        var etag = unpack ? answer.UnpackedEtag : answer.Etag;
        if (Conditions.IsUnmodified(request.Headers, etag, answer.LastModified))
        {
            answer.ApplyHeaders(headers, unpack);
            headers.ContentType = default;
            headers.ContentEncoding = default;
            response.StatusCode = StatusCodes.Status304NotModified;
            _source.Served(answer.PluginId, answer.Path, response.StatusCode, 0);
            return Task.CompletedTask;
        }

        if (unpack)
            return UnpackAsync(features, response, answer, HttpMethods.IsHead(request.Method));

        var range = new ByteRange(0, answer.Length);
        response.StatusCode = answer.Status;
        if (answer.Status == StatusCodes.Status200OK && request.Headers.Range.Count > 0
            && Conditions.AllowsRange(request.Headers, etag, answer.LastModified))
        {
            switch (ByteRange.TryRead(request.Headers.Range.ToString(), answer.Length, out var part))
            {
                case ByteRange.Outcome.Unsatisfiable:
                    headers.ContentRange = $"bytes */{answer.Length}";
                    return Reply.RefuseAsync(features, Refusal.BadRange);
                case ByteRange.Outcome.Part:
                    response.StatusCode = StatusCodes.Status206PartialContent;
                    headers.ContentRange = part.ToContentRange(answer.Length);
                    range = part;
                    break;
            }
        }

        answer.ApplyHeaders(headers, unpack: false);
        headers.ContentLength = range.Length;
        headers.AcceptRanges = "bytes";
        if (HttpMethods.IsHead(request.Method) || range.Length == 0)
        {
            _source.Served(answer.PluginId, answer.Path, response.StatusCode, 0);
            return Task.CompletedTask;
        }

        return SendAsync(features, response, answer, range);
    }

    private Task SendAsync(
        IFeatureCollection features, IHttpResponseFeature response, ServedAnswer answer, ByteRange range)
    {
        if (answer.Content is Content.Inline inline)
        {
            _source.Served(answer.PluginId, answer.Path, response.StatusCode, range.Length);
            return BodySender.SendAsync(features, inline.Bytes.Span.Slice((int)range.Offset, (int)range.Length));
        }

        var content = (Content.OfBlob)answer.Content;
        // Asking for the token of an aborted request would allocate on every request; opening is short.
        var opening = _blobs.OpenAsync(content.Id, CancellationToken.None);
        if (!opening.IsCompletedSuccessfully)
            return SendLaterAsync(features, opening, answer, range);
        var blob = opening.Result;
        if (blob is null)
            return MissingAsync(features, answer);
        var sending = Task.CompletedTask;
        try
        {
            _source.Served(answer.PluginId, answer.Path, response.StatusCode, range.Length);
            sending = BodySender.SendAsync(features, blob, range with { Offset = content.Offset + range.Offset });
            return sending.IsCompletedSuccessfully ? sending : DisposeAfterAsync(sending, blob);
        }
        finally
        {
            if (sending.IsCompletedSuccessfully)
                blob.Dispose();
        }
    }

    private async Task SendLaterAsync(
        IFeatureCollection features, ValueTask<OpenBlob?> opening, ServedAnswer answer, ByteRange range)
    {
        using var blob = await opening;
        if (blob is null)
        {
            await MissingAsync(features, answer);
            return;
        }

        var status = features.GetRequiredFeature<IHttpResponseFeature>().StatusCode;
        _source.Served(answer.PluginId, answer.Path, status, range.Length);
        var offset = ((Content.OfBlob)answer.Content).Offset + range.Offset;
        await BodySender.SendAsync(features, blob, range with { Offset = offset });
    }

    private static async Task DisposeAfterAsync(Task sending, OpenBlob blob)
    {
        using (blob)
            await sending;
    }

    private static Task MissingAsync(IFeatureCollection features, ServedAnswer answer) =>
        Reply.RefuseAsync(features, Refusal.Damaged, $"The blob of {answer.Path} is not here any more.");

    private async Task UnpackAsync(
        IFeatureCollection features, IHttpResponseFeature response, ServedAnswer answer, bool isHead)
    {
        answer.ApplyHeaders(response.Headers, unpack: true);
        response.StatusCode = answer.Status;
        var aborted = features.GetRequiredFeature<IHttpRequestLifetimeFeature>().RequestAborted;
        if (isHead)
            return;
        await using var packed = await OpenPackedAsync(answer, aborted);
        await using var plain = new GZipStream(packed, CompressionMode.Decompress, leaveOpen: true);
        var body = features.GetRequiredFeature<IHttpResponseBodyFeature>();
        long sent = 0;
        while (true)
        {
            var read = await plain.ReadAsync(body.Writer.GetMemory(BodySender.PieceSize / 4), aborted);
            if (read == 0)
                break;
            body.Writer.Advance(read);
            sent += read;
            if ((await body.Writer.FlushAsync(aborted)).IsCompleted)
                break;
        }

        _source.Served(answer.PluginId, answer.Path, answer.Status, sent);
    }

    private async ValueTask<Stream> OpenPackedAsync(ServedAnswer answer, CancellationToken aborted)
    {
        if (answer.Content is Content.Inline inline)
            return new MemoryStream(inline.Bytes.ToArray(), writable: false);
        var content = (Content.OfBlob)answer.Content;
        var blob = await _blobs.OpenAsync(content.Id, aborted)
            ?? throw new IOException($"The blob of {answer.Path} is not here any more.");
        return new BlobStream(blob, content.Offset, content.Length);
    }
}
