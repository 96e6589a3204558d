using System.Text.Json.Nodes;
using Samtala.Plugins.Registry.Nuget;
using Samtala.Plugins.Registry.Tests.World;

namespace Samtala.Plugins.Registry.Tests.Nuget;

public sealed class NugetMirrorTests(ITestOutputHelper output)
{
    private const string Root = "/registry/nuget/v3/";
    private const string Package = $"{Root}flat/a.b/1.0.0/a.b.1.0.0.nupkg";

    [Fact]
    public async Task A_restore_is_served_once_from_the_upstream_and_then_by_the_door()
    {
        await using MirrorWorld world = new();
        world.Upstream.AddNuget("A.B", "1.0.0", "1.1.0-rc.1");
        string[] paths =
            ["index.json", "flat/a.b/index.json", "flat/a.b/1.0.0/a.b.1.0.0.nupkg", "registration/a.b/index.json"];
        foreach (var path in paths)
        {
            var first = await world.GetAsync(Root + path);
            var second = await world.GetAsync(Root + path);
            Assert.Equal(200, first.Status);
            Assert.True(second.IsFromDoor);
            Assert.Equal(first.Body, second.Body);
            Assert.NotEqual("", second.Etag);
        }

        Assert.Equal(4, world.Upstream.Count);
    }

