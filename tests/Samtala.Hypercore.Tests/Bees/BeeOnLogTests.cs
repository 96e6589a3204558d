using Samtala.Hypercore.Bees;
using Samtala.Hypercore.Logs;
using Samtala.Storage;

namespace Samtala.Hypercore.Tests.Bees;

public sealed class BeeOnLogTests
{
    [Fact]
    public async Task A_bee_in_a_log_is_there_after_a_restart()
    {
        await using Structures world = new();
        Log log = await world.NewLogAsync();
        Bee bee = new(log);
        await bee.PutAsync("a", "1");
        await using (BeeBatch batch = bee.BeginBatch())
        {
            for (int i = 0; i < 500; i++)
                await batch.PutAsync(BitConverter.GetBytes(i), BitConverter.GetBytes(i));
            await batch.FlushAsync();
        }

        Samtala.Crypto.Hash32 key = log.Key;
        await log.DisposeAsync();
        await world.RestartAsync(StoreHistory.Continuous);
        await using Log again = await world.Logs.OpenAsync(key);
        Bee read = new(again);
        Assert.Equal("1", (await read.GetAsync("a"))!.ValueText);
        Assert.Equal(501, await read.RangeAsync().CountAsync());
        Assert.Equal("hyperbee", (await read.GetHeaderAsync())!.Protocol);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await read.PutAsync("b", "2"));
    }

    [Fact]
    public async Task What_waits_for_a_flush_is_read_by_its_writer_at_once()
    {
        await using Structures world = new();
        await using Log log = await world.NewLogAsync();
        Bee bee = new(log);
        BeeWrite later = new() { Durability = Durability.Later };
        await bee.PutAsync("a"u8.ToArray(), "1"u8.ToArray(), later);
        await bee.PutAsync("b"u8.ToArray(), "2"u8.ToArray(), later);
        Assert.Equal("1", (await bee.GetAsync("a"))!.ValueText);
        Assert.Equal(2, await bee.RangeAsync().CountAsync());
        await bee.FlushAsync();
        Assert.Equal(3UL, log.Length);
    }

    [Fact]
    public async Task A_watch_hears_of_durable_changes_and_of_a_truncation()
    {
        await using Structures world = new();
        await using Log log = await world.NewLogAsync();
        Bee bee = new(log);
        await bee.PutAsync("a", "1");
        await using IAsyncEnumerator<BeeEntry?> states = bee.WatchKeyAsync("b"u8.ToArray()).GetAsyncEnumerator();
        Assert.True(await states.MoveNextAsync());
        Assert.Null(states.Current);
        Task<bool> next = states.MoveNextAsync().AsTask();
        await bee.PutAsync("b", "2");
        Assert.True(await next);
        Assert.Equal("2", states.Current!.ValueText);
        next = states.MoveNextAsync().AsTask();
        await log.TruncateAsync(2);
        Assert.True(await next);
        Assert.Null(states.Current);
    }

    [Fact]
    public async Task A_cleared_block_that_the_tree_needs_is_named()
    {
        await using Structures world = new();
        await using Log log = await world.NewLogAsync();
        await new Bee(log).PutAsync("a", "1");
        await new Bee(log).PutAsync("b", "2");
        await log.ClearAsync(1, 1);
        BlockMissingException missing =
            await Assert.ThrowsAsync<BlockMissingException>(async () => await new Bee(log).GetAsync("a"));
        Assert.Equal(1UL, missing.Index);
    }
}
