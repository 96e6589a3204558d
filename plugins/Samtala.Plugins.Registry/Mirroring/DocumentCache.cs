using System.Security.Cryptography;
using System.Text.Json;
using Samtala.Abstractions;
using Samtala.Plugins.Registry.Json;

namespace Samtala.Plugins.Registry.Mirroring;

/// <summary>
/// Documents of one mirror: fetched once, rendered once per form and door, packed, and published so that the door
/// serves them. What is held is served whatever the upstream does.
/// </summary>
internal sealed class DocumentCache(
    INode node, Shelf shelf, Upstream upstream, TimeProvider time, CancellationToken stopping)
{
    private static readonly TimeSpan s_badAnswerPeriod = TimeSpan.FromSeconds(2);
    private readonly Flights<DocumentRecord> _fetches = new(stopping);
    private readonly Flights<RenditionRecord> _renders = new(stopping);
    private readonly Refusals _refusals = new(time);

    /// <summary>Finds or fetches a document, renders the wanted form, and publishes it.</summary>
    /// <exception cref="MirrorException">It is not held and cannot be fetched.</exception>
    public async Task<PublishedAnswer> GetAsync(DocumentRequest request, CancellationToken cancellationToken)
    {
        var record = await EnsureAsync(request, isStaleEnough: request.IsRefresh, cancellationToken);
        var rendition = await RenderAsync(request, record).WaitAsync(cancellationToken);
        return await PublishAsync(request, record, rendition, cancellationToken);
    }

    /// <summary>Finds a document, or fetches it.</summary>
    /// <param name="request">Which.</param>
    /// <param name="isStaleEnough">Fetch it also when what is held is no longer fresh.</param>
    /// <param name="cancellationToken">The client left.</param>
    /// <exception cref="MirrorException">It is not held and cannot be fetched.</exception>
    public async Task<DocumentRecord> EnsureAsync(
        DocumentRequest request, bool isStaleEnough, CancellationToken cancellationToken)
    {
        var record = await shelf.FindAsync(request.Key, RegistryJson.Default.DocumentRecord, cancellationToken);
        if (record is null)
            return await FetchAsync(request).WaitAsync(cancellationToken);
        if (!isStaleEnough || FreshUntil(record) > time.GetUtcNow())
            return record;
        try
        {
            return await FetchAsync(request).WaitAsync(cancellationToken);
        }
        catch (MirrorException)
        {
            // The old one is better than none; the failure is counted and shown by the statistics.
            return record;
        }
    }

    /// <summary>Asks the upstream, or joins who asks already.</summary>
    public Task<DocumentRecord> FetchAsync(DocumentRequest request) =>
        _fetches.JoinAsync(request.Key, token => FetchNowAsync(request, token));

    /// <summary>The document as the first form, unpacked.</summary>
    public IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(
        DocumentRecord record, CancellationToken cancellationToken) =>
        BlobId.TryParse(record.Source, out var id)
            ? Pieces.GunzipAsync(node.Blobs.ReadAsync(id, 0, -1, cancellationToken), cancellationToken)
            : throw new KeyNotFoundException("The record names no blob.");

    /// <summary>When the record was fetched.</summary>
    public static DateTimeOffset FetchTime(DocumentRecord record) =>
        DateTimeOffset.FromUnixTimeMilliseconds(record.FetchedAt);

    private DateTimeOffset FreshUntil(DocumentRecord record) =>
        FetchTime(record).AddSeconds(upstream.Options.FreshSeconds);

    private async Task<DocumentRecord> FetchNowAsync(DocumentRequest request, CancellationToken cancellationToken)
    {
        _refusals.ThrowIfKnown(request.Key);
        var before = await shelf.FindAsync(request.Key, RegistryJson.Default.DocumentRecord, cancellationToken);
        var uri = await request.Locate(cancellationToken);
        FetchedDocument? fetched = null;
        try
        {
            fetched = await upstream.FetchDocumentAsync(
                request.What, uri, before?.UpstreamEtag ?? "", request.UpstreamAccept, cancellationToken);
            if (fetched.Status is 404 or 410)
                throw MirrorException.NotFound(request.What, upstream.Mirror);
            if (fetched.Status != 304 && fetched.Status != 200)
            {
                throw MirrorException.BadAnswer(
                    request.What, uri.Host, $"the upstream answered with status {fetched.Status}");
            }

            return await KeepAsync(request, before, fetched, cancellationToken);
        }
        catch (MirrorException e) when (e.Status == 404)
        {
            _refusals.Add(request.Key, e, TimeSpan.FromSeconds(upstream.Options.MissingSeconds));
            throw;
        }
        catch (Exception e) when (e is JsonException or InvalidDataException)
        {
            var bad = MirrorException.BadAnswer(
                request.What, uri.Host, $"the upstream's answer is no whole JSON document: {e.Message}", e);
            _refusals.Add(request.Key, bad, s_badAnswerPeriod);
            throw bad;
        }
        finally
        {
            if (fetched?.Blob is { } raw)
                await node.Blobs.ReleaseAsync(raw.Id, CancellationToken.None);
        }
    }

    private async Task<DocumentRecord> KeepAsync(
        DocumentRequest request, DocumentRecord? before, FetchedDocument fetched, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var sha256 = fetched.Status == 304 ? before?.UpstreamSha256 ?? ""
            : Convert.ToHexStringLower(
                fetched.Blob is null ? SHA256.HashData(fetched.Bytes.Span) : fetched.Blob.Sha256.Value);
        if (before is not null && sha256 == before.UpstreamSha256
            && await IsHereAsync(before.Source, cancellationToken))
        {
            var type = RegistryJson.Default.DocumentRecord;
            return await shelf.ChangeAsync(
                request.Key, type, r => (r ?? before) with { FetchedAt = now }, cancellationToken) ?? before;
        }

        var record = await RenderFirstAsync(request, fetched, cancellationToken) with
        {
            UpstreamSha256 = sha256,
            UpstreamEtag = EtagOf(fetched.Headers),
            FetchedAt = now,
        };
        await shelf.PutAsync(request.Key, record, RegistryJson.Default.DocumentRecord, cancellationToken);
        if (before is not null && before.Source != record.Source && BlobId.TryParse(before.Source, out var old))
            await node.Blobs.ReleaseAsync(old, cancellationToken);
        return record;
    }

    /// <summary>Renders the first form, which becomes the source of the others. When its links do not tell the
    /// upstream's own, the document is kept as it came instead.</summary>
    private async Task<DocumentRecord> RenderFirstAsync(
        DocumentRequest request, FetchedDocument fetched, CancellationToken cancellationToken)
    {
        var form = request.Forms[0];
        using var walker = form.Open("");
        var blob = await node.Blobs.PutAsync(
            Pieces.RenderAsync(RawPieces(fetched, cancellationToken), walker, cancellationToken),
            [],
            cancellationToken);
        DocumentRecord record = new()
        {
            Source = blob.Id.ToString(),
            SourceBase = request.LinkBase,
            LinkPrefix = (walker as ILinkWalker)?.Prefix ?? "",
            Renditions = [new RenditionRecord(form.Kind, request.Authority, blob.Id.ToString(), blob.Length)],
        };
        if (walker is not ILinkWalker { IsLossy: true })
            return record;
        using Copier copier = new();
        var raw = await node.Blobs.PutAsync(
            Pieces.RenderAsync(RawPieces(fetched, cancellationToken), copier, cancellationToken),
            [],
            cancellationToken);
        return record with { Source = raw.Id.ToString(), SourceBase = "", LinkPrefix = "" };
    }

    private IAsyncEnumerable<ReadOnlyMemory<byte>> RawPieces(
        FetchedDocument fetched, CancellationToken cancellationToken) =>
        fetched.Blob is { } blob ? node.Blobs.ReadAsync(blob.Id, 0, -1, cancellationToken)
            : Pieces.CutAsync(fetched.Bytes);

    private async Task<RenditionRecord> RenderAsync(DocumentRequest request, DocumentRecord record)
    {
        if (record.Find(request.Wanted.Kind, request.Authority) is { } ready && await IsHereAsync(ready.Blob, stopping))
            return ready;
        return await _renders.JoinAsync(
            $"{request.Key}|{request.Wanted.Kind}|{request.Authority}|{record.Source}",
            token => RenderNowAsync(request, record, token));
    }

    private async Task<RenditionRecord> RenderNowAsync(
        DocumentRequest request, DocumentRecord record, CancellationToken cancellationToken)
    {
        if (!await IsHereAsync(record.Source, cancellationToken))
        {
            await shelf.DeleteAsync([request.Key], cancellationToken);
            record = await FetchAsync(request);
        }

        using var walker = request.Wanted.Open(record.SourceBase);
        var blob = await node.Blobs.PutAsync(
            Pieces.RenderAsync(ReadAsync(record, cancellationToken), walker, cancellationToken), [], cancellationToken);
        RenditionRecord rendition = new(request.Wanted.Kind, request.Authority, blob.Id.ToString(), blob.Length);
        await shelf.ChangeAsync(
            request.Key,
            RegistryJson.Default.DocumentRecord,
            r => r is not null && r.Source == record.Source ? r.With(rendition) : null,
            cancellationToken);
        return rendition;
    }

    private async Task<PublishedAnswer> PublishAsync(
        DocumentRequest request, DocumentRecord record, RenditionRecord rendition, CancellationToken cancellationToken)
    {
        var form = request.Wanted;
        var id = BlobId.TryParse(rendition.Blob, out var parsed) ? parsed : default;
        PublishedAnswer answer = new(request.Path, new Content.OfBlob(id, 0, rendition.Length))
        {
            Authority = request.Authority,
            Accept = form.Accept,
            Encoding = "gzip",
            Etag = rendition.Blob[..32],
            FreshUntil = FreshUntil(record),
            Headers =
            [
                new Header("Content-Type", form.ContentType),
                new Header("Cache-Control", "public, max-age=60"),
                new Header("Vary", request.Forms.Count > 1 ? "Accept, Accept-Encoding" : "Accept-Encoding"),
            ],
        };
        List<PublishedAnswer> answers = [answer];
        foreach (var other in request.Forms)
        {
            // Who wants a form that is not made yet is sent to the plugin.
            if (other != form && other.Accept.Length > 0 && record.Find(other.Kind, request.Authority) is null)
            {
                answers.Add(new PublishedAnswer(request.Path, new Content.Inline(default))
                {
                    Authority = request.Authority,
                    Accept = other.Accept,
                    Encoding = "gzip",
                    Status = IAnswers.AskPlugin,
                });
            }
        }

        await node.Answers.PublishAsync(answers, cancellationToken);

        // From now on the answer keeps it.
        if (rendition.Blob != record.Source)
            await node.Blobs.ReleaseAsync(id, cancellationToken);
        return answer;
    }

    private async ValueTask<bool> IsHereAsync(string blob, CancellationToken cancellationToken) =>
        BlobId.TryParse(blob, out var id) && await node.Blobs.FindAsync(id, cancellationToken) is not null;

    private static string EtagOf(IReadOnlyList<Header> headers)
    {
        var etag = headers.FirstOrDefault(h => string.Equals(h.Name, "ETag", StringComparison.OrdinalIgnoreCase)).Value;
        return etag is { Length: > 0 and <= 256 } ? etag : "";
    }
}
