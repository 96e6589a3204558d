using Samtala.Testing;

namespace Samtala.Kernel.Tests;

/// <summary>Plugins that fail are started again, later and later, and never take the node along.</summary>
public sealed class SupervisionTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void The_wait_doubles_to_five_minutes_and_is_forgotten_after_ten_quiet_ones()
    {
        var backoff = new Backoff();
        var waits = Enumerable.Range(0, 11).Select(_ => backoff.Next(TimeSpan.FromSeconds(3)).TotalSeconds);
        Assert.Equal([1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300], waits);
        Assert.Equal(1, backoff.Next(Backoff.Quiet).TotalSeconds);
    }

    [Fact]
    public async Task A_plugin_that_fails_to_start_is_tried_again_later_and_later()
    {
        var clock = new SimClock();
        await using var world = new World(clock);
        world.Bundle("moody");
        world.Write("fails-at-start");
        await world.OpenAsync();
        await world.Plugins.StartAsync(Token);
        for (var crashes = 1; crashes <= 6; crashes++)
        {
            var status = world.Plugins.Find("moody")!;
            Assert.Equal((PluginState.Crashed, crashes), (status.State, status.CrashCount));
            Assert.Equal(clock.GetUtcNow() + TimeSpan.FromSeconds(1 << (crashes - 1)), status.RetryTime);
            Assert.Contains("I do not want to start.", status.Reason, StringComparison.Ordinal);
            clock.Advance(status.RetryTime!.Value - clock.GetUtcNow() - TimeSpan.FromMilliseconds(1));
            Assert.Equal(crashes, world.Plugins.Find("moody")!.CrashCount);
            clock.Advance(TimeSpan.FromMilliseconds(1));
            await UntilAsync(() =>
                world.Plugins.Find("moody") is { State: PluginState.Crashed } s && s.CrashCount > crashes);
        }

        Assert.Equal(PluginState.Disabled, (await world.Plugins.DisableAsync("moody", Token)).State);
        clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(PluginState.Disabled, world.Plugins.Find("moody")!.State);
        Assert.Equal(PluginState.Crashed, (await world.Plugins.EnableAsync("moody", [], Token)).State);
        Assert.Equal(1, world.Plugins.Find("moody")!.CrashCount);
    }

    [Fact]
    public async Task A_worker_that_fails_crashes_its_plugin_and_its_old_code_is_gone()
    {
        var clock = new SimClock();
        await using var world = new World(clock);
        world.Bundle("moody");
        world.Write("worker-fails");
        await world.OpenAsync();
        await world.Plugins.StartAsync(Token);
        Assert.Equal(PluginState.Running, world.Plugins.Find("moody")!.State);
        await clock.AdvanceUntilAsync(
            () => world.Plugins.Find("moody")!.CrashCount == 1, TimeSpan.FromMilliseconds(100), Token);
        var status = world.Plugins.Find("moody")!;
        Assert.Equal(PluginState.Crashed, status.State);
        Assert.Contains("I have had enough.", status.Reason, StringComparison.Ordinal);
        Assert.False(world.Plugins.FindEndpoint("moody")!.IsOpen);
        await clock.AdvanceUntilAsync(
            () => world.Plugins.Find("moody")!.State == PluginState.Running, TimeSpan.FromMilliseconds(100), Token);
        Assert.False(world.Plugins.LastUnloaded("moody")!.IsAlive);
        var log = world.Plugins.ReadLogsAsync("moody", follow: false, Token);
        Assert.Contains(
            await log.Select(l => l.Message).ToListAsync(Token),
            m => m.Contains("MoodyWorker", StringComparison.Ordinal)
                && m.Contains("I have had enough.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_start_that_never_ends_is_given_up()
    {
        var clock = new SimClock();
        await using var world = new World(clock) { StartTimeout = TimeSpan.FromSeconds(5) };
        world.Bundle("moody");
        world.Write("hangs-at-start");
        await world.OpenAsync();
        var starting = world.Plugins.StartAsync(Token);
        await clock.AdvanceUntilAsync(() => starting.IsCompleted, TimeSpan.FromSeconds(1), Token);
        await starting;
        var status = world.Plugins.Find("moody")!;
        Assert.Equal(PluginState.Crashed, status.State);
        Assert.Contains("did not start within 5 s", status.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_handler_that_throws_is_no_crash()
    {
        await using var world = new World();
        world.Bundle("moody");
        world.Write("fine");
        await world.OpenAsync();
        await world.Plugins.StartAsync(Token);
        await Assert.ThrowsAnyAsync<Exception>(() => world.GetAsync("/moody/throw"));
        Assert.Equal(PluginState.Running, world.Plugins.Find("moody")!.State);
        Assert.StartsWith("8.0.0", await world.GetAsync("/moody/"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_log_goes_on_for_whoever_follows_it()
    {
        await using var world = new World();
        world.Bundle("moody");
        world.Write("fine");
        await world.OpenAsync();
        await using var lines = world.Plugins.ReadLogsAsync("moody", follow: true, Token).GetAsyncEnumerator(Token);
        await world.Plugins.StartAsync(Token);
        while (await lines.MoveNextAsync())
        {
            if (lines.Current.Message.Contains("Its mood is", StringComparison.Ordinal))
                break;
        }

        Assert.Contains("fine", lines.Current.Message, StringComparison.Ordinal);
    }

    private static async Task UntilAsync(Func<bool> isSo)
    {
        while (!isSo())
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, Token);
    }
}
