using Samtala.Abstractions;
using Samtala.Plugins.Registry.Mirroring;

namespace Samtala.Plugins.Registry.Nuget;

/// <summary>
/// Package files. The upstream names no digest for them, so the first bytes that pass <see cref="NupkgCheck"/> are
/// recorded and later ones must equal them.
/// </summary>
internal sealed class NugetPackages(INode node, Upstream upstream, NugetUpstream resources, FileCache files)
{
    private const string FileType = "application/octet-stream";

    public Upstream Upstream => upstream;

    /// <summary>Finds or fetches a package and publishes it.</summary>
    /// <exception cref="MirrorException">It is not held and cannot be fetched.</exception>
    public async Task<PublishedAnswer> GetAsync(
        string path, string id, string version, CancellationToken cancellationToken)
    {
        var blob = await FindAsync(id, version, cancellationToken);
        return await files.PublishAsync(path, blob, Npm.Integrity.Write(blob.Sha512), FileType);
    }

    /// <summary>Takes the .nuspec out of a package.</summary>
    /// <exception cref="MirrorException">It is not held and cannot be fetched.</exception>
    public async Task<byte[]> GetNuspecAsync(string id, string version, CancellationToken cancellationToken)
    {
        var blob = await FindAsync(id, version, cancellationToken);
        return await NupkgCheck.ReadNuspecAsync(node.Blobs, blob, cancellationToken);
    }

    private Task<BlobInfo> FindAsync(string id, string version, CancellationToken cancellationToken)
    {
        var key = Shelf.FileKey("nuget", id, $"{id}.{version}.nupkg");
        return files.GetAsync(key, token => FetchAsync(key, id, version, token), cancellationToken);
    }

    private async Task<BlobInfo> FetchAsync(
        string key, string id, string version, CancellationToken cancellationToken)
    {
        var what = $"{id} {version}";
        var record = await files.RecordAsync(key, cancellationToken);
        if (record?.ReadDigest() is { } digest && await node.Blobs.FindAsync(digest, cancellationToken) is { } held)
            return held;

        var (given, error) = await FromPeersAsync(key, id, version, record?.ReadDigest(), cancellationToken);
        if (given is not null)
            return given;
        if (error is not null && !await upstream.IsSetAsync(cancellationToken))
            throw error;

        var place = await resources.FindAsync(what, cancellationToken);
        Uri uri = new($"{place.Flat}{id}/{version}/{id}.{version}.nupkg");
        var blob = await upstream.FetchFileAsync(
            what, uri, record?.ReadDigest() is { } expected ? [expected] : [], cancellationToken);
        if (await FaultOfAsync(blob, id, version, uri.Host, cancellationToken) is not { } fault)
            return blob;
        await node.Blobs.ReleaseAsync(blob.Id, CancellationToken.None);
        throw fault;
    }

    /// <summary>Asks followed mirrors. Their entries must agree with the digest that was recorded here, if there is
    /// one.</summary>
    private async Task<(BlobInfo? Blob, MirrorException? Error)> FromPeersAsync(
        string key, string id, string version, Digest? recorded, CancellationToken cancellationToken)
    {
        var peers = upstream.Peers;
        if (!peers.Followed.IsAny)
            return (null, null);
        var found = await peers.Followed.FindFileAsync(key, cancellationToken);

        // An entry can name any blob, also one that another package here lives on.
        HashSet<BlobId> held = [];
        foreach (var hit in found.Hits)
        {
            if (await node.Blobs.FindAsync(hit.Entry.Blob, cancellationToken) is not null)
                held.Add(hit.Entry.Blob);
        }

        var (blob, error) = await peers.FetchFileAsync(
            $"{id} {version}", found, entry => recorded is null || entry.Has(recorded), cancellationToken);
        if (blob is null)
            return (null, error);
        error = await FaultOfAsync(blob, id, version, "a followed mirror", cancellationToken);
        if (error is not null && !held.Contains(blob.Id))
            await node.Blobs.ReleaseAsync(blob.Id, CancellationToken.None);
        return error is null ? (blob, null) : (null, error);
    }

    /// <summary>Says and counts why a package is refused; null when it is what it should be.</summary>
    private async Task<MirrorException?> FaultOfAsync(
        BlobInfo blob, string id, string version, string where, CancellationToken cancellationToken)
    {
        if (await NupkgCheck.FindFaultAsync(node.Blobs, blob, id, version, cancellationToken) is not { } fault)
            return null;
        upstream.Counters.Refused();
        return MirrorException.Tampered($"{id} {version}", where, fault);
    }
}
