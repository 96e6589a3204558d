using Samtala.Hypercore.Logs;
using Samtala.Storage;

namespace Samtala.Hypercore.Tests.Logs;

public sealed class LogTests
{
    private static CancellationToken Now => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_appended_is_read_back_also_after_a_restart()
    {
        await using LogWorld world = new();
        Log log = await world.Logs.CreateAsync(new LogCreation { SecretKey = world.Key(1) }, Now);
        for (int i = 0; i < 300; i++)
            Assert.Equal((ulong)i, await log.AppendAsync(LogWorld.Block($"block {i}"), cancellationToken: Now));
        Assert.Equal(300UL, log.Length);
        Assert.Equal(300UL, log.ContiguousLength);
        await world.RestartAsync();
        await using Log again = await world.Logs.OpenAsync(log.Key, cancellationToken: Now);
        Assert.False(again.IsWritable);
        Assert.Equal(300UL, again.Length);
        Assert.Equal(log.Head.TreeHash(), again.Head.TreeHash());
        for (ulong i = 0; i < 300; i++)
            Assert.Equal($"block {i}", LogWorld.Text(await again.GetAsync(i, cancellationToken: Now)));
        Assert.Null(await again.GetAsync(300, cancellationToken: Now));
    }

    [Fact]
    public async Task A_truncated_log_forgets_its_end_and_goes_on()
    {
        await using LogWorld world = new();
        await using Log log = await world.Logs.CreateAsync(new LogCreation { SecretKey = world.Key(1) }, Now);
        await log.AppendAsync(
            [.. Enumerable.Range(0, 200).Select(i => LogWorld.Block($"old {i}"))],
            cancellationToken: Now);
        await log.TruncateAsync(70, cancellationToken: Now);
        Assert.Equal((70UL, 1UL), (log.Length, log.Fork));
        Assert.Null(await log.GetAsync(70, cancellationToken: Now));
        await log.AppendAsync(LogWorld.Block("new 70"), cancellationToken: Now);
        Assert.Equal("old 69", LogWorld.Text(await log.GetAsync(69, cancellationToken: Now)));
        Assert.Equal("new 70", LogWorld.Text(await log.GetAsync(70, cancellationToken: Now)));
    }

    [Fact]
    public async Task Later_is_readable_at_once_and_seen_by_nobody_else_until_the_flush()
    {
        await using LogWorld world = new();
        await using Log log = await world.Logs.CreateAsync(new LogCreation { SecretKey = world.Key(1) }, Now);
        await log.AppendAsync(LogWorld.Block("a"), Durability.Later, Now);
        Assert.Equal((0UL, 1UL), (log.Length, log.AppliedLength));
        Assert.False(log.Has(0));
        Assert.Equal("a", LogWorld.Text(await log.GetAsync(0, cancellationToken: Now)));
        await log.FlushAsync(Now);
        Assert.Equal((1UL, true), (log.Length, log.Has(0)));
    }

    [Fact]
    public async Task Cleared_blocks_are_gone_and_their_space_is_given_back()
    {
        await using LogWorld world = new();
        await using Log log = await world.Logs.CreateAsync(new LogCreation { SecretKey = world.Key(1) }, Now);
        await log.AppendAsync(
            [.. Enumerable.Range(0, 300).Select(i => LogWorld.Block($"block {i}"))],
            cancellationToken: Now);
        await log.ClearAsync(10, 200, Now);
        Assert.Equal((300UL, 10UL), (log.Length, log.ContiguousLength));
        Assert.Equal((210UL, 90UL), log.NextPresent(10));
        Assert.Null(await log.GetAsync(10, cancellationToken: Now));
        Assert.Equal("block 210", LogWorld.Text(await log.GetAsync(210, cancellationToken: Now)));
        await world.RestartAsync();
        await using Log again = await world.Logs.OpenAsync(log.Key, cancellationToken: Now);
        Assert.Equal((210UL, 90UL), again.NextPresent(10));
        Assert.Equal("block 299", LogWorld.Text(await again.GetAsync(299, cancellationToken: Now)));
        Assert.Null(await again.GetAsync(100, cancellationToken: Now));
    }
}
