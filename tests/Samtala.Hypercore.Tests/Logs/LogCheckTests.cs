using Samtala.Hypercore.Logs;
using Samtala.Hypercore.Tree;
using Samtala.Storage;

namespace Samtala.Hypercore.Tests.Logs;

public sealed class LogCheckTests
{
    private static CancellationToken Now => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(64)]
    [InlineData(300)]
    public async Task Every_block_of_a_sound_log_is_valid_also_after_it_has_grown(int length)
    {
        await using LogWorld world = new();
        await using Log log = await world.Logs.CreateAsync(new LogCreation { SecretKey = world.Key(1) }, Now);
        await AppendAsync(log, length);
        LogHead head = log.Head;
        await AppendAsync(log, 5);

        Assert.True(await LogCheck.IsHeadValidAsync(log, Now));
        for (ulong index = 0; index < head.Length; index++)
        {
            Assert.True(await LogCheck.IsBlockValidAsync(log, head, index, Now), $"{index} of {length}, before");
            Assert.True(await LogCheck.IsBlockValidAsync(log, log.Head, index, Now), $"{index} of {length}, after");
        }
    }

    [Fact]
    public async Task A_block_that_is_not_what_the_head_says_is_not_valid_and_one_that_is_gone_is_unknown()
    {
        await using LogWorld world = new();
        await using Log log = await world.Logs.CreateAsync(new LogCreation { SecretKey = world.Key(1) }, Now);
        await using Log other = await world.Logs.CreateAsync(new LogCreation { SecretKey = world.Key(2) }, Now);
        await AppendAsync(log, 40);
        await AppendAsync(other, 39);
        await other.AppendAsync(LogWorld.Block("something else"), cancellationToken: Now);
        await log.ClearAsync(3, 1, Now);

        Assert.Null(await LogCheck.IsBlockValidAsync(log, log.Head, 3, Now));
        Assert.False(await LogCheck.IsBlockValidAsync(log, other.Head, 39, Now));
        Assert.True(await LogCheck.IsBlockValidAsync(log, other.Head, 0, Now));
    }

    [Fact]
    public async Task A_log_whose_record_is_damaged_is_deleted_and_keeps_no_other_closed()
    {
        await using LogWorld world = new();
        await using Log damaged = await world.Logs.CreateAsync(new LogCreation { SecretKey = world.Key(1) }, Now);
        await using Log sound = await world.Logs.CreateAsync(new LogCreation { SecretKey = world.Key(2) }, Now);
        await AppendAsync(damaged, 3);
        await AppendAsync(sound, 3);
        await world.RestartAsync();
        Keyspace heads = Keyspace.Exact("log-head");
        WriteBatch batch = new();
        // The first part of the first log's.
        batch.Put(heads, [0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0], new byte[] { 99 });
        await world.Store.CommitAsync(batch, Durability.Durable, Now);
        await Assert.ThrowsAsync<LogException>(
            async () => await world.Logs.OpenAsync(damaged.Key, cancellationToken: Now));

        Assert.True(await world.Logs.DeleteAsync(damaged.Key, Now));
        await world.RestartAsync();
        await using Log still = await world.Logs.OpenAsync(sound.Key, cancellationToken: Now);
        Assert.Equal("block 2", LogWorld.Text(await still.GetAsync(2, cancellationToken: Now)));
        await using Log anew = await world.Logs.OpenAsync(damaged.Key, cancellationToken: Now);
        Assert.Equal(0UL, anew.Length);
    }

    private static async Task AppendAsync(Log log, int count) => await log.AppendAsync(
        [.. Enumerable.Range(0, count).Select(i => LogWorld.Block($"block {i}"))], cancellationToken: Now);
}
