using Samtala.Crypto;
using Samtala.Hypercore.Corestores;
using Samtala.Hypercore.Logs;

namespace Samtala.Hypercore.Tests.Corestores;

public sealed class CorestoreTests
{
    private static readonly Hash32 s_space = Blake2b.HashData("a space"u8);

    [Fact]
    public async Task A_name_gives_the_same_log_again_and_another_namespace_another()
    {
        await using Structures world = new();
        using SymmetricKey primary = SymmetricKey.FromBytes(world.Slab, new byte[32]);
        Hash32 key;
        using (Corestore store = new(world.Logs, primary, world.Slab))
        {
            await using Log log = await store.GetAsync("notes");
            await log.AppendAsync("first"u8.ToArray());
            key = log.Key;
            Assert.Equal(key, store.KeyOf("notes"));
            await using Log other = await store.Namespace("app").GetAsync("notes");
            Assert.NotEqual(key, other.Key);
            Assert.Equal(2, (await store.ListAsync()).Count);
        }

        await world.RestartAsync(StoreHistory.Continuous);
        using Corestore again = new(world.Logs, primary, world.Slab);
        await using Log same = await again.GetAsync("notes");
        Assert.Equal(key, same.Key);
        Assert.Equal(1UL, same.Length);
        Assert.True(same.IsWritable);
        Assert.Equal(key, await again.FindAsync(same.DiscoveryKey));
        await using Log byKey = await again.GetAsync(key);
        Assert.Equal("first"u8.ToArray(), await byKey.GetAsync(0));
    }

    [Fact]
    public async Task A_writer_goes_on_in_the_next_incarnation_when_its_head_may_be_old()
    {
        await using Structures world = new();
        using SecretKey writer = SecretKey.FromSeed(world.Slab, new byte[32]);
        SpaceLog name = new(writer.PublicKey, s_space, "wiki/page", 0);
        Assert.Equal(0U, await WriteAsync());
        await world.RestartAsync(StoreHistory.Continuous);
        Assert.Equal(0U, await WriteAsync());
        await world.RestartAsync(new StoreHistory(false, "restored"));
        Assert.Equal(1U, await WriteAsync());
        Assert.Equal(1U, await WriteAsync());
        await world.RestartAsync(new StoreHistory(false, "restored again"));
        Assert.Equal(2U, await WriteAsync());
        await using Log first = await world.Logs.OpenAsync(name.ToManifest(null).ComputeKey());
        Assert.Equal(2UL, first.Length);

        async Task<uint> WriteAsync()
        {
            (Log log, uint incarnation) = await SpaceLogs.OpenForWritingAsync(world.Logs, name, writer, null);
            await using (log)
                await log.AppendAsync("entry"u8.ToArray());
            return incarnation;
        }
    }
}
