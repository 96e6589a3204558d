namespace Samtala.PluginPackages.Tests;

public sealed class PluginsFileTests
{
    [Fact]
    public void The_default_is_copied_at_first_start_and_left_alone_afterwards()
    {
        using var folder = new ScratchFolder();
        File.WriteAllText(folder.At("default.json"), """
            { "plugins": [ { "id": "hello", "enabled": true, "grants": ["state"], "settings": { "a": [1, 2] } } ] }
            """);
        var file = PluginsFile.Open(folder.At("data/plugins.json"), folder.At("default.json"));
        Assert.True(file.Get("hello").Enabled);
        file.Set(file.Get("hello") with { Enabled = false, Version = "1.2.3" });
        file.Set(new PluginEntry("chat") { Grants = ["blobs"] });

        var again = PluginsFile.Open(folder.At("data/plugins.json"), folder.At("default.json"));
        Assert.Equal(["chat", "hello"], again.Entries.Keys);
        Assert.False(again.Get("hello").Enabled);
        Assert.Equal(["state"], again.Get("hello").Grants);
        Assert.Equal("1.2.3", again.Get("hello").Version);
        Assert.Contains("\"a\"", again.Get("hello").Settings, StringComparison.Ordinal);
        again.Remove("chat");
        Assert.Equal(["hello"], PluginsFile.Open(folder.At("data/plugins.json"), null).Entries.Keys);
    }

    [Theory]
    [InlineData("{}", "\"plugins\"")]
    [InlineData("{\"plugins\":{}}", "\"plugins\"")]
    [InlineData("{\"plugins\":[{}]}", "\"id\"")]
    [InlineData("{\"plugins\":[{\"id\":\"hello\",\"enable\":true}]}", "\"enable\"")]
    [InlineData("{\"plugins\":[{\"id\":\"hello\",\"enabled\":\"yes\"}]}", "\"enabled\"")]
    [InlineData("{\"plugins\":[{\"id\":\"hello\",\"grants\":\"state\"}]}", "\"grants\"")]
    [InlineData("{\"plugins\":[{\"id\":\"hello\",\"settings\":[]}]}", "\"settings\"")]
    [InlineData("{\"plugins\":[{\"id\":\"hello\"},{\"id\":\"hello\"}]}", "\"hello\"")]
    [InlineData("{\"plugins\":[{\"id\":\"../x\"}]}", "../x")]
    [InlineData("{\"plugins\":[],\"more\":1}", "\"more\"")]
    public void A_wrong_file_is_refused_with_the_field_and_the_place(string json, string named)
    {
        using var folder = new ScratchFolder();
        File.WriteAllText(folder.At("plugins.json"), json);
        var e = Assert.Throws<PluginException>(() => PluginsFile.Open(folder.At("plugins.json"), null));
        Assert.Contains(named, e.Message, StringComparison.Ordinal);
        Assert.Contains("plugins.json", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_highest_installed_version_runs_unless_the_owner_chose_another()
    {
        using var folder = new ScratchFolder();
        foreach (var version in new[] { "1.2.0", "1.10.0", "2.0.0-beta", ".new-3.0.0", "junk" })
        {
            Directory.CreateDirectory(folder.At($"plugins/hello/{version}"));
            File.WriteAllText(folder.At($"plugins/hello/{version}/plugin.json"), Archive.Manifest);
        }

        var folders = new PluginFolders(folder.At("bundled"), folder.At("plugins"));
        Assert.Equal(["hello"], folders.Ids());
        Assert.EndsWith("2.0.0-beta", folders.Find("hello", "")!.Folder, StringComparison.Ordinal);
        Assert.EndsWith("1.2.0", folders.Find("hello", "1.2.0")!.Folder, StringComparison.Ordinal);
        Assert.EndsWith("2.0.0-beta", folders.Find("hello", "9.9.9")!.Folder, StringComparison.Ordinal);

        Directory.CreateDirectory(folder.At("bundled/hello"));
        File.WriteAllText(folder.At("bundled/hello/plugin.json"), Archive.Manifest);
        Assert.True(folders.Find("hello", "1.2.0")!.IsBundled);
        var e = Assert.Throws<PluginException>(() => folders.CheckInstallable(folders.Find("hello", "")!.Manifest!));
        Assert.Equal("SAM0208", e.Code);
    }

    [Fact]
    public void A_broken_plugin_is_there_with_the_reason()
    {
        using var folder = new ScratchFolder();
        Directory.CreateDirectory(folder.At("hello"));
        File.WriteAllText(folder.At("hello/plugin.json"), "{");
        var source = new PluginFolders(folder.Path, folder.At("none")).Find("hello", "")!;
        Assert.Null(source.Manifest);
        Assert.Contains("plugin.json", source.Problem, StringComparison.Ordinal);
    }
}
