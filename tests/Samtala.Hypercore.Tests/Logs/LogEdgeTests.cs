using Samtala.Crypto;
using Samtala.Encodings;
using Samtala.Hypercore.Logs;
using Samtala.Hypercore.Proofs;
using Samtala.Hypercore.Tree;
using Samtala.Storage;

namespace Samtala.Hypercore.Tests.Logs;

/// <summary>Downloads, clearings and closings that meet.</summary>
public sealed class LogEdgeTests
{
    private static CancellationToken Now => TestContext.Current.CancellationToken;

    private static LogStoreOptions Together => new() { DownloadDelay = TimeSpan.FromSeconds(10) };

    [Fact]
    public async Task A_block_that_an_own_log_gets_back_leaves_the_head_signed()
    {
        await using LogWorld world = new();
        await using LogWorld other = new();
        await using Log log = await OwnAsync(world);
        await using Log twin = await OwnAsync(other);
        foreach (Log each in new[] { log, twin })
            await each.AppendAsync([LogWorld.Block("a"), LogWorld.Block("b")], cancellationToken: Now);
        await log.ClearAsync(0, 1, Now);
        foreach (Log each in new[] { log, twin })
            await each.AppendAsync(LogWorld.Block("c"), cancellationToken: Now);
        await FetchAsync(twin, log, 0);
        await log.FlushAsync(Now);
        Assert.Equal("a", LogWorld.Text(await log.GetAsync(0, cancellationToken: Now)));
        Assert.True(new LogAuthority(log.Key, log.Manifest).Verify(log.Head));
        await log.DisposeAsync();
        await world.RestartAsync();
        await using Log again = await OwnAsync(world);
        Assert.True(new LogAuthority(again.Key, again.Manifest).Verify(again.Head));
    }

    [Fact]
    public async Task Gaps_that_were_filled_are_still_filled_after_a_restart()
    {
        const ulong Count = 4400;
        const ulong Filled = 2001;
        await using LogWorld writing = new();
        await using Log writer = await OwnAsync(writing);
        await AppendAsync(writer, Count);
        await using LogWorld reading = new(options: Together);
        Log reader = await FollowAsync(reading, writer);
        for (ulong i = 0; i < Count; i += 2)
            await FetchAsync(writer, reader, i);
        await reader.FlushAsync(Now);
        for (ulong i = 1; i < Filled; i += 2)
            await FetchAsync(writer, reader, i);
        await reader.FlushAsync(Now);
        Assert.Equal(Filled, reader.ContiguousLength);
        await reader.DisposeAsync();
        await reading.RestartAsync();
        await using Log again = await reading.Logs.OpenAsync(writer.Key, cancellationToken: Now);
        Assert.Equal(Filled, again.ContiguousLength);
        Assert.True(again.Has(Filled + 1));
        Assert.False(again.Has(Filled));
    }

    [Fact]
    public async Task A_block_is_read_while_its_extent_is_being_rewritten()
    {
        await using LogWorld world = new();
        StoppingStore store = new(world.Store);
        await using LogStore logs = new(store, TimeProvider.System);
        using SecretKey key = world.Key(1);
        await using Log log = await logs.CreateAsync(new LogCreation { SecretKey = key }, Now);
        await AppendAsync(log, 40);
        TaskCompletionSource rewritten = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);
        store.Committed = batch =>
        {
            if (!batch.Operations.Any(o => o.Kind == WriteKind.AddExtent))
                return Task.CompletedTask;
            rewritten.TrySetResult();
            return goOn.Task;
        };
        Task clearing = log.ClearAsync(0, 30, Now).AsTask();
        await rewritten.Task.WaitAsync(Now);
        try
        {
            Assert.Equal("block 35", LogWorld.Text(await log.GetAsync(35, cancellationToken: Now)));
        }
        finally
        {
            goOn.TrySetResult();
            await clearing;
        }

