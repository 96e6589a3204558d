using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Google.Protobuf.WellKnownTypes;
using Samtala.Abstractions;
using Samtala.Plugins.Registry.Mirroring;
using Samtala.Plugins.Registry.Npm;
using Samtala.Registry.V1;

namespace Samtala.Plugins.Registry;

/// <summary>What the mirrors hold: lists it, hashes it again, forgets it.</summary>
internal sealed class Inventory(INode node, MirrorSet mirrors, TimeProvider time)
{
    private const int FilesShownMax = 100;
    private const int PageSize = 1000;
    private static readonly string[] s_slashes = ["/", "%2f", "%2F"];
    private static readonly string[] s_ats = ["@", "%40"];
    private static readonly TimeSpan s_progressPeriod = TimeSpan.FromSeconds(1);

    /// <summary>A page of packages that have a document, in byte order.</summary>
    public async ValueTask<(IReadOnlyList<Package> Packages, string Next)> ListAsync(
        string mirror, string prefix, string after, int limit, CancellationToken cancellationToken)
    {
        var root = Shelf.DocumentKey(mirror, "");
        var entries = await mirrors.Shelf.ListAsync(
            root + prefix, after.Length == 0 ? "" : root + after, limit, cancellationToken);
        List<Package> packages = new(entries.Count);
        foreach (var entry in entries)
        {
            Package package = new() { Package_ = entry.Key[root.Length..] };
            if (Shelf.Read(entry, RegistryJson.Default.DocumentRecord) is { FetchedAt: > 0 } record)
                package.FetchTime = DocumentCache.FetchTime(record).ToTimestamp();
            foreach (var (file, held) in await FilesAsync(mirror, package.Package_, FilesShownMax, cancellationToken))
            {
                package.Files.Add(new PackageFile
                {
                    File = file,
                    Size = held.Length,
                    Sha512 = held.Sha512,
                    FetchTime = DateTimeOffset.FromUnixTimeMilliseconds(held.FetchedAt).ToTimestamp(),
                });
            }

            packages.Add(package);
        }

        return (packages, packages.Count == limit ? packages[^1].Package_ : "");
    }

    /// <summary>Hashes every file of some mirrors again, and forgets the damaged ones.</summary>
    public async IAsyncEnumerable<VerifyProgress> VerifyAsync(
        IReadOnlyList<string> names, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        VerifyProgress progress = new();
        var told = time.GetTimestamp();
        foreach (var mirror in names)
        {
            var after = "";
            IReadOnlyList<StateEntry> page;
            do
            {
                page = await mirrors.Shelf.ListAsync($"{mirror}/f/", after, PageSize, cancellationToken);
                foreach (var entry in page)
                {
                    after = entry.Key;
                    await VerifyAsync(mirror, entry, progress, cancellationToken);
                    if (time.GetElapsedTime(told) < s_progressPeriod)
                        continue;
                    yield return progress.Clone();
                    progress.DamagedFiles.Clear();
                    told = time.GetTimestamp();
                }
            }
            while (page.Count == PageSize);
        }

        progress.Done = true;
        yield return progress;
    }

    /// <summary>Forgets a package.</summary>
    /// <returns>How many files; null when nothing of it was held.</returns>
    public async ValueTask<int?> ForgetAsync(string mirror, string package, CancellationToken cancellationToken)
    {
        var documentKey = Shelf.DocumentKey(mirror, package);
        var document = await mirrors.Shelf.FindAsync(
            documentKey, RegistryJson.Default.DocumentRecord, cancellationToken);
        var files = await FilesAsync(mirror, package, PageSize, cancellationToken);
        if (document is null && files.Count == 0)
            return null;
        List<string> keys = [documentKey];
        await ReleaseAsync(document, cancellationToken);
        foreach (var path in DocumentPaths(mirror, package))
            await node.Answers.WithdrawAsync(path, cancellationToken);
        foreach (var (file, record) in files)
        {
            keys.Add(Shelf.FileKey(mirror, package, file));
            await DropAsync(mirror, package, file, record, cancellationToken);
        }

        if (mirror == "nuget")
        {
            foreach (var entry in await mirrors.Shelf.ListAsync($"nuget/r/{package}/", "", PageSize, cancellationToken))
            {
                keys.Add(entry.Key);
                var rest = entry.Key["nuget/r/".Length..];
                await node.Answers.WithdrawAsync($"/registry/nuget/v3/registration/{rest}", cancellationToken);
                await ReleaseAsync(Shelf.Read(entry, RegistryJson.Default.DocumentRecord), cancellationToken);
            }
        }

        await mirrors.Shelf.DeleteAsync(keys, cancellationToken);
        return files.Count;
    }

