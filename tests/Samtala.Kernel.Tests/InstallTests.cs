using System.IO.Compression;
using System.Text;
using Grpc.Core;
using Samtala.PluginPackages;

namespace Samtala.Kernel.Tests;

/// <summary>From a package to a running plugin and back, without a restart.</summary>
public sealed class InstallTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_plugin_runs_as_soon_as_it_is_installed_and_again_after_a_restart()
    {
        await using var world = new World();
        await world.OpenAsync();
        var plan = await world.Plugins.PlanAsync(World.Built("hello"), Token);
        Assert.Equal(["state", "answers"], plan.Needs);
        Assert.Empty(world.Plugins.List());

        var status = await world.InstallAsync("hello", "state", "answers");
        Assert.Equal(PluginState.Running, status.State);
        Assert.NotNull(status.UiFile);
        Assert.Contains("Ada", Encoding.UTF8.GetString(await world.GreetAsync("Ada")), StringComparison.Ordinal);
        Assert.Equal("Ada: 1\n", await world.GetAsync("/hello/"));
        Assert.NotNull(world.Kernel.Answers.FindCached("/hello/count"));

        await world.ReopenAsync();
        Assert.Equal(PluginState.Running, world.Plugins.Find("hello")!.State);
        await world.GreetAsync("Ada");
        Assert.Equal("Ada: 2\n", await world.GetAsync("/hello/"));
    }

    [Fact]
    public async Task A_nupkg_is_installed_as_its_folder_is()
    {
        await using var world = new World();
        await world.OpenAsync();
        await ZipFile.CreateFromDirectoryAsync(World.Built("hello"), world.At("hello.nupkg"), Token);
        var status = await world.Plugins.InstallAsync(world.At("hello.nupkg"), ["state", "answers"], Token);
        Assert.Equal(PluginState.Running, status.State);
        Assert.Equal("", await world.GetAsync("/hello/"));
    }

    [Fact]
    public async Task Without_consent_it_waits_and_says_what_for()
    {
        await using var world = new World();
        await world.OpenAsync();
        var status = await world.InstallAsync("hello", "state");
        Assert.Equal(PluginState.AwaitingConsent, status.State);
        Assert.Contains("--grants \"answers\"", status.Reason, StringComparison.Ordinal);
        await Assert.ThrowsAsync<PluginException>(async () => await world.GetAsync("/hello/"));

        Assert.Equal(PluginState.Running, (await world.Plugins.EnableAsync("hello", ["answers"], Token)).State);
        Assert.Equal(["state", "answers"], world.Plugins.Find("hello")!.Grants);
        var e = await Assert.ThrowsAsync<PluginException>(() => world.Plugins.EnableAsync("hello", ["fetch:*"], Token));
        Assert.Equal("SAM0209", e.Code);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Removing_takes_the_data_along_unless_it_is_kept(bool keepData)
    {
        await using var world = new World();
        await world.OpenAsync();
        await world.InstallAsync("hello", "state", "answers");
        await world.GreetAsync("Ada");
        await world.Plugins.RemoveAsync("hello", keepData, Token);
        Assert.Empty(world.Plugins.List());
        Assert.False(Directory.Exists(world.At("data/plugins/hello")));
        Assert.Equal(keepData, await world.Kernel.Answers.FindAsync("/hello/count", Token) is not null);
        var e = await Assert.ThrowsAsync<RpcException>(() => world.GreetAsync("Ada"));
        Assert.Equal(StatusCode.Unimplemented, e.StatusCode);

        await world.InstallAsync("hello", "state", "answers");
        Assert.Equal(keepData ? "Ada: 1\n" : "", await world.GetAsync("/hello/"));
    }

    [Fact]
    public async Task A_plugin_that_came_with_the_node_can_be_disabled_but_not_removed_or_replaced()
    {
        await using var world = new World();
        world.Bundle("moody");
        world.Write("fine");
        await world.OpenAsync();
        await world.Plugins.StartAsync(Token);
        Assert.True(world.Plugins.Find("moody") is { IsBundled: true, State: PluginState.Running });
        Assert.Equal(
            "SAM0208", (await Assert.ThrowsAsync<PluginException>(() =>
                world.Plugins.RemoveAsync("moody", false, Token))).Code);
        Assert.Equal(
            "SAM0208", (await Assert.ThrowsAsync<PluginException>(() => world.InstallAsync("moody", "state"))).Code);
        Assert.Equal(PluginState.Disabled, (await world.Plugins.DisableAsync("moody", Token)).State);
        await world.ReopenAsync();
        Assert.Equal(PluginState.Disabled, world.Plugins.Find("moody")!.State);
    }

    [Fact]
    public async Task A_plugin_for_another_sdk_is_refused_before_anything_is_written()
    {
        await using var world = new World();
        await world.OpenAsync();
        Directory.CreateDirectory(world.At("new"));
        foreach (var file in Directory.EnumerateFiles(World.Built("moody")))
            File.Copy(file, world.At($"new/{Path.GetFileName(file)}"));
        var json = await File.ReadAllTextAsync(world.At("new/plugin.json"), Token);
        await File.WriteAllTextAsync(
            world.At("new/plugin.json"), json.Replace(">=1.0 <2.0", ">=7.0 <8.0", StringComparison.Ordinal), Token);
        var e = await Assert.ThrowsAsync<PluginException>(() =>
            world.Plugins.InstallAsync(world.At("new"), ["state"], Token));
        Assert.Equal("SAM0202", e.Code);
        Assert.Contains("Update the node", e.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(world.At("data/plugins/moody")));
    }

    [Fact]
    public async Task An_unknown_plugin_is_not_found()
    {
        await using var world = new World();
        await world.OpenAsync();
        var e = await Assert.ThrowsAsync<PluginException>(() => world.Plugins.ReloadAsync("nobody", Token));
        Assert.Equal(PluginFailure.NotFound, e.Failure);
        Assert.Null(world.Plugins.Find("nobody"));
        Assert.Null(world.Plugins.FindEndpoint("nobody"));
    }
}
