using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Samtala.Abstractions;
using Samtala.Gateway.Answers;
using Samtala.Gateway.Replies;

namespace Samtala.Gateway.Endpoints;

/// <summary>The bytes of blobs over REST: <c>POST /v1/blobs</c>, <c>PUT /v1/blobs/sha256:{hex}</c> and
/// <c>GET /v1/blobs/{id or digest}</c>.</summary>
internal sealed class BlobEndpoint
{
    private const string Collection = "/v1/blobs";
    private const string DigestPrefix = "sha256:";
    private const string ReadScope = "blobs:read";
    private const string WriteScope = "blobs:write";
    private const string Immutable = "private, max-age=31536000, immutable";

    private static readonly string[] s_formTypes =
        ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"];

    private readonly IBlobDoor _blobs;

    public BlobEndpoint(IBlobDoor blobs) => _blobs = blobs;

    /// <summary>Whether the bytes of blobs are asked for or sent, and not what is known of them.</summary>
    public static bool IsForBytes(Visit visit)
    {
        var path = visit.Path;
        if (!path.StartsWith(Collection, StringComparison.Ordinal))
            return false;
        var method = visit.Request.Method;
        if (path.Length == Collection.Length)
            return HttpMethods.IsPost(method);
        return path[Collection.Length] == '/'
            && (HttpMethods.IsPut(method)
                || (Checks.Gate.IsRead(method) && (TryName(path, out _, out _) || IsPlainName(path))));
    }

    // What ends in ":verb" is a method of the API.
    private static bool IsPlainName(string path)
    {
        var name = path.AsSpan(Collection.Length + 1);
        if (name.StartsWith(DigestPrefix, StringComparison.Ordinal))
            name = name[DigestPrefix.Length..];
        return name.IndexOfAny('/', ':') < 0 && name.Length > 0;
    }

    public Task ServeAsync(Visit visit)
    {
        var scope = visit.IsRead ? ReadScope : WriteScope;
        visit.DeclaredScope = scope;
        if (visit.Caller is null)
            return Reply.RefuseAsync(visit.Features, Refusal.NoToken);
        if (!visit.Caller.Has(scope))
            return Reply.RefuseAsync(visit.Features, Refusal.MissingScope, $"This needs the scope {scope}.");
        return visit.IsRead ? GetAsync(visit) : CreateAsync(visit);
    }

    private async Task CreateAsync(Visit visit)
    {
        if (visit.Headers.ContentType is [{ } type, ..]
            && s_formTypes.Any(form => type.StartsWith(form, StringComparison.OrdinalIgnoreCase)))
        {
            await Reply.RefuseAsync(visit.Features, Refusal.NotJson with
            {
                Remedy = "Send 'Content-Type: application/octet-stream', or the content's own type.",
            });
            return;
        }

        List<Digest> expected = [];
        if (HttpMethods.IsPut(visit.Request.Method))
        {
            if (!TryName(visit.Path, out _, out var digest) || digest is null)
            {
                await Reply.RefuseAsync(visit.Features, Refusal.Malformed, "PUT /v1/blobs/sha256:{64 hex digits}.");
                return;
            }

            expected.Add(digest);
        }

        BodyReader.Allow(visit, ListenerLimits.BlobSizeMax);
        try
        {
            var pieces = BodyReader.ReadPiecesAsync(visit, visit.Aborted);
            var info = await _blobs.CreateAsync(pieces, expected, visit.Aborted);
            var response = visit.Features.GetRequiredFeature<IHttpResponseFeature>();
            response.Headers.Location = $"{Collection}/{info.Id}";
            response.Headers.ETag = $"\"{info.Id}\"";
            await Reply.SendAsync(visit.Features, StatusCodes.Status201Created, "application/json", ToJson(info));
        }
        catch (DigestMismatchException e)
        {
            await Reply.RefuseAsync(visit.Features, Refusal.WrongDigest, e.Message);
        }
    }

    private async Task GetAsync(Visit visit)
    {
        if (!TryName(visit.Path, out var id, out var digest))
        {
            await Reply.RefuseAsync(
                visit.Features, Refusal.Malformed,
                "A blob is named by 64 hexadecimal digits (its id), or by sha256: and 64 (its digest).");
            return;
        }

        var info = digest is null
            ? await _blobs.FindAsync(id, visit.Aborted)
            : await _blobs.FindAsync(digest, visit.Aborted);
        if (info is null)
        {
            await Reply.RefuseAsync(visit.Features, Refusal.NotFound, "This node does not have that blob.");
            return;
        }

        await SendAsync(visit, info);
    }

    private async Task SendAsync(Visit visit, BlobInfo info)
    {
        var response = visit.Features.GetRequiredFeature<IHttpResponseFeature>();
        var headers = response.Headers;
        var etag = $"\"{info.Id}\"";
        SafetyHeaders.Apply(headers);
        headers.ETag = etag;
        headers.CacheControl = Immutable;
        headers.AcceptRanges = "bytes";
        if (Conditions.IsUnmodified(visit.Headers, etag, ""))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        var range = new ByteRange(0, info.Length);
        if (visit.Headers.Range.Count > 0 && Conditions.AllowsRange(visit.Headers, etag, ""))
        {
            switch (ByteRange.TryRead(visit.Headers.Range.ToString(), info.Length, out var part))
            {
                case ByteRange.Outcome.Unsatisfiable:
                    await Reply.RefuseAsync(visit.Features, Refusal.BadRange, $"The blob has {info.Length} bytes.");
                    return;
                case ByteRange.Outcome.Part:
                    response.StatusCode = StatusCodes.Status206PartialContent;
                    headers.ContentRange = part.ToContentRange(info.Length);
                    range = part;
                    break;
            }
        }

        headers.ContentType = "application/octet-stream";
        headers.ContentLength = range.Length;
        if (Reply.IsHead(visit.Features) || range.Length == 0)
            return;
        using var blob = await _blobs.OpenAsync(info.Id, visit.Aborted)
            ?? throw new IOException($"The bytes of blob {info.Id} are not here any more.");
        await BodySender.SendAsync(visit.Features, blob, range);
    }

    private static bool TryName(string path, out BlobId id, out Digest? digest)
    {
        var name = path.AsSpan(Math.Min(path.Length, Collection.Length + 1));
        digest = null;
        return BlobId.TryParse(name, out id) || Digest.TryParse(name, out digest);
    }

    private static ReadOnlyMemory<byte> ToJson(BlobInfo info)
    {
        var target = new ArrayBufferWriter<byte>(512);
        using var json = new Utf8JsonWriter(target);
        json.WriteStartObject();
        json.WriteString("name", $"blobs/{info.Id}");
        json.WriteString("size", info.Length.ToString(System.Globalization.CultureInfo.InvariantCulture));
        json.WriteString("sha256", Convert.ToHexStringLower(info.Sha256.Value));
        json.WriteString("sha512", Convert.ToHexStringLower(info.Sha512.Value));
        json.WriteString("sha1", Convert.ToHexStringLower(info.Sha1.Value));
        json.WriteEndObject();
        json.Flush();
        return target.WrittenMemory;
    }
}