    private async ValueTask ReleaseAsync(DocumentRecord? document, CancellationToken cancellationToken)
    {
        foreach (var blob in document?.Blobs ?? [])
        {
            if (BlobId.TryParse(blob, out var id))
                await node.Blobs.ReleaseAsync(id, cancellationToken);
        }
    }

    private async ValueTask<IReadOnlyList<(string File, FileRecord Record)>> FilesAsync(
        string mirror, string package, int limit, CancellationToken cancellationToken)
    {
        var prefix = Shelf.FileKey(mirror, package, "");
        var entries = await mirrors.Shelf.ListAsync(prefix, "", limit, cancellationToken);
        return [.. entries
            .Select(e => (File: e.Key[prefix.Length..], Record: Shelf.Read(e, RegistryJson.Default.FileRecord)))
            .Where(f => f.Record is not null)
            .Select(f => (f.File, f.Record!))];
    }

    private async ValueTask VerifyAsync(
        string mirror, StateEntry entry, VerifyProgress progress, CancellationToken cancellationToken)
    {
        if (Shelf.Read(entry, RegistryJson.Default.FileRecord) is not { } record)
            return;
        progress.Files++;
        progress.Bytes += record.Length;
        if (await HashAsync(record, cancellationToken) == record.Sha512)
            return;
        var name = entry.Key[$"{mirror}/f/".Length..].Split('!', 2);
        await DropAsync(mirror, name[0], name[1], record, cancellationToken);

        // npm's digest comes with the document; NuGet's only from here, so it stays and the next fetch must match it.
        if (mirror != "nuget")
            await mirrors.Shelf.DeleteAsync([entry.Key], cancellationToken);
        progress.Damaged++;
        progress.DamagedFiles.Add($"{mirror} {name[0]} {name[1]}");
    }

    private async ValueTask<string> HashAsync(FileRecord record, CancellationToken cancellationToken)
    {
        if (!BlobId.TryParse(record.Blob, out var id))
            return "";
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA512);
        try
        {
            await foreach (var piece in node.Blobs.ReadAsync(id, 0, -1, cancellationToken))
                sha.AppendData(piece.Span);
        }
        catch (Exception e) when (e is KeyNotFoundException or IOException)
        {
            return "";
        }

        return Convert.ToHexStringLower(sha.GetHashAndReset());
    }

    private async ValueTask DropAsync(
        string mirror, string package, string file, FileRecord record, CancellationToken cancellationToken)
    {
        foreach (var path in FilePaths(mirror, package, file))
            await node.Answers.WithdrawAsync(path, cancellationToken);
        if (BlobId.TryParse(record.Blob, out var id))
            await node.Blobs.ReleaseAsync(id, cancellationToken);
    }

    private static IEnumerable<string> DocumentPaths(string mirror, string package) => mirror == "npm"
        ? Spellings(package).Select(name => $"/registry/npm/{name}")
        : [$"/registry/nuget/v3/flat/{package}/index.json"];

    private static IEnumerable<string> FilePaths(string mirror, string package, string file)
    {
        if (mirror == "npm")
            return Spellings(package).Select(name => $"/registry/npm/{name}/-/{file}");
        var version = file[(package.Length + 1)..^".nupkg".Length];
        return [$"/registry/nuget/v3/flat/{package}/{version}/{file}"];
    }

    private static IEnumerable<string> Spellings(string name) => NpmName.Unscoped(name) == name ? [name]
        : s_slashes.SelectMany(slash => s_ats.Select(at =>
            at + name[1..].Replace("/", slash, StringComparison.Ordinal)));
}
