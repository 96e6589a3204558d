using System.Text.Json;

namespace Samtala.Architecture.Tests;

/// <summary>One plugin, one id: folder, manifest, proto package, custom element, types, README.</summary>
public sealed class PluginTests
{
    public static TheoryData<string> Folders =>
        [.. Directory.EnumerateDirectories(Repository.At("plugins"), "Samtala.Plugins.*").Select(Repository.Relative)];

    [Theory]
    [MemberData(nameof(Folders))]
    public void A_plugin_has_one_id_everywhere(string folder)
    {
        using var manifest = JsonDocument.Parse(File.ReadAllText(Repository.At($"{folder}/plugin.json")));
        var root = manifest.RootElement;
        var id = root.GetProperty("id").GetString()!;

        Assert.Equal(folder.Split('.')[^1].ToLowerInvariant(), id);
        Assert.Equal($"{Path.GetFileName(folder)}.dll", root.GetProperty("assembly").GetString());
        Assert.All(
            root.GetProperty("services").EnumerateArray(),
            service => Assert.StartsWith($"samtala.{id}.v1.", service.GetString()!, StringComparison.Ordinal));
        Assert.True(Directory.Exists(Repository.At($"proto/samtala/{id}/v1")), $"proto/samtala/{id}/v1 is missing.");
        Assert.True(File.Exists(Repository.At($"{folder}/README.md")), $"{folder}/README.md is missing.");
        if (root.TryGetProperty("documents", out var documents))
        {
            Assert.All(
                documents.EnumerateArray(),
                type => Assert.StartsWith($"{id}/", type.GetString()!, StringComparison.Ordinal));
        }

        if (root.TryGetProperty("ui", out var ui))
        {
            Assert.Equal($"ui/{id}.js", ui.GetString());
            Assert.Contains(
                Repository.Files($"{folder}/ui", ".ts"),
                f => File.ReadAllText(f).Contains($"samtala-{id}", StringComparison.Ordinal));
        }
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void A_plugins_paths_lie_below_its_own_prefix(string folder)
    {
        var id = folder.Split('.')[^1].ToLowerInvariant();
        var paths = Repository.Files($"proto/samtala/{id}", ".proto")
            .SelectMany(File.ReadLines)
            .Select(line => line.Split('"'))
            .Where(parts => parts.Length > 1 && parts[1].StartsWith("/v1/", StringComparison.Ordinal))
            .Select(parts => parts[1]);
        Assert.All(paths, path => Assert.StartsWith($"/v1/{id}/", path.Replace("{name=", "", StringComparison.Ordinal)
            .Replace("{parent=", "", StringComparison.Ordinal), StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void The_owner_is_asked_for_no_more_than_the_default_grants(string folder)
    {
        using var manifest = JsonDocument.Parse(File.ReadAllText(Repository.At($"{folder}/plugin.json")));
        using var owner = JsonDocument.Parse(File.ReadAllText(Repository.At("plugins.json")));
        var id = manifest.RootElement.GetProperty("id").GetString()!;
        var entry = owner.RootElement.GetProperty("plugins").EnumerateArray()
            .Single(p => p.GetProperty("id").GetString() == id);
        Assert.Equal(
            manifest.RootElement.GetProperty("needs").EnumerateArray().Select(n => n.GetString()).Order(),
            entry.GetProperty("grants").EnumerateArray().Select(n => n.GetString()).Order());
    }
}
