namespace Samtala.PluginPackages;

/// <summary>A plugin as it is handed over: a folder or a .nupkg with plugin.json at its top.</summary>
/// <remarks>Opening checks every path, size and field. Unpacking holds the content to what was said.</remarks>
public sealed class PluginPackage : IDisposable
{
    private readonly PackageSource _source;

    private PluginPackage(PackageSource source, PluginManifest manifest)
    {
        _source = source;
        Manifest = manifest;
    }

    /// <summary>Its plugin.json.</summary>
    public PluginManifest Manifest { get; }

    /// <summary>Opens and checks a package; nothing is written.</summary>
    /// <param name="path">A folder or .nupkg on this machine.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="PluginException">It is not a plugin, or hostile; the message says what is wrong with
    /// it.</exception>
    public static async Task<PluginPackage> OpenAsync(string path, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var source = PackageSource.Open(path);
        try
        {
            var entry = source.Entries.FirstOrDefault(e => e.Path is "plugin.json")
                ?? throw source.Refuse("has no plugin.json at its top");
            if (entry.Length > PluginManifest.FileSizeMax)
                throw source.Refuse($"has a plugin.json of more than {PluginManifest.FileSizeMax / 1024} KiB");
            using var json = new MemoryStream();
            await CopyAsync(source, entry, json, cancellationToken);
            var manifest = PluginManifest.Parse(json.ToArray());
            foreach (var needed in new[] { manifest.Assembly, manifest.Ui })
            {
                if (needed.Length > 0
                    && !source.Entries.Any(e => string.Equals(e.Path, needed, StringComparison.Ordinal)))
                {
                    throw source.Refuse($"lacks {needed}, which its plugin.json names");
                }
            }

            return new PluginPackage(source, manifest);
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    /// <summary>Writes the files so that the folder is either whole or not there.</summary>
    /// <param name="target">Replaced when it exists.</param>
    /// <param name="cancellationToken">Gives up; nothing is left behind.</param>
    /// <exception cref="PluginException">A file is not as long as it said, or cannot be unpacked.</exception>
    public async Task UnpackAsync(string target, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(target);
        var parent = Path.GetDirectoryName(Path.GetFullPath(target))!;
        var name = Path.GetFileName(target);
        var temporary = Path.Combine(parent, $".new-{name}");
        var old = Path.Combine(parent, $".old-{name}");
        DurableFile.CreateFolder(parent);
        DeleteFolder(temporary);
        DeleteFolder(old);
        try
        {
            foreach (var entry in _source.Entries.Where(e => !IsWrapping(e.Path)))
            {
                var path = Path.Combine(temporary, entry.Path);
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None);
                await CopyAsync(_source, entry, file, cancellationToken);
                await file.FlushAsync(cancellationToken);
                RandomAccess.FlushToDisk(file.SafeFileHandle);
            }

            DurableFile.SyncTree(temporary);
            if (Directory.Exists(target))
                Directory.Move(target, old);
            Directory.Move(temporary, target);
            DurableFile.SyncFolder(parent);
            DeleteFolder(old);
        }
        catch
        {
            DeleteFolder(temporary);
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _source.Dispose();

    /// <summary>What only makes a zip file a NuGet package.</summary>
    private static bool IsWrapping(string path) => path is "[Content_Types].xml"
        || path.StartsWith("_rels/", StringComparison.Ordinal) || path.StartsWith("package/", StringComparison.Ordinal)
        || (path.EndsWith(".nuspec", StringComparison.Ordinal) && !path.Contains('/', StringComparison.Ordinal));

    private static async Task CopyAsync(
        PackageSource source, PackageEntry entry, Stream target, CancellationToken cancellationToken)
    {
        long total = 0;
        var sum = new Crc32();
        try
        {
            await using var content = entry.Open();
            var buffer = new byte[64 * 1024];
            int read;
            while ((read = await content.ReadAsync(buffer, cancellationToken)) > 0)
            {
                total += read;
                if (total > entry.Length)
                    break;
                sum.Append(buffer.AsSpan(0, read));
                await target.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            }
        }
        catch (InvalidDataException e)
        {
            throw source.Refuse($"has a file that cannot be unpacked ({entry.Path}): {e.Message}");
        }

        if (total != entry.Length || (entry.Checksum is { } checksum && checksum != sum.Value))
            throw source.Refuse($"has a file that is not what it says, in length or in checksum ({entry.Path})");
    }

    private static void DeleteFolder(string folder)
    {
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }
}
