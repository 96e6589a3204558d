using Samtala.Testing;

namespace Samtala.Storage.Tests;

public sealed class SimStoreTests
{
    private static readonly Keyspace s_keys = Keyspace.Exact("k");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_crash_loses_only_a_suffix_of_what_was_not_acknowledged()
    {
        Random random = new(Seeds.Next());
        for (var round = 0; round < 200; round++)
        {
            SimDisk disk = new();
            SimStore store = new(disk, random, TimeProvider.System);
            var durable = -1;
            for (var i = 0; i < 20; i++)
            {
                var durability = random.Next(5) == 0 ? Durability.Durable : Durability.Later;
                await store.CommitAsync(
                    new WriteBatch().Put(s_keys, [(byte)i], [1]).Put(s_keys, [(byte)i, 1], [1]), durability, Token);
                if (durability == Durability.Durable)
                    durable = i;
            }

            disk.Crash(random);
            await Assert.ThrowsAsync<StoreException>(async () => await store.GetAsync(s_keys, new byte[] { 0 }, Token));
            SimStore again = new(disk, random, TimeProvider.System);
            var missing = false;
            for (var i = 0; i < 20; i++)
            {
                var first = await again.GetAsync(s_keys, new byte[] { (byte)i }, Token);
                Assert.Equal(first, await again.GetAsync(s_keys, new byte[] { (byte)i, 1 }, Token));
                Assert.False(first is null && i <= durable);
                Assert.False(first is not null && missing);
                missing |= first is null;
            }
        }
    }

    [Fact]
    public async Task A_refused_flush_leaves_nothing_visible_or_durable()
    {
        SimDisk disk = new();
        await using SimStore store = new(
            disk, new Random(1), TimeProvider.System, new SimStoreOptions { FlushFailureRatio = 1 });
        var batch = new WriteBatch().Put(s_keys, [1], [1]);
        await Assert.ThrowsAsync<StoreException>(async () => await store.CommitAsync(batch, Durability.Durable, Token));
        Assert.Null(await store.GetAsync(s_keys, new byte[] { 1 }, Token));
        Assert.Equal(0, disk.UnflushedCount);
    }

    [Fact]
    public async Task A_copied_disk_is_an_old_state_of_its_own()
    {
        SimDisk disk = new();
        await using SimStore store = new(disk, new Random(1), TimeProvider.System);
        await store.CommitAsync(new WriteBatch().Put(s_keys, [1], [1]), Durability.Durable, Token);
        await using SimStore old = new(disk.Copy(), new Random(1), TimeProvider.System);
        await store.CommitAsync(new WriteBatch().Put(s_keys, [2], [1]), Durability.Durable, Token);
        Assert.NotNull(await old.GetAsync(s_keys, new byte[] { 1 }, Token));
        Assert.Null(await old.GetAsync(s_keys, new byte[] { 2 }, Token));
    }

    [Fact]
    public async Task Damaged_bytes_are_named_and_never_returned()
    {
        SimDisk disk = new();
        await using SimStore store = new(disk, new Random(1), TimeProvider.System);
        var writer = await store.CreateExtentAsync(Token);
        await writer.WriteAsync(new byte[] { 7 }, Token);
        await writer.CompleteAsync(Token);
        await store.CommitAsync(new WriteBatch().AddExtent(writer.Id), Durability.Durable, Token);
        disk.Damage(writer.Id);
        var target = new byte[1];
        var error = await Assert.ThrowsAsync<StoreCorruptException>(
            async () => await store.ReadExtentAsync(writer.Id, 0, target, Token));
        Assert.Contains($"{writer.Id.Value}", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, target[0]);
    }
}