    [Fact]
    public async Task Links_lead_to_this_mirror_and_foreign_ones_stay()
    {
        await using MirrorWorld world = new();
        world.Upstream.AddNuget("A.B", "1.0.0");

        var here = await world.GetAsync($"{Root}registration/a.b/index.json");
        var there = await world.AskAsync(
            MirrorWorld.Request($"{Root}registration/a.b/index.json") with { BaseUri = "http://localhost:9" });

        Assert.Contains(
            "http://127.0.0.1:7650/registry/nuget/v3/flat/a.b/1.0.0/a.b.1.0.0.nupkg",
            here.Text,
            StringComparison.Ordinal);
        Assert.Contains("http://up.test/catalog/1.json", here.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("up.test/reg", here.Text, StringComparison.Ordinal);
        Assert.Equal(here.Text.Replace("127.0.0.1:7650", "localhost:9", StringComparison.Ordinal), there.Text);
        Assert.Equal(2, world.Upstream.Count);
    }

    [Fact]
    public async Task Ids_and_versions_in_any_form_name_the_same_package()
    {
        await using MirrorWorld world = new();
        world.Upstream.AddNuget("A.B", "1.0.0");
        var plain = await world.GetAsync(Package);

        var other = await world.GetAsync($"{Root}flat/A.B/1.0.0.0/A.B.1.0.0.0.nupkg");
        var nuspec = await world.GetAsync($"{Root}flat/a.b/1.0.0/a.b.nuspec");

        Assert.Equal(plain.Body, other.Body);
        Assert.True(nuspec.Status == 200, nuspec.Text);
        Assert.Contains("<id>A.B</id>", nuspec.Text, StringComparison.Ordinal);
        Assert.Equal(1, world.Upstream.Asked["/flat/a.b/1.0.0/a.b.1.0.0.nupkg"]);
    }

    [Fact]
    public async Task A_package_cut_or_changed_anywhere_is_refused_never_kept_and_heals()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("SAMTALA_SEED"), out var given)
            ? given : Environment.TickCount;
        output.WriteLine($"SAMTALA_SEED={seed}");
        Random random = new(seed);
        var whole = Nupkg.Make("A.B", "1.0.0");
        for (var i = 0; i < 60; i++)
        {
            await using MirrorWorld world = new();
            world.Upstream.AddNuget("A.B", "1.0.0");
            byte[] spoilt = i % 2 == 0 ? whole[..random.Next(whole.Length)] : [.. whole];

            // The bytes of the largest entry; a flip in a time stamp would be harmless.
            if (i % 2 == 1)
                spoilt[random.Next(whole.Length / 4, whole.Length * 3 / 4)] ^= (byte)(1 << random.Next(8));
            world.Upstream.Files["/flat/a.b/1.0.0/a.b.1.0.0.nupkg"] = spoilt;
            var bad = await world.GetAsync(Package);
            Assert.Equal(502, bad.Status);
            Assert.Contains("SAM0605", bad.Text, StringComparison.Ordinal);
            Assert.Empty(world.Node.Kept);

            world.Upstream.Files["/flat/a.b/1.0.0/a.b.1.0.0.nupkg"] = whole;
            Assert.Equal(whole, (await world.GetAsync(Package)).Body);
        }
    }

    [Fact]
    public async Task Another_package_under_the_name_is_refused()
    {
        byte[][] others =
        [
            Nupkg.Make("A.C", "1.0.0"), Nupkg.Make("A.B", "2.0.0"), Nupkg.Make("A.B", "1.0.0", 2),
            Nupkg.Make("A.B", "1.0.0", 0),
        ];
        foreach (var other in others)
        {
            await using MirrorWorld world = new();
            world.Upstream.AddNuget("A.B", "1.0.0");
            world.Upstream.Files["/flat/a.b/1.0.0/a.b.1.0.0.nupkg"] = other;
            Assert.Equal(502, (await world.GetAsync(Package)).Status);
            Assert.Empty(world.Node.Kept);
        }
    }

    [Fact]
    public async Task A_version_whose_bytes_change_at_the_upstream_is_refused()
    {
        await using MirrorWorld world = new();
        world.Upstream.AddNuget("A.B", "1.0.0");
        var first = await world.GetAsync(Package);
        var answer = world.Node.Published.Single(a => a.Path == Package);
        await world.Node.WithdrawAsync(Package, default);
        await world.Node.ReleaseAsync(((Samtala.Abstractions.Content.OfBlob)answer.Content).Id, default);
        var changed = Nupkg.Make("a.b", "1.0.0");
        Assert.NotEqual(first.Body, changed);
        world.Upstream.Files["/flat/a.b/1.0.0/a.b.1.0.0.nupkg"] = changed;

        var second = await world.GetAsync(Package);

        Assert.Equal(502, second.Status);
        Assert.Contains("SAM0605", second.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Search_finds_what_is_held()
    {
        await using MirrorWorld world = new();
        world.Upstream.AddNuget("A.B", "1.0.0", "2.0.0-rc.1");
        await world.GetAsync(Package);
        await world.GetAsync($"{Root}flat/a.b/2.0.0-rc.1/a.b.2.0.0-rc.1.nupkg");

        var stable = JsonNode.Parse((await world.GetAsync($"{Root}query?q=A.&skip=0&take=20&prerelease=false")).Body)!;
        var all = JsonNode.Parse((await world.GetAsync($"{Root}query?q=&prerelease=true")).Body)!;
        var none = JsonNode.Parse((await world.GetAsync($"{Root}query?q=zzz")).Body)!;

        Assert.Equal("1.0.0", stable["data"]![0]!["version"]!.GetValue<string>());
        Assert.Equal("2.0.0-rc.1", all["data"]![0]!["version"]!.GetValue<string>());
        Assert.Equal(0, none["totalHits"]!.GetValue<int>());
    }

    [Fact]
    public async Task What_is_held_restores_with_a_dead_upstream_and_after_a_restart()
    {
        await using MirrorWorld world = new();
        world.Upstream.AddNuget("A.B", "1.0.0");
        await world.GetAsync($"{Root}flat/a.b/index.json");
        await world.GetAsync(Package);
        world.Upstream.State = FakeUpstream.Mood.Dead;
        await world.RestartAsync();

        Assert.Equal(200, (await world.AskAsync(MirrorWorld.Request($"{Root}index.json"))).Status);
        Assert.Equal(200, (await world.AskAsync(MirrorWorld.Request($"{Root}flat/a.b/index.json"))).Status);
        Assert.Equal(200, (await world.AskAsync(MirrorWorld.Request(Package))).Status);
        Assert.Equal(502, (await world.AskAsync(MirrorWorld.Request($"{Root}flat/other/index.json"))).Status);
    }

    [Theory]
    [InlineData("flat/../x/index.json")]
    [InlineData("flat/a.b/1.0.0/c.1.0.0.nupkg")]
    [InlineData("flat/a.b/x/a.b.x.nupkg")]
    [InlineData("registration/a.b/../../x.json")]
    [InlineData("registration/a.b/x?.json")]
    [InlineData("")]
    public void Odd_paths_name_nothing(string path) =>
        Assert.Equal(NugetRoute.What.Unknown, NugetRoute.Read(path).Kind);

    [Fact]
    public void The_checksum_is_the_one_of_zip()
    {
        Crc32 crc = default;
        crc.Add("1234"u8);
        crc.Add("56789"u8);
        Assert.Equal(0xCBF43926u, crc.Value);
        crc.Add("a longer text than one step takes"u8);
        Assert.NotEqual(0xCBF43926u, crc.Value);
    }
}
