using Samtala.Abstractions;
using Samtala.PluginPackages;

namespace Samtala.Kernel.Tests;

/// <summary>Unloaded code is really gone.</summary>
public sealed class ReloadTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task After_forty_reloads_under_use_no_old_code_is_left()
    {
        await using var world = new World();
        await world.OpenAsync();
        await world.InstallAsync("hello", "state", "answers");
        // What an idle connection would remember: the cell, not the plugin.
        var remembered = world.Plugins.FindEndpoint("hello")!;
        var old = new List<WeakReference>();
        for (var i = 0; i < 40; i++)
        {
            await world.GreetAsync("Ada");
            Assert.Equal($"Ada: {i + 1}\n", await world.GetAsync("/hello/"));
            Assert.Equal(PluginState.Running, (await world.Plugins.ReloadAsync("hello", Token)).State);
            old.Add(world.Plugins.LastUnloaded("hello")!);
        }

        Assert.Equal(40, old.Distinct().Count());
        Assert.Equal(0, old.Count(o => o.IsAlive));
        Assert.Same(remembered, world.Plugins.FindEndpoint("hello"));
        Assert.True(remembered.IsOpen);
    }

    [Fact]
    public async Task A_request_that_waits_for_ever_is_cancelled_and_the_code_still_goes()
    {
        await using var world = new World();
        await world.OpenAsync();
        await world.InstallAsync("moody", "state");
        var waiting = world.GetAsync("/moody/wait");
        await world.Plugins.DisableAsync("moody", Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        waiting = Task.FromResult("");
        await Unloading.CollectAsync(world.Plugins.LastUnloaded("moody")!);
        Assert.False(world.Plugins.LastUnloaded("moody")!.IsAlive);
        var e = await Assert.ThrowsAsync<PluginException>(() => world.GetAsync("/moody/"));
        Assert.Equal(PluginFailure.Unavailable, e.Failure);
    }

    [Fact]
    public async Task A_stream_nobody_reads_to_its_end_does_not_hold_the_code()
    {
        await using var world = new World();
        await world.OpenAsync();
        await world.InstallAsync("hello", "state", "answers");
        await world.GreetAsync("Ada");
        await ReadAFirstPieceAsync(world);
        await world.Plugins.DisableAsync("hello", Token);
        Assert.False(world.Plugins.LastUnloaded("hello")!.IsAlive);
    }

    [Fact]
    public async Task A_refresh_whose_body_nobody_reads_holds_nothing_up()
    {
        await using var world = new World();
        await world.OpenAsync();
        await world.InstallAsync("hello", "state", "answers");
        var refresh = World.Request("/hello/") with { IsRefresh = true };
        await world.Plugins.FindEndpoint("hello")!.HandleAsync(refresh, Token);
        await world.Plugins.DisableAsync("hello", Token);
        Assert.False(world.Plugins.LastUnloaded("hello")!.IsAlive);
        await foreach (var line in world.Plugins.ReadLogsAsync("hello", follow: false, Token))
            Assert.DoesNotContain("did not heed", line.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_may_be_replaced_while_the_plugin_runs()
    {
        await using var world = new World();
        await world.OpenAsync();
        await world.InstallAsync("moody", "state");
        var folder = world.Plugins.Find("moody")!.Folder;
        foreach (var file in Directory.EnumerateFiles(folder, "*.dll"))
            await File.WriteAllBytesAsync(file, await File.ReadAllBytesAsync(file, Token), Token);
        Assert.StartsWith("8.0.0", await world.GetAsync("/moody/"), StringComparison.Ordinal);
        Assert.Equal(PluginState.Running, (await world.Plugins.ReloadAsync("moody", Token)).State);
        await File.WriteAllBytesAsync(Path.Combine(folder, "Samtala.Plugins.Moody.dll"), [1, 2, 3], Token);
        Assert.NotEqual(PluginState.Running, (await world.Plugins.ReloadAsync("moody", Token)).State);
    }

    private static async Task ReadAFirstPieceAsync(World world)
    {
        var reply = await world.Plugins.FindEndpoint("hello")!.HandleAsync(World.Request("/hello/"), Token);
        await foreach (var _ in ((Content.Streamed)reply.Content!).Chunks)
            break;
    }
}
