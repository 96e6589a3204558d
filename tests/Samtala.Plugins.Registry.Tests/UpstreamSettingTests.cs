using Samtala.Abstractions;
using Samtala.Plugins.Registry.Mirroring;
using Samtala.Plugins.Registry.Tests.World;

namespace Samtala.Plugins.Registry.Tests;

public sealed class UpstreamSettingTests
{
    [Fact]
    public async Task The_first_upstream_is_the_clients_own_and_is_read_once()
    {
        await using MirrorWorld world = new();
        world.Upstream.AddNpm("ms", "1.0.0");
        await world.GetAsync("/registry/npm/ms");
        world.Node.CommandOutputs["npm config get registry"] = "http://elsewhere.test/";
        await world.RestartAsync();

        await world.GetAsync("/registry/npm/other");

        Assert.Equal(1, world.Node.CommandCount);
        Assert.Equal(1, world.Upstream.Asked["/npm/other"]);
    }

    [Fact]
    public async Task A_glance_does_not_wait_for_the_clients_to_tell_what_they_use()
    {
        await using MirrorWorld world = new();
        world.Node.CommandHold = new TaskCompletionSource();
        var setting = world.Mirrors.Find("npm")!.Upstream.Setting;

        await world.Mirrors.GlanceAtUpstreamsAsync(TestContext.Current.CancellationToken);
        await world.Mirrors.GlanceAtUpstreamsAsync(TestContext.Current.CancellationToken);
        Assert.Null(setting.Known);
        Assert.Equal(2, world.Node.CommandCount);

        world.Node.CommandHold.SetResult();
        await setting.FindAsync(TestContext.Current.CancellationToken);
        Assert.Equal("http://up.test/npm/", setting.Known!.Url);
    }

    [Fact]
    public async Task A_search_for_the_upstreams_ends_with_the_plugin()
    {
        MirrorWorld world = new();
        world.Node.CommandHold = new TaskCompletionSource();
        await world.Mirrors.GlanceAtUpstreamsAsync(TestContext.Current.CancellationToken);
        await world.DisposeAsync();
        Assert.Null(world.Mirrors.Find("npm")!.Upstream.Setting.Known);
    }

    [Theory]
    [InlineData("http://127.0.0.1:7650/registry/npm/")]
    [InlineData("http://localhost:7650/registry/npm/")]
    [InlineData("undefined")]
    [InlineData("")]
    public async Task A_client_that_already_uses_this_mirror_or_nothing_gives_no_upstream(string printed)
    {
        await using MirrorWorld world = new();
        world.Node.CommandOutputs["npm config get registry"] = printed;

        var got = await world.GetAsync("/registry/npm/ms");

        Assert.Equal(502, got.Status);
        Assert.Contains("samtala registry upstream set npm", got.Text, StringComparison.Ordinal);
        Assert.Equal(0, world.Upstream.Count);
    }

    [Theory]
    [InlineData("http://127.0.0.1:7650/")]
    [InlineData("http://[::1]:7650/x")]
    [InlineData("ftp://up.test/")]
    [InlineData("http://user:secret@up.test/")]
    [InlineData("http://up.test/?a=b")]
    [InlineData("up.test")]
    [InlineData("")]
    public async Task An_unusable_upstream_is_refused(string url)
    {
        await using MirrorWorld world = new();
        var setting = world.Mirrors.Find("npm")!.Upstream.Setting;

        var error = await Assert.ThrowsAsync<MirrorException>(
            async () => await setting.SetAsync(url, TestContext.Current.CancellationToken));

        Assert.Equal("SAM0611", error.Code);
    }

    [Fact]
    public async Task Without_an_upstream_what_is_held_is_still_served()
    {
        await using MirrorWorld world = new();
        world.Upstream.AddNpm("ms", "1.0.0");
        await world.GetAsync("/registry/npm/ms");
        await world.GetAsync("/registry/npm/ms/-/ms-1.0.0.tgz");
        await world.Mirrors.Find("npm")!.Upstream.Setting.SetAsync("none", TestContext.Current.CancellationToken);
        await world.RestartAsync();

        Assert.Equal(200, (await world.AskAsync(MirrorWorld.Request("/registry/npm/ms"))).Status);
        Assert.Equal(200, (await world.AskAsync(MirrorWorld.Request("/registry/npm/ms/-/ms-1.0.0.tgz"))).Status);
        var missing = await world.GetAsync("/registry/npm/other");
        Assert.Contains("SAM0601", missing.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_first_enabled_web_source_of_dotnet_is_taken()
    {
        const string Printed = "D https://off.test/index.json\nE /home/me/packages\nEM https://on.test/v3/index.json\n";
        Assert.Equal("https://on.test/v3/index.json", Ecosystem.Nuget.ReadUpstream(Printed)!.AbsoluteUri);
    }

    [Theory]
    [InlineData("{\"freshSeconds\":-1}")]
    [InlineData("{\"missingSeconds\":61}")]
    [InlineData("[")]
    [InlineData("{\"freshSeconds\":\"soon\"}")]
    public void Settings_out_of_range_are_refused(string json) =>
        Assert.Contains(
            "SAM0610",
            Assert.Throws<InvalidOperationException>(() => RegistryOptions.Read(json)).Message,
            StringComparison.Ordinal);

    [Fact]
    public void Digests_are_read_as_npm_writes_them()
    {
        var value = new byte[64];
        value[0] = 7;
        Digest digest = new(DigestAlgorithm.Sha512, value);
        var text = Registry.Npm.Integrity.Write(digest);
        Assert.Equal(digest, Registry.Npm.Integrity.Strongest($"sha1-xx {text}?opt sha256-short", ""));
        Assert.Equal(DigestAlgorithm.Sha1, Registry.Npm.Integrity.Strongest("", new string('a', 40))!.Algorithm);
        Assert.Null(Registry.Npm.Integrity.Strongest("md5-abc", "xyz"));
    }
}
