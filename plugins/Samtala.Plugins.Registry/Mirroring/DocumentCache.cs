using System.Security.Cryptography;
using System.Text.Json;
using Samtala.Abstractions;
using Samtala.Plugins.Registry.Json;
using Samtala.Plugins.Registry.Sharing;

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
        if (!await IsLiveAsync(record, cancellationToken))
            return await PublishAsync(request, record, rendition, cancellationToken);

        // Only the plugin can see whether the followed mirror has a newer one by now.
        if (request.IsRefresh)
            await node.Answers.WithdrawAsync(request.Path, cancellationToken);
        return AnswerOf(request, record, rendition);
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
        if (await IsLiveAsync(record, cancellationToken))
            return await FollowAsync(request, record, cancellationToken);
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

    /// <summary>What is held of a document.</summary>
    public ValueTask<DocumentRecord?> FindAsync(string key, CancellationToken cancellationToken) =>
        shelf.FindAsync(key, RegistryJson.Default.DocumentRecord, cancellationToken);

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

    /// <summary>Whether nobody but followed mirrors can tell of it.</summary>
    private async ValueTask<bool> IsLiveAsync(DocumentRecord record, CancellationToken cancellationToken) =>
        record.Origin.Length > 0 && upstream.Peers.Followed.IsAny && !await upstream.IsSetAsync(cancellationToken);

    /// <summary>Only followed mirrors can have a newer one: it is what they have now, as far as they can be asked.
    /// </summary>
    private async Task<DocumentRecord> FollowAsync(
        DocumentRequest request, DocumentRecord record, CancellationToken cancellationToken)
    {
        var found = await upstream.Peers.Followed.FindDocumentAsync(request.Key, cancellationToken);
        if (found.Hits.Count == 0 || found.Hits[0].Entry.Blob.ToString() == record.Source)
            return record;
        try
        {
            return await FetchAsync(request).WaitAsync(cancellationToken);
        }
        catch (MirrorException)
        {
            return record;
        }
    }

    private async Task<DocumentRecord> FetchNowAsync(DocumentRequest request, CancellationToken cancellationToken)
    {
        var before = await shelf.FindAsync(request.Key, RegistryJson.Default.DocumentRecord, cancellationToken);
        var found = await upstream.Peers.Followed.FindDocumentAsync(request.Key, cancellationToken);
        if (found.Hits.Count == 0 && found.Away is null)
            return await AskUpstreamAsync(request, before, cancellationToken);
        if (!await upstream.IsSetAsync(cancellationToken))
        {
            return found.Hits.Count > 0
                ? await KeepFollowedAsync(request, before, found, cancellationToken)
                : throw await upstream.Peers.Followed.ExplainAsync(
                    request.What, found.Away!.From, found.Away.Cause, cancellationToken);
        }

        // One that says it is from the future is as little fresh as an old one.
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var isFresh = found.Hits.Count > 0
            && Math.Abs(now - found.Hits[0].Entry.FetchedAt) < upstream.Options.FreshSeconds * 1000L;
        try
        {
            return isFresh ? await KeepFollowedAsync(request, before, found, cancellationToken)
                : await AskUpstreamAsync(request, before, cancellationToken);
        }
        catch (MirrorException) when (found.Hits.Count > 0)
        {
            return isFresh ? await AskUpstreamAsync(request, before, cancellationToken)
                : await KeepFollowedAsync(request, before, found, cancellationToken);
        }
    }

    private async Task<DocumentRecord> AskUpstreamAsync(
        DocumentRequest request, DocumentRecord? before, CancellationToken cancellationToken)
    {
        _refusals.ThrowIfKnown(request.Key);
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

    /// <summary>Takes the newest document of followed mirrors, or with none here any of theirs.</summary>
    private async Task<DocumentRecord> KeepFollowedAsync(
        DocumentRequest request, DocumentRecord? before, Finding<DocumentEntry> found, CancellationToken stop)
    {
        MirrorException? error = null;
        foreach (var hit in found.Hits.Take(before is null ? found.Hits.Count : 1))
        {
            try
            {
                return await KeepFollowedAsync(request, before, hit, stop);
            }
            catch (MirrorException e)
            {
                error ??= e;
            }
        }

        throw error!;
    }

    /// <summary>Takes a document from a followed mirror. Rendering it shows that it is whole.</summary>
    private async Task<DocumentRecord> KeepFollowedAsync(
        DocumentRequest request, DocumentRecord? before, Hit<DocumentEntry> hit, CancellationToken cancellationToken)
    {
        // An entry can name any blob, also one that another package here lives on.
        var isHeld = await node.Blobs.FindAsync(hit.Entry.Blob, cancellationToken) is not null;
        var blob = await upstream.Peers.FetchDocumentAsync(request.What, hit, cancellationToken);
        DocumentRecord record = new()
        {
            Source = blob.Id.ToString(),
            SourceBase = request.NeutralBase,
            Shared = blob.Id.ToString(),
            Origin = hit.From.ToString(),
            FetchedAt = Math.Min(hit.Entry.FetchedAt, time.GetUtcNow().ToUnixTimeMilliseconds()),
        };
        try
        {
            record = record.With(await RenderSourceAsync(request, record, cancellationToken));
        }
        catch (Exception e) when (e is JsonException or InvalidDataException)
        {
            upstream.Counters.Refused();
            if (!isHeld)
                await node.Blobs.ReleaseAsync(blob.Id, CancellationToken.None);
            throw MirrorException.Tampered(
                request.What, $"followed mirror {Followed.Short(hit.From)}", $"it is no document: {e.Message}", e);
        }

        await PutAsync(request, before, record, cancellationToken);
        return record;
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
                request.Key,
                type,
                r => (r ?? before) with { FetchedAt = now, Origin = "" },
                cancellationToken) ?? before;
        }

        var record = await RenderFirstAsync(request, fetched, cancellationToken) with
        {
            UpstreamSha256 = sha256,
            UpstreamEtag = EtagOf(fetched.Headers),
            FetchedAt = now,
        };
        await PutAsync(request, before, record, cancellationToken);
        return record;
    }

    /// <summary>Writes a record in the place of another, and lets go of what only the other needed.</summary>
    private async ValueTask PutAsync(
        DocumentRequest request, DocumentRecord? before, DocumentRecord record, CancellationToken cancellationToken)
    {
        await shelf.PutAsync(request.Key, record, RegistryJson.Default.DocumentRecord, cancellationToken);
        foreach (var blob in before?.Blobs.Except(record.Blobs, StringComparer.Ordinal) ?? [])
        {
            if (BlobId.TryParse(blob, out var old))
                await node.Blobs.ReleaseAsync(old, cancellationToken);
        }
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

        if (record.Find(request.Wanted.Kind, request.Authority) is { } ready
            && await IsHereAsync(ready.Blob, cancellationToken))
        {
            return ready;
        }

        var rendition = await RenderSourceAsync(request, record, cancellationToken);
        await shelf.ChangeAsync(
            request.Key,
            RegistryJson.Default.DocumentRecord,
            r => r is not null && r.Source == record.Source ? r.With(rendition) : null,
            cancellationToken);
        return rendition;
    }

    private async Task<RenditionRecord> RenderSourceAsync(
        DocumentRequest request, DocumentRecord record, CancellationToken cancellationToken)
    {
        using var walker = request.Wanted.Open(record.SourceBase);
        var limit = upstream.Options.DocumentMebibytesMax * 1024L * 1024;
        var plain = Pieces.LimitAsync(ReadAsync(record, cancellationToken), limit, cancellationToken);
        var blob = await node.Blobs.PutAsync(
            Pieces.RenderAsync(plain, walker, cancellationToken), [], cancellationToken);
        return new RenditionRecord(request.Wanted.Kind, request.Authority, blob.Id.ToString(), blob.Length);
    }

    private async Task<PublishedAnswer> PublishAsync(
        DocumentRequest request, DocumentRecord record, RenditionRecord rendition, CancellationToken cancellationToken)
    {
        var form = request.Wanted;
        var answer = AnswerOf(request, record, rendition);
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
        if (rendition.Blob != record.Source && rendition.Blob != record.Shared)
            await node.Blobs.ReleaseAsync(((Content.OfBlob)answer.Content).Id, cancellationToken);
        return answer;
    }

    private PublishedAnswer AnswerOf(DocumentRequest request, DocumentRecord record, RenditionRecord rendition)
    {
        var id = BlobId.TryParse(rendition.Blob, out var parsed) ? parsed : default;
        return new PublishedAnswer(request.Path, new Content.OfBlob(id, 0, rendition.Length))
        {
            Authority = request.Authority,
            Accept = request.Wanted.Accept,
            Encoding = "gzip",
            Etag = rendition.Blob[..32],
            FreshUntil = FreshUntil(record),
            Headers =
            [
                new Header("Content-Type", request.Wanted.ContentType),
                new Header("Cache-Control", "public, max-age=60"),
                new Header("Vary", request.Forms.Count > 1 ? "Accept, Accept-Encoding" : "Accept-Encoding"),
            ],
        };
    }

    private async ValueTask<bool> IsHereAsync(string blob, CancellationToken cancellationToken) =>
        BlobId.TryParse(blob, out var id) && await node.Blobs.FindAsync(id, cancellationToken) is not null;

    private static string EtagOf(IReadOnlyList<Header> headers)
    {
        var etag = headers.FirstOrDefault(h => string.Equals(h.Name, "ETag", StringComparison.OrdinalIgnoreCase)).Value;
        return etag is { Length: > 0 and <= 256 } ? etag : "";
    }
}
