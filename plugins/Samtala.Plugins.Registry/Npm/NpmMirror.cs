using System.Text.Json;
using Samtala.Abstractions;
using Samtala.Plugins.Registry.Mirroring;
using Samtala.Plugins.Registry.Sharing;

namespace Samtala.Plugins.Registry.Npm;

/// <summary>The npm mirror: answers what the door has no published answer for.</summary>
internal sealed class NpmMirror(
    INode node, Upstream upstream, DocumentCache documents, FileCache files, TimeProvider time) : IMirror
{
    private const string Root = "/registry/npm/";
    private const string FileType = "application/octet-stream";
    private const string AbbreviatedType = "application/vnd.npm.install-v1+json";

    /// <summary>A digest that is missing from a document older than this may be in a newer one.</summary>
    private static readonly TimeSpan s_lookAgainAfter = TimeSpan.FromSeconds(5);

    public Upstream Upstream => upstream;

    public string ErrorType => "application/json";

    public async ValueTask<RawReply> HandleAsync(RawRequest request, CancellationToken cancellationToken)
    {
        var route = NpmRoute.Read(request.Path[Root.Length..]);
        if (request.Method is not ("GET" or "HEAD"))
            return NpmApi.Write(request, route);
        switch (route.Kind)
        {
            case NpmRoute.What.Packument:
                var answer = await documents.GetAsync(DocumentOf(request, route.Name), cancellationToken);
                return Replies.Of(request, answer, node.Blobs);
            case NpmRoute.What.Tarball:
                return await TarballAsync(request, route.Name, route.File, cancellationToken);
            case NpmRoute.What.Api:
                return NpmApi.Read(request, route);
            default:
                throw MirrorException.BadRequest(
                    $"'{request.Path}'", "npm's paths are /NAME, /@SCOPE%2fNAME and /NAME/-/FILE.tgz");
        }
    }

    private async Task<RawReply> TarballAsync(
        RawRequest request, string name, string file, CancellationToken cancellationToken)
    {
        var key = Shelf.FileKey("npm", name, file);
        var document = DocumentOf(request, name);
        if (await files.FindAsync(key, cancellationToken) is null
            && await ByHintAsync(request, document.Key, cancellationToken) is { } known)
        {
            // The client vouches for these bytes, for itself only: nothing is published.
            var own = FileCache.Answer(request.Path, known, Integrity.Write(known.Sha512), FileType);
            return Replies.Of(request, own, node.Blobs);
        }

        var blob = await files.GetAsync(key, token => FetchAsync(document, name, file, token), cancellationToken);
        var answer = await files.PublishAsync(request.Path, blob, Integrity.Write(blob.Sha512), FileType);
        return Replies.Of(request, answer, node.Blobs);
    }

    /// <summary>npm tells the digest it wants. When the package's document is not here, that saves asking for it.
    /// </summary>
    private async ValueTask<BlobInfo?> ByHintAsync(
        RawRequest request, string documentKey, CancellationToken cancellationToken)
    {
        foreach (var part in request.Header("pacote-integrity").Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (Integrity.TryRead(part, out var digest) && digest.Algorithm == DigestAlgorithm.Sha512
                && await node.State.GetAsync(documentKey, cancellationToken) is null)
            {
                return await node.Blobs.FindAsync(digest, cancellationToken);
            }
        }

        return null;
    }

    private async Task<BlobInfo> FetchAsync(
        DocumentRequest document, string name, string file, CancellationToken cancellationToken)
    {
        var (blob, error) = await FromPeersAsync(document, name, file, cancellationToken);
        if (blob is not null)
            return blob;
        if (error is not null && !await upstream.IsSetAsync(cancellationToken))
            throw error;
        return await FromUpstreamAsync(document, name, file, cancellationToken);
    }

    /// <summary>Asks followed mirrors. What the upstream's own document says of the file, when that is here, their
    /// entries must agree with.</summary>
    private async Task<(BlobInfo? Blob, MirrorException? Error)> FromPeersAsync(
        DocumentRequest document, string name, string file, CancellationToken cancellationToken)
    {
        var peers = upstream.Peers;
        if (!peers.Followed.IsAny)
            return (null, null);
        var found = await peers.Followed.FindFileAsync(Shelf.FileKey("npm", name, file), cancellationToken);
        var held = await documents.FindAsync(document.Key, cancellationToken);
        var promise = held is { Origin.Length: 0 }
            && await FindTarballAsync(held, name, file, cancellationToken) is { } tarball
                ? Integrity.Strongest(tarball.IntegrityText, tarball.Shasum) : null;

        // The same bytes may be known there under another name.
        return found.Hits.Count == 0 && promise is { Algorithm: DigestAlgorithm.Sha512 }
            && await peers.FetchDigestAsync($"{name} {file}", promise, cancellationToken) is { } same
            ? (same, null)
            : await peers.FetchFileAsync(
                $"{name} {file}", found, entry => promise is null || entry.Has(promise), cancellationToken);
    }

    private async Task<BlobInfo> FromUpstreamAsync(
        DocumentRequest document, string name, string file, CancellationToken cancellationToken)
    {
        var record = await documents.EnsureAsync(document, isStaleEnough: false, cancellationToken);
        var tarball = await FindTarballAsync(record, name, file, cancellationToken);
        if (tarball is null && DocumentCache.FetchTime(record) + s_lookAgainAfter < time.GetUtcNow())
        {
            record = await documents.FetchAsync(document);
            tarball = await FindTarballAsync(record, name, file, cancellationToken);
        }

        if (tarball is null)
            throw MirrorException.NotFound($"{name} {file}", "npm");
        try
        {
            return await FetchAsync(record, tarball, name, file, cancellationToken);
        }
        catch (MirrorException e) when (e.InnerException is DigestMismatchException)
        {
            // If it was the document that was wrong, a new one heals it.
            var newer = await documents.FetchAsync(document);
            var again = newer.Source == record.Source ? null
                : await FindTarballAsync(newer, name, file, cancellationToken);
            if (again is null || again.IntegrityText == tarball.IntegrityText)
                throw;
            return await FetchAsync(newer, again, name, file, cancellationToken);
        }
    }

    private async Task<BlobInfo> FetchAsync(
        DocumentRecord record,
        TarballFinder.Tarball tarball,
        string name,
        string file,
        CancellationToken cancellationToken)
    {
        var what = $"{name} {file}";
        var prefix = record.Origin.Length == 0 ? record.LinkPrefix
            : await upstream.FindFolderAsync(what, cancellationToken);
        var url = prefix.Length > 0 ? TarballLink.Write(prefix, name, file) : tarball.Url;
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
            throw MirrorException.BadAnswer(what, "the upstream's document", "its link is no http(s) address");
        if (Integrity.Strongest(tarball.IntegrityText, tarball.Shasum) is not { } expected)
            throw MirrorException.NoDigest(what, uri.Host);
        if (expected.Algorithm != DigestAlgorithm.Sha1
            && await node.Blobs.FindAsync(expected, cancellationToken) is { } held)
        {
            return held;
        }

        return await upstream.FetchFileAsync(what, uri, [expected], cancellationToken);
    }

    private async Task<TarballFinder.Tarball?> FindTarballAsync(
        DocumentRecord record, string name, string file, CancellationToken cancellationToken)
    {
        using TarballFinder finder = new(name, file);
        try
        {
            await Json.Pieces.WalkAsync(documents.ReadAsync(record, cancellationToken), finder, cancellationToken);
        }
        catch (Exception e) when (e is KeyNotFoundException or JsonException or InvalidDataException)
        {
            return null;
        }

        return finder.Found;
    }

    private DocumentRequest DocumentOf(RawRequest request, string name)
    {
        var linkBase = $"{request.BaseUri}{Root}";
        DocumentForm[] forms =
        [
            new("full", "", "application/json", _ => new TarballRewriter(name, linkBase)),
            new("abbreviated", AbbreviatedType, AbbreviatedType, _ => new Abbreviator(name, linkBase)),
        ];
        var isAbbreviated = request.Header("Accept").Contains(AbbreviatedType, StringComparison.OrdinalIgnoreCase)
            && NpmRoute.Read(request.Path[Root.Length..]).Kind == NpmRoute.What.Packument;
        return new DocumentRequest
        {
            What = name,
            Key = Shelf.DocumentKey("npm", name),
            Path = request.Path,
            Authority = request.Authority(),
            LinkBase = linkBase,
            NeutralBase = NeutralLinks.Npm,
            Locate = async token =>
                new Uri($"{await upstream.FindFolderAsync(name, token)}{NpmName.Escaped(name)}"),
            Forms = forms,
            Wanted = forms[isAbbreviated ? 1 : 0],
            IsRefresh = request.IsRefresh,
        };
    }
}
