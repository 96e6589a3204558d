using System.Text;
using System.Text.Json;
using Samtala.Abstractions;

namespace Samtala.Plugins.Registry.Mirroring;

/// <summary>Answers a mirror gives itself.</summary>
internal static class Replies
{
    private static readonly Header s_noStore = new("Cache-Control", "no-store");

    /// <summary>A short JSON text.</summary>
    public static RawReply Json(int status, string json, string contentType = "application/json") => new(
        status,
        [new Header("Content-Type", contentType), s_noStore],
        new Content.Inline(Encoding.UTF8.GetBytes(json)));

    /// <summary>An error in npm's form and as a problem of RFC 9457 at once.</summary>
    public static RawReply Error(MirrorException e, string contentType)
    {
        using MemoryStream body = new();
        using (Utf8JsonWriter json = new(body))
        {
            json.WriteStartObject();
            json.WriteString("error", $"{e.Code}: {e.Message}");
            json.WriteString("type", $"urn:samtala:error:{e.Code}");
            json.WriteNumber("status", e.Status);
            json.WriteString("code", e.Code);
            json.WriteString("detail", e.Message);
            json.WriteEndObject();
        }

        List<Header> headers = [new("Content-Type", contentType), s_noStore];
        if (e.Status == 405)
            headers.Add(new Header("Allow", "GET, HEAD"));
        return new RawReply(e.Status, headers, new Content.Inline(body.ToArray()));
    }

    /// <summary>The bytes of an answer that has just been published, with its headers.</summary>
    public static RawReply Of(RawRequest request, PublishedAnswer answer, IBlobs blobs)
    {
        List<Header> headers = [.. answer.Headers];
        var isPacked = answer.Encoding.Length > 0;
        var unpack = isPacked && !request.AcceptsGzip();
        headers.Add(new Header("ETag", unpack ? $"W/\"{answer.Etag}-identity\"" : $"\"{answer.Etag}\""));
        if (request.Has(unpack ? $"{answer.Etag}-identity" : answer.Etag))
            return new RawReply(304, headers, null);
        if (isPacked && !unpack)
            headers.Add(new Header("Content-Encoding", answer.Encoding));
        if (!unpack)
            return new RawReply(200, headers, answer.Content);
        var whole = (Content.OfBlob)answer.Content;
        return new RawReply(200, headers, new Content.Streamed(UnpackAsync(whole, blobs)));
    }

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> UnpackAsync(
        Content.OfBlob packed,
        IBlobs blobs,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var pieces = blobs.ReadAsync(packed.Id, packed.Offset, packed.Length, cancellationToken);
        await foreach (var piece in Registry.Json.Pieces.GunzipAsync(pieces, cancellationToken))
            yield return piece;
    }
}
