using Samtala.Hypercore.Bees;

namespace Samtala.Hypercore.Tests.Bees;

public sealed class BeeTests
{
    [Fact]
    public async Task A_batch_of_many_puts_that_change_nothing_leaves_a_bee_that_can_be_read()
    {
        const int Count = 20_000;
        ListLog log = new();
        Bee bee = new(log, new BeeOptions { AlwaysDuplicate = false });
        await using (BeeBatch batch = bee.BeginBatch())
        {
            for (int i = 0; i < Count; i++)
                Assert.True(await batch.PutAsync(Key(i), Key(i)));
            await batch.FlushAsync();
        }

        await using (BeeBatch batch = bee.BeginBatch())
        {
            Assert.True(await batch.PutAsync("a"u8.ToArray(), null));
            for (int i = 0; i < Count; i++)
                Assert.False(await batch.PutAsync(Key(i), Key(i)));
            Assert.True(await batch.PutAsync("z"u8.ToArray(), null));
            await batch.FlushAsync();
        }

        Assert.Equal((ulong)Count + 3, bee.Version);
        Assert.Equal(Count + 2, await new Bee(log, null).RangeAsync().CountAsync());

        static byte[] Key(int i) => System.Text.Encoding.UTF8.GetBytes($"k{i:D6}");
    }

    [Fact]
    public async Task A_live_history_waits_for_its_end()
    {
        ListLog log = new();
        Bee bee = new(log, null);
        await bee.PutAsync("a", "1");
        await using IAsyncEnumerator<BeeHistoryEntry> history =
            bee.HistoryAsync(new BeeHistoryRange { Live = true, To = 3 }).GetAsyncEnumerator();
        Assert.True(await history.MoveNextAsync());
        Assert.Equal("a", history.Current.Entry.KeyText);
        Task<bool> next = history.MoveNextAsync().AsTask();
        await bee.PutAsync("b", "2");
        Assert.True(await next);
        Assert.Equal("b", history.Current.Entry.KeyText);
        Assert.False(await history.MoveNextAsync());
    }

    [Fact]
    public async Task A_swap_is_done_only_when_the_value_is_the_expected_one()
    {
        Bee bee = new(new ListLog(), null);
        BeeWrite ifAbsent = new() { If = there => there is null };
        Assert.True(await bee.PutAsync("lock"u8.ToArray(), "mine"u8.ToArray(), ifAbsent));
        Assert.False(await bee.PutAsync("lock"u8.ToArray(), "yours"u8.ToArray(), ifAbsent));
        Assert.False(await bee.DeleteAsync("lock"u8.ToArray(), new BeeWrite { If = x => x!.ValueText == "yours" }));
        Assert.Equal("mine", (await bee.GetAsync("lock"))!.ValueText);
        Assert.True(await bee.DeleteAsync("lock"u8.ToArray(), new BeeWrite { If = x => x!.ValueText == "mine" }));
        Assert.Null(await bee.GetAsync("lock"));
    }

    [Fact]
    public async Task A_batch_is_seen_by_itself_at_once_and_by_others_after_the_flush()
    {
        ListLog log = new();
        Bee bee = new(log, null);
        await using (BeeBatch batch = bee.BeginBatch())
        {
            await batch.PutAsync("a"u8.ToArray(), "1"u8.ToArray());
            Assert.Equal("1", (await batch.GetAsync("a"u8.ToArray()))!.ValueText);
            Assert.Null(await bee.GetAsync("a"));
            await batch.FlushAsync();
        }

        Assert.Equal("1", (await bee.GetAsync("a"))!.ValueText);
        await using (BeeBatch forgotten = bee.BeginBatch())
            await forgotten.PutAsync("b"u8.ToArray(), "2"u8.ToArray());
        Assert.Equal(2UL, log.Length);
    }

