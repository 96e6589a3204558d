using Samtala.Hypercore.Bees;

namespace Samtala.Hypercore.Tests.Bees;

/// <summary>Reading a bee whose blocks are at a peer.</summary>
public sealed class BeeRemoteTests
{
    private const int Entries = 5000;

    [Fact]
    public async Task A_lookup_asks_only_for_the_blocks_on_the_path()
    {
        ListLog there = await FilledAsync();
        ListLog here = new() { Blocks = there.Blocks, IsRemote = true, IsWritable = false };
        Bee bee = new(here, null);
        BeeEntry? entry = await DeliverUntilDone(here, bee.GetAsync("k02500").AsTask());
        Assert.Equal("v2500", entry!.ValueText);

        // Six levels of at most eight keys: a child and three or four keys for each.
        Assert.InRange(here.Asked.Count, 1, 6 * 5);
        int first = here.Asked.Count;
        await DeliverUntilDone(here, bee.GetAsync("k02501").AsTask());
        Assert.InRange(here.Asked.Count - first, 0, 4);
        Assert.Equal(here.Asked.Count, here.Asked.Distinct().Count());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_scan_asks_ahead_and_waits_for_few_round_trips(bool reverse)
    {
        ListLog there = await FilledAsync();
        ListLog here = new() { Blocks = there.Blocks, IsRemote = true, IsWritable = false };
        Bee bee = new(here, null);
        int roundTrips = 0;
        Task<int> scan = bee.RangeAsync(new BeeRange { Reverse = reverse }).CountAsync().AsTask();
        for (; !scan.IsCompleted; roundTrips++)
            Assert.True(here.Deliver() || scan.IsCompleted);
        Assert.Equal(Entries, await scan);
        Assert.InRange(roundTrips, 1, Entries / 50);
        Assert.InRange(here.WaitingMax, 32, BeeLimits.ReadAheadMax + 1);
        Assert.Equal(here.Asked.Count, here.Asked.Distinct().Count());
    }

    [Fact]
    public async Task A_short_scan_asks_for_no_more_than_it_reads()
    {
        ListLog there = await FilledAsync();
        ListLog here = new() { Blocks = there.Blocks, IsRemote = true, IsWritable = false };
        Bee bee = new(here, null);
        BeeEntry? first = await DeliverUntilDone(here, bee.PeekAsync().AsTask());
        Assert.Equal("k00000", first!.KeyText);
        Assert.InRange(here.Asked.Count, 1, 10);
    }

    [Fact]
    public async Task A_block_nobody_has_is_named()
    {
        ListLog log = await FilledAsync();
        ListLog shorter = new() { Blocks = log.Blocks[..2] };
        Bee bee = new(shorter, null);
        BlockMissingException missing = await Assert.ThrowsAsync<BlockMissingException>(
            async () => await bee.Checkout(100).GetAsync("k00000"));
        Assert.Equal(99UL, missing.Index);
    }

    private static async Task<T> DeliverUntilDone<T>(ListLog log, Task<T> task)
    {
        while (!task.IsCompleted)
            Assert.True(log.Deliver() || task.IsCompleted);
        return await task;
    }

    private static async Task<ListLog> FilledAsync()
    {
        ListLog log = new();
        Bee bee = new(log, null);
        for (int i = 0; i < Entries; i++)
            await bee.PutAsync($"k{i * 7919 % Entries:D5}", $"v{i * 7919 % Entries}");
        return log;
    }
}
