namespace Samtala.PluginPackages;

/// <summary>Where a version of a plugin lies and what its plugin.json says.</summary>
/// <param name="Folder">Its files.</param>
/// <param name="IsBundled">Whether it came with the node.</param>
/// <param name="Manifest">Null when it cannot be read.</param>
/// <param name="Problem">Why it cannot be read or run; empty when it can.</param>
public sealed record PluginSource(string Folder, bool IsBundled, PluginManifest? Manifest, string Problem);

/// <summary>The plugins on this machine: <c>{bundled}/{id}/</c> first, then
/// <c>{installed}/{id}/{version}/</c>.</summary>
/// <param name="bundled">What came with the node; null for nothing.</param>
/// <param name="installed">What the owner installed.</param>
public sealed class PluginFolders(string? bundled, string installed)
{
    /// <summary>Every id there is, in order.</summary>
    public IReadOnlyList<string> Ids() =>
        [.. Names(bundled).Concat(Names(installed)).Where(PluginManifest.IsId).Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal)];

    /// <summary>The version that runs.</summary>
    /// <param name="id">The plugin.</param>
    /// <param name="version">The one the owner chose; empty for the highest.</param>
    /// <returns>Null when there is no such plugin.</returns>
    public PluginSource? Find(string id, string version)
    {
        if (bundled is not null && File.Exists(Path.Combine(bundled, id, "plugin.json")))
            return Read(id, Path.Combine(bundled, id), isBundled: true);
        var home = Path.Combine(installed, id);
        var versions = Names(home)
            .Where(v => PluginVersion.TryParse(v, out _) && File.Exists(Path.Combine(home, v, "plugin.json")))
            .OrderByDescending(v => PluginVersion.TryParse(v, out var parsed) ? parsed : default)
            .ToArray();
        var chosen = versions.Contains(version, StringComparer.Ordinal) ? version : versions.FirstOrDefault();
        return chosen is null ? null : Read(id, Path.Combine(home, chosen), isBundled: false);
    }

    /// <summary>Where a plugin will be installed.</summary>
    /// <param name="manifest">Its plugin.json.</param>
    public string FolderOf(PluginManifest manifest)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        return Path.Combine(installed, manifest.Id, manifest.Version.ToString());
    }

    /// <summary>Refuses what cannot be installed here.</summary>
    /// <param name="manifest">Its plugin.json.</param>
    /// <exception cref="PluginException">It came with the node, or needs another SDK.</exception>
    public void CheckInstallable(PluginManifest manifest)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        if (bundled is not null && Directory.Exists(Path.Combine(bundled, manifest.Id)))
        {
            throw new PluginException(
                PluginFailure.Refused, "SAM0208",
                $"Plugin '{manifest.Id}' came with this node, in {bundled}. Update the node for another version.");
        }

        if (manifest.Sdk.Explain(Title(manifest), SdkRange.Offered) is { } problem)
            throw new PluginException(PluginFailure.Refused, "SAM0202", problem);
    }

    /// <summary>Deletes every installed version of a plugin.</summary>
    /// <param name="id">The plugin.</param>
    public void Delete(string id)
    {
        if (PluginManifest.IsId(id) && Directory.Exists(Path.Combine(installed, id)))
            Directory.Delete(Path.Combine(installed, id), recursive: true);
    }

    private static PluginSource Read(string id, string folder, bool isBundled)
    {
        var path = Path.Combine(folder, "plugin.json");
        try
        {
            if (new FileInfo(path).Length > PluginManifest.FileSizeMax)
                throw StrictJson.Invalid(path, $"is larger than {PluginManifest.FileSizeMax / 1024} KiB");
            var manifest = PluginManifest.Parse(File.ReadAllBytes(path));
            var problem = !string.Equals(manifest.Id, id, StringComparison.Ordinal)
                ? $"{path} says it is '{manifest.Id}', but it lies in the folder of '{id}'. Install it again."
                : manifest.Sdk.Explain(Title(manifest), SdkRange.Offered) ?? "";
            return new PluginSource(folder, isBundled, manifest, problem);
        }
        catch (Exception e) when (e is PluginException or IOException or UnauthorizedAccessException)
        {
            return new PluginSource(folder, isBundled, null, e.Message);
        }
    }

    private static string Title(PluginManifest manifest) => $"Plugin '{manifest.Id}' {manifest.Version}";

    private static IEnumerable<string> Names(string? folder) =>
        folder is not null && Directory.Exists(folder)
            ? Directory.EnumerateDirectories(folder).Select(d => Path.GetFileName(d))
            : [];
}