    [Fact]
    public async Task Writers_take_turns()
    {
        Bee bee = new(new ListLog(), null);
        BeeBatch first = bee.BeginBatch();
        await first.PutAsync("a"u8.ToArray(), "first"u8.ToArray());
        Task<bool> second = bee.PutAsync("a", "second").AsTask();
        using CancellationTokenSource cancelled = new();
        Task<bool> third = bee.PutAsync("a", "third", cancelled.Token).AsTask();
        Task<bool> fourth = bee.PutAsync("b", "fourth").AsTask();
        Assert.False(second.IsCompleted);
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await third);
        await first.FlushAsync();
        Assert.True(await second);
        Assert.True(await fourth);
        Assert.Equal("second", (await bee.GetAsync("a"))!.ValueText);
    }

    [Fact]
    public async Task A_fixed_version_does_not_move_and_cannot_be_written()
    {
        Bee bee = new(new ListLog(), null);
        await bee.PutAsync("a", "1");
        Bee then = bee.Snapshot();
        await bee.PutAsync("a", "2");
        Assert.Equal("1", (await then.GetAsync("a"))!.ValueText);
        Assert.Equal("2", (await bee.GetAsync("a"))!.ValueText);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await then.PutAsync("a", "3"));
    }

    [Fact]
    public async Task After_a_truncation_new_blocks_are_read_and_old_versions_are_refused()
    {
        ListLog log = new();
        Bee bee = new(log, null);
        await bee.PutAsync("a", "1");
        await bee.PutAsync("b", "2");
        Bee old = bee.Snapshot();
        log.Truncate(2);
        await bee.PutAsync("c", "3");
        Assert.Null(await bee.GetAsync("b"));
        Assert.Equal("3", (await bee.GetAsync("c"))!.ValueText);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await old.GetAsync("b"));
    }

    [Fact]
    public async Task A_log_of_somebody_else_cannot_be_written()
    {
        Bee bee = new(new ListLog { IsWritable = false }, null);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await bee.PutAsync("a", "1"));
    }

    [Fact]
    public async Task Sub_databases_keep_their_keys_apart()
    {
        Bee bee = new(new ListLog(), null);
        Bee inner = bee.Sub("one").Sub("two");
        await bee.PutAsync("one", "outside");
        await inner.PutAsync("key", "inside");
        await bee.Sub("other").PutAsync("key", "other");
        Assert.Equal(["key"], await inner.RangeAsync().Select(x => x.KeyText).ToListAsync());
        Assert.Equal("inside", (await bee.GetAsync("one\0two\0key"))!.ValueText);
        Assert.Equal("other", (await bee.Sub("other").PeekAsync(new BeeRange { Reverse = true }))!.ValueText);
        Assert.Equal(1, await inner.HistoryAsync().CountAsync());
        Assert.Equal(1, await inner.DiffAsync(1).CountAsync());
    }

    [Fact]
    public async Task A_prefix_of_highest_bytes_has_no_upper_bound()
    {
        Bee bee = new(new ListLog(), null);
        await bee.PutAsync(new byte[] { 0xff, 0xff, 1 }, "x"u8.ToArray());
        await bee.PutAsync(new byte[] { 0xff, 1 }, null);
        Assert.Equal(1, await bee.RangeAsync(BeeRange.Prefix([0xff, 0xff])).CountAsync());
        Assert.Equal(2, await bee.RangeAsync(BeeRange.Prefix([0xff])).CountAsync());
        Assert.Null((await bee.GetAsync(new byte[] { 0xff, 1 }))!.Value);
    }

    [Fact]
    public async Task Watching_a_range_tells_what_changed_in_it_and_nothing_else()
    {
        Bee bee = new(new ListLog(), null);
        await bee.PutAsync("a", "1");
        await using IAsyncEnumerator<BeeChange> changes =
            bee.WatchAsync(BeeRange.Prefix("b"u8)).GetAsyncEnumerator();
        Task<bool> next = changes.MoveNextAsync().AsTask();
        await bee.PutAsync("a", "2");
        await bee.PutAsync("b1", "3");
        Assert.True(await next);
        Assert.Null(await changes.Current.Previous.GetAsync("b1"));
        Assert.Equal("3", (await changes.Current.Current.GetAsync("b1"))!.ValueText);
    }

    [Fact]
    public async Task Watching_a_key_tells_how_it_is_and_when_it_changes()
    {
        Bee bee = new(new ListLog(), null);
        await using IAsyncEnumerator<BeeEntry?> states = bee.WatchKeyAsync("k"u8.ToArray()).GetAsyncEnumerator();
        Assert.True(await states.MoveNextAsync());
        Assert.Null(states.Current);
        Task<bool> next = states.MoveNextAsync().AsTask();
        await bee.PutAsync("other", "1");
        await bee.PutAsync("k", "2");
        Assert.True(await next);
        Assert.Equal("2", states.Current!.ValueText);
        next = states.MoveNextAsync().AsTask();
        await bee.DeleteAsync("k");
        Assert.True(await next);
        Assert.Null(states.Current);
    }

    [Fact]
    public async Task A_live_history_goes_on_with_new_blocks()
    {
        Bee bee = new(new ListLog(), null);
        await bee.PutAsync("a", "1");
        await using IAsyncEnumerator<BeeHistoryEntry> history =
            bee.HistoryAsync(new BeeHistoryRange { Live = true, Limit = 2 }).GetAsyncEnumerator();
        Assert.True(await history.MoveNextAsync());
        Task<bool> next = history.MoveNextAsync().AsTask();
        Assert.False(next.IsCompleted);
        await bee.DeleteAsync("a");
        Assert.True(await next);
        Assert.True(history.Current.IsDeletion);
        Assert.False(await history.MoveNextAsync());
    }

    [Fact]
    public async Task A_header_carries_the_metadata_that_was_given()
    {
        BeeHeader header = new() { ContentFeed = new byte[32], UserData = new byte[] { 7 } };
        Bee bee = new(new ListLog(), new BeeOptions { Header = header });
        Assert.Null(await bee.GetHeaderAsync());
        await bee.PutAsync("a", "1");
        BeeHeader read = (await bee.GetHeaderAsync())!;
        Assert.Equal(new byte[32], read.ContentFeed!.Value.ToArray());
        Assert.Equal([7], read.UserData!.Value.ToArray());
    }
}
