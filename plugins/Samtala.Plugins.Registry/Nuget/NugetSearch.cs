using System.Text;
using System.Text.Json;
using NuGet.Versioning;
using Samtala.Abstractions;
using Samtala.Plugins.Registry.Mirroring;

namespace Samtala.Plugins.Registry.Nuget;

/// <summary>Searches the packages that were installed through this mirror, by id.</summary>
internal sealed class NugetSearch(Shelf shelf)
{
    private const string Root = "/registry/nuget/v3/";
    private const string FilePrefix = "nuget/f/";
    private const int TakeMax = 100;
    private const int PageSize = 1000;

    /// <summary>Answers <c>?q=&amp;skip=&amp;take=&amp;prerelease=</c>.</summary>
    public async ValueTask<string> FindAsync(RawRequest request, CancellationToken cancellationToken)
    {
        var query = Read(request.Query);
        var words = query.GetValueOrDefault("q", "").ToLowerInvariant()
            .Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var withPrereleases = query.GetValueOrDefault("prerelease", "") == "true";
        var skip = Number(query, "skip", 0, int.MaxValue);
        var take = Number(query, "take", 20, TakeMax);

        SortedDictionary<string, List<NuGetVersion>> found = new(StringComparer.Ordinal);
        await foreach (var (id, version) in HeldAsync(cancellationToken))
        {
            if (!words.All(w => id.Contains(w, StringComparison.Ordinal)) || (version.IsPrerelease && !withPrereleases))
                continue;
            if (!found.TryGetValue(id, out var versions))
                found[id] = versions = [];
            versions.Add(version);
        }

        return Write(found, skip, take, $"{request.BaseUri}{Root}");
    }

    private async IAsyncEnumerable<(string Id, NuGetVersion Version)> HeldAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var after = "";
        IReadOnlyList<StateEntry> page;
        do
        {
            page = await shelf.ListAsync(FilePrefix, after, PageSize, cancellationToken);
            foreach (var entry in page)
            {
                after = entry.Key;
                var parts = entry.Key[FilePrefix.Length..].Split('!');
                if (parts.Length == 2 && parts[1].EndsWith(".nupkg", StringComparison.Ordinal)
                    && NuGetVersion.TryParse(parts[1][(parts[0].Length + 1)..^6], out var version))
                {
                    yield return (parts[0], version);
                }
            }
        }
        while (page.Count == PageSize);
    }

    private static string Write(
        SortedDictionary<string, List<NuGetVersion>> found, int skip, int take, string root)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream))
        {
            json.WriteStartObject();
            json.WriteNumber("totalHits", found.Count);
            json.WriteStartArray("data");
            foreach (var (id, versions) in found.Skip(skip).Take(take))
                WritePackage(json, id, versions, root);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    private static void WritePackage(Utf8JsonWriter json, string id, List<NuGetVersion> versions, string root)
    {
        versions.Sort();
        json.WriteStartObject();
        json.WriteString("@id", $"{root}registration/{id}/index.json");
        json.WriteString("registration", $"{root}registration/{id}/index.json");
        json.WriteString("id", id);
        json.WriteString("version", versions[^1].ToNormalizedString());
        json.WriteStartArray("versions");
        foreach (var version in versions)
        {
            json.WriteStartObject();
            json.WriteString("version", version.ToNormalizedString());
            json.WriteNumber("downloads", 0);
            json.WriteString(
                "@id", $"{root}registration/{id}/{version.ToNormalizedString().ToLowerInvariant()}.json");
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static Dictionary<string, string> Read(string query)
    {
        Dictionary<string, string> fields = new(StringComparer.OrdinalIgnoreCase);
        foreach (var part in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0)
            {
                fields[part[..equals]] =
                    Uri.UnescapeDataString(part[(equals + 1)..].Replace("+", " ", StringComparison.Ordinal));
            }
        }

        return fields;
    }

    private static int Number(Dictionary<string, string> query, string name, int otherwise, int max) =>
        int.TryParse(query.GetValueOrDefault(name, ""), out var value) && value >= 0 ? Math.Min(value, max) : otherwise;
}
