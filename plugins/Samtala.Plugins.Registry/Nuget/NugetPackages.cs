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

        var place = await resources.FindAsync(what, cancellationToken);
        Uri uri = new($"{place.Flat}{id}/{version}/{id}.{version}.nupkg");
        var blob = await upstream.FetchFileAsync(
            what, uri, record?.ReadDigest() is { } expected ? [expected] : [], cancellationToken);
        if (await NupkgCheck.FindFaultAsync(node.Blobs, blob, id, version, cancellationToken) is not { } fault)
            return blob;
        await node.Blobs.ReleaseAsync(blob.Id, CancellationToken.None);
        upstream.Counters.Refused();
        throw MirrorException.Tampered(what, uri.Host, fault);
    }
}