        Assert.Equal("block 35", LogWorld.Text(await log.GetAsync(35, cancellationToken: Now)));
    }

    [Fact]
    public async Task Changes_are_told_in_the_order_they_happened()
    {
        await using LogWorld world = new();
        StoppingStore store = new(world.Store) { Committed = async _ => await Task.Yield() };
        await using LogStore logs = new(store, TimeProvider.System);
        using SecretKey key = world.Key(1);
        await using Log log = await logs.CreateAsync(new LogCreation { SecretKey = key }, Now);
        List<LogChangeKind> told = [];
        using ManualResetEventSlim isCut = new();
        log.Replicated.Changed += change =>
        {
            // Gives a truncation that does not wait for this listener the time to overtake it.
            if (change.Kind == LogChangeKind.Appended)
                isCut.Wait(TimeSpan.FromMilliseconds(300), CancellationToken.None);
            lock (told)
                told.Add(change.Kind);
            if (change.Kind == LogChangeKind.Truncated)
                isCut.Set();
        };
        await log.AppendAsync([LogWorld.Block("a"), LogWorld.Block("b")], cancellationToken: Now);
        await log.TruncateAsync(1, cancellationToken: Now);
        Assert.Equal([LogChangeKind.Appended, LogChangeKind.Truncated], told);
    }

    [Fact]
    public async Task An_append_for_later_waits_for_no_group_that_is_on_its_way()
    {
        await using LogWorld world = new();
        StoppingStore store = new(world.Store);
        await using LogStore logs = new(store, TimeProvider.System);
        using SecretKey key = world.Key(1);
        await using Log log = await logs.CreateAsync(new LogCreation { SecretKey = key }, Now);
        int commits = 0;
        TaskCompletionSource second = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);
        store.Committed = _ =>
        {
            if (Interlocked.Increment(ref commits) != 2)
                return Task.CompletedTask;
            second.TrySetResult();
            return goOn.Task;
        };
        await log.AppendAsync(Blocks(13_000), Durability.Later, Now);
        await second.Task.WaitAsync(Now);
        Task<ulong> next = log.AppendAsync(LogWorld.Block("a"), Durability.Later, Now).AsTask();
        bool isApplied = next.IsCompleted;
        goOn.TrySetResult();
        await next;
        Assert.True(isApplied);
        await log.FlushAsync(Now);
        Assert.Equal(13_001UL, log.Length);
    }

    [Fact]
    public async Task A_closed_log_takes_nothing_more()
    {
        await using LogWorld writing = new();
        await using Log writer = await OwnAsync(writing);
        await AppendAsync(writer, 3);
        await using LogWorld reading = new(options: Together);
        Log reader = await FollowAsync(reading, writer);
        await reader.DisposeAsync();
        await using Log again = await reading.Logs.OpenAsync(writer.Key, cancellationToken: Now);
        Proof? proof = await writer.ProveAsync(await RequestAsync(again, 1), Now);
        Assert.NotEqual(ProofError.None, await reader.Replicated.AcceptAsync(proof!, Now));
        Assert.Equal(ProofError.None, await again.Replicated.AcceptAsync(proof!, Now));
        await again.FlushAsync(Now);
        Assert.Equal("block 1", LogWorld.Text(await again.GetAsync(1, cancellationToken: Now)));
    }

    [Fact]
    public async Task Blocks_of_many_distant_ranges_by_turns_need_few_extents()
    {
        const ulong RangeCount = 20;
        const ulong Distance = 10_000;
        const ulong Each = 200;
        await using LogWorld writing = new();
        await using Log writer = await OwnAsync(writing);
        await AppendAsync(writer, RangeCount * Distance);
        await using LogWorld reading = new();
        StoppingStore store = new(reading.Store);
        await using LogStore logs = new(store, TimeProvider.System, Together);
        await using Log reader = await FollowAsync(logs, writer);
        for (ulong i = 0; i < Each; i++)
        {
            for (ulong range = 0; range < RangeCount; range++)
                await FetchAsync(writer, reader, (range * Distance) + i);
        }

        await reader.FlushAsync(Now);
        Assert.InRange(store.LiveExtents.Count, 1, 2 * (int)RangeCount);
        for (ulong range = 0; range < RangeCount; range++)
        {
            ulong last = (range * Distance) + Each - 1;
            Assert.Equal($"block {last}", LogWorld.Text(await reader.GetAsync(last, cancellationToken: Now)));
        }
    }

    [Fact]
    public async Task A_snapshot_knows_of_a_truncation_that_the_disk_left_half_way()
    {
        await using LogWorld world = new();
        StoppingStore store = new(world.Store);
        await using LogStore logs = new(store, TimeProvider.System);
        using SecretKey key = world.Key(1);
        await using Log log = await logs.CreateAsync(new LogCreation { SecretKey = key }, Now);
        await log.AppendAsync([LogWorld.Block("a"), LogWorld.Block("b")], cancellationToken: Now);
        await using Log snapshot = await log.SnapshotAsync();
        store.Committed = _ =>
        {
            store.Refuses = true;
            return Task.CompletedTask;
        };
        await Assert.ThrowsAsync<StoreException>(async () => await log.TruncateAsync(1, cancellationToken: Now));
        (store.Committed, store.Refuses) = (null, false);
        Assert.Equal((1UL, 1UL), (log.Length, log.Fork));
        await log.AppendAsync(LogWorld.Block("B"), cancellationToken: Now);
        Assert.Equal("B", LogWorld.Text(await log.GetAsync(1, cancellationToken: Now)));
        Assert.Null(await snapshot.GetAsync(1, cancellationToken: Now));
    }

    [Fact]
    public async Task Closing_writes_what_came_after_a_loss()
    {
        await using LogWorld other = new();
        await using Log twin = await OwnAsync(other);
        await AppendAsync(twin, 2);
        await using LogWorld world = new();
        StoppingStore store = new(world.Store);
        LogStoreOptions options = Together with { WaitingSizeMax = 128 << 10 };
        await using LogStore logs = new(store, TimeProvider.System, options);
        using SecretKey key = world.Key(1);
        Log log = await logs.CreateAsync(new LogCreation { SecretKey = key }, Now);
        await AppendAsync(log, 2);
        await log.ClearAsync(0, 1, Now);
        store.Refuses = true;
        await log.AppendAsync(new byte[80 << 10], Durability.Later, Now);
        while (log.AppliedLength > 2)
            await Task.Yield();
        store.Refuses = false;
        await FetchAsync(twin, log, 0);
        await Assert.ThrowsAsync<StoreException>(async () => await log.DisposeAsync());
        await using Log again = await logs.CreateAsync(new LogCreation { SecretKey = key }, Now);
        Assert.Equal("block 0", LogWorld.Text(await again.GetAsync(0, cancellationToken: Now)));
    }

    [Fact]
    public async Task An_extent_that_the_disk_refused_is_given_up()
    {
        await using LogWorld world = new();
        StoppingStore store = new(world.Store);
        await using LogStore logs = new(store, TimeProvider.System);
        using SecretKey key = world.Key(1);
        await using Log log = await logs.CreateAsync(new LogCreation { SecretKey = key }, Now);
        store.Refuses = true;
        await Assert.ThrowsAsync<StoreException>(async () => await log.AppendAsync(new byte[100_000]));
        store.Refuses = false;
        Assert.Equal(0, store.OpenExtents);
    }

    [Fact]
    public async Task The_loss_of_one_log_does_not_keep_the_store_from_writing_the_others()
    {
        await using LogWorld world = new();
        StoppingStore store = new(world.Store);
        LogStoreOptions options = new() { WaitingSizeMax = 128 << 10 };
        LogStore logs = new(store, TimeProvider.System, options);
        using SecretKey key = world.Key(1);
        using SecretKey otherKey = world.Key(2);
        Log log = await logs.CreateAsync(new LogCreation { SecretKey = key }, Now);
        Log other = await logs.CreateAsync(new LogCreation { SecretKey = otherKey }, Now);
        store.Refuses = true;
        await log.AppendAsync(new byte[80 << 10], Durability.Later, Now);
        while (log.AppliedLength > 0)
            await Task.Yield();
        store.Refuses = false;
        await other.AppendAsync(LogWorld.Block("a"), Durability.Later, Now);
        await Assert.ThrowsAsync<StoreException>(async () => await logs.DisposeAsync());
        await world.RestartAsync();
        await using Log again = await world.Logs.OpenAsync(other.Key, cancellationToken: Now);
        Assert.Equal(1UL, again.Length);
    }

    [Fact]
    public async Task A_head_of_absurd_length_is_refused_even_when_it_is_signed()
    {
        const int Depth = 48;
        await using LogWorld writing = new();
        await using Log writer = await OwnAsync(writing);
        using SecretKey key = writing.Key(1);
        MerkleNode root = new(FlatTree.Index(Depth, 0), 1UL << Depth, new Hash32(new byte[32]));
        LogAuthority authority = new(writer.Key, writer.Manifest);
        LogHead head = LogHead.Of(0, [root]);
        Proof proof = new()
        {
            Manifest = writer.Manifest,
            Upgrade = new UpgradeProof
            {
                Start = 0,
                Length = head.Length,
                Nodes = [root],
                Signature = authority.Sign(key, head),
            },
        };
        await using LogWorld reading = new();
        await using Log reader = await reading.Logs.OpenAsync(writer.Key, cancellationToken: Now);
        Assert.Equal(ProofError.None, ProofVerifier.VerifyAlone(authority, proof).Error);
        Assert.Equal(ProofError.InvalidOperation, await reader.Replicated.AcceptAsync(proof, Now));
        Assert.Equal(0UL, reader.Replicated.AcceptedHead.Length);
    }

    private static async Task<Log> OwnAsync(LogWorld world) =>
        await world.Logs.CreateAsync(new LogCreation { SecretKey = world.Key(1) }, Now);

    private static async Task AppendAsync(Log log, ulong count) =>
        await log.AppendAsync(Blocks((int)count), cancellationToken: Now);

    private static ReadOnlyMemory<byte>[] Blocks(int count) =>
        [.. Enumerable.Range(0, count).Select(n => LogWorld.Block($"block {n}"))];

    private static Task<Log> FollowAsync(LogWorld world, Log writer) => FollowAsync(world.Logs, writer);

    private static async Task<Log> FollowAsync(LogStore logs, Log writer)
    {
        Log reader = await logs.OpenAsync(writer.Key, cancellationToken: Now);
        ProofRequest request = new() { Upgrade = new UpgradeRequest(0, writer.Length), Manifest = true };
        Proof? proof = await writer.ProveAsync(request, Now);
        Assert.Equal(ProofError.None, await reader.Replicated.AcceptAsync(proof!, Now));
        return reader;
    }

    private static async Task FetchAsync(Log from, Log to, ulong index)
    {
        Proof? proof = await from.ProveAsync(await RequestAsync(to, index), Now);
        Assert.Equal(ProofError.None, await to.Replicated.AcceptAsync(proof!, Now));
    }

    private static async Task<ProofRequest> RequestAsync(Log to, ulong index) => new()
    {
        Block = new NodeRequest(
            index, await MissingNodes.CountAsync(to.Replicated.AcceptedHead, to.Replicated, index * 2, Now)),
    };
}
