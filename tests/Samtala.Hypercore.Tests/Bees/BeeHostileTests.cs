using Samtala.Hypercore.Bees;
using Samtala.Vectors;

namespace Samtala.Hypercore.Tests.Bees;

/// <summary>A bee somebody else wrote, to harm.</summary>
public sealed class BeeHostileTests
{
    private const string CountVariable = "SAMTALA_FUZZ";

    private static int FuzzCount =>
        int.TryParse(Environment.GetEnvironmentVariable(CountVariable), out int given) ? given : 50_000;

    [Fact]
    public void No_bytes_make_the_decoder_throw_anything_else_or_take_much_memory()
    {
        Random random = TestSeed.NewRandom();
        byte[][] good = [.. GoodLog(random, 300).Blocks];
        for (int i = 0; i < FuzzCount; i++)
        {
            byte[] bytes = Mutate(good[random.Next(good.Length)], random);
            long before = GC.GetAllocatedBytesForCurrentThread();
            int refusals = 0;
            BeeBlock? block = BeeBlock.TryRead((ulong)random.Next(1, 400), bytes, out _);
            try
            {
                block?.IsDeletion();
                for (int level = 0; block is not null && level < BeeLimits.NodesPerBlockMax; level++)
                    block.Level(level);
            }
            catch (BeeCorruptException)
            {
                refusals++;
            }

            BeeHeader.TryRead(bytes, out _);
            BeeExtensionMessage.TryRead(bytes, out _);
            long used = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(used <= (64 * 1024) + (16L * bytes.Length), $"{used} bytes for {bytes.Length}; {refusals}");
        }
    }

    [Fact]
    public async Task A_damaged_tree_is_refused_by_name_and_nothing_else_escapes()
    {
        Random random = TestSeed.NewRandom();
        for (int i = 0; i < FuzzCount / 500; i++)
        {
            ListLog log = GoodLog(random, 120);
            for (int j = random.Next(1, 4); j > 0; j--)
            {
                int at = random.Next(1, log.Blocks.Count);
                log.Blocks[at] = random.Next(3) == 0 ? log.Blocks[random.Next(at, log.Blocks.Count)]
                    : Mutate(log.Blocks[at], random);
            }

            Bee bee = new(log, null);
            Bee sub = bee.Sub("k");
            for (int k = 0; k < 20; k++)
                await Bounded(async () => await bee.GetAsync($"k{random.Next(60)}"));
            await Bounded(async () => await bee.RangeAsync().CountAsync());
            await Bounded(async () => await bee.RangeAsync(new BeeRange { Reverse = true }).CountAsync());
            await Bounded(async () => await sub.RangeAsync().CountAsync());
            await Bounded(async () => await bee.HistoryAsync().CountAsync());
            await Bounded(async () => await bee.DiffAsync((ulong)random.Next(1, (int)bee.Version)).CountAsync());
            await Bounded(async () => await sub.DiffAsync((ulong)random.Next(1, (int)bee.Version)).CountAsync());
            await Bounded(async () => await bee.DeleteAsync($"k{random.Next(60)}"));
            await Bounded(async () => await bee.PutAsync($"k{random.Next(60)}", "v"));
        }
    }

    [Fact]
    public async Task A_node_that_is_its_own_child_is_refused()
    {
        // One level {keys [1], children [(2, 0), (2, 0)]} in block 2, key "m"; block 1 has key "k".
        ListLog log = new()
        {
            Blocks =
            [
                new BeeHeader().Encode(),
                Convert.FromHexString("0a050a030a010112016b"),
                Convert.FromHexString("0a0b0a090a010112040200020012016d"),
            ],
        };
        Bee bee = new(log, null);
        await Assert.ThrowsAsync<BeeCorruptException>(async () => await bee.GetAsync("z"));
        await Assert.ThrowsAsync<BeeCorruptException>(async () => await bee.RangeAsync().CountAsync());
        await Assert.ThrowsAsync<BeeCorruptException>(async () => await bee.DiffAsync(1).CountAsync());
        await Assert.ThrowsAsync<BeeCorruptException>(async () => await bee.PutAsync("z", "1"));
        await Assert.ThrowsAsync<BeeCorruptException>(async () => await bee.DeleteAsync("z"));
    }

    [Fact]
    public async Task A_tree_that_shares_its_nodes_to_look_endless_ends_at_the_second_equal_key()
    {
        // Block n points to block n - 1 with both its children: 2^30 walks for 30 blocks.
        ListLog log = new() { Blocks = [new BeeHeader().Encode(), Convert.FromHexString("0a050a030a0101120161")] };
        for (byte n = 2; n < 31; n++)
        {
            byte below = (byte)(n - 1);
            log.Blocks.Add([10, 11, 10, 9, 10, 1, n, 18, 4, below, 0, below, 0, 18, 1, (byte)('a' + n)]);
        }

        Bee bee = new(log, null);
        BeeCorruptException refusal =
            await Assert.ThrowsAsync<BeeCorruptException>(async () => await bee.RangeAsync().CountAsync());
        Assert.Contains("order", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_such_trees_are_not_compared_for_ever()
    {
        // Both have 2^30 leaves in 31 blocks and the same keys everywhere, so no key is ever looked at.
        ListLog log = new() { Blocks = [new BeeHeader().Encode(), [10, 5, 10, 3, 10, 1, 1, 18, 1, 97]] };
        log.Blocks.Add(log.Blocks[1]);
        for (byte n = 3; n < 63; n++)
        {
            byte below = (byte)(n - 2);
            log.Blocks.Add([10, 11, 10, 9, 10, 1, 1, 18, 4, below, 0, below, 0, 18, 1, 97]);
        }

        Bee bee = new(log, null);
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(30));
        await Assert.ThrowsAsync<BeeCorruptException>(
            async () => await bee.DiffAsync(62, null, patience.Token).CountAsync());
    }

    [Fact]
    public async Task A_pointer_to_a_later_block_is_refused()
    {
        ListLog log = new()
        {
            Blocks = [new BeeHeader().Encode(), Convert.FromHexString("0a050a030a010512016b")],
        };
        BeeCorruptException refusal = await Assert.ThrowsAsync<BeeCorruptException>(
            async () => await new Bee(log, null).GetAsync("a"));
        Assert.Equal(1UL, refusal.Seq);
    }

    [Fact]
    public async Task A_log_that_is_no_bee_is_refused()
    {
        ListLog log = new() { Blocks = [[1, 2, 3], [4, 5, 6]] };
        Bee bee = new(log, null);
        await Assert.ThrowsAsync<BeeCorruptException>(async () => await bee.GetHeaderAsync());
        await Assert.ThrowsAsync<BeeCorruptException>(async () => await bee.GetAsync("a"));
    }

    private static async Task Bounded(Func<Task> read)
    {
        try
        {
            await read();
        }
        catch (BeeCorruptException)
        {
            // The one that is allowed.
        }
    }

    private static ListLog GoodLog(Random random, int operations)
    {
        ListLog log = new();
        Bee bee = new(log, null);
        for (int i = 0; i < operations; i++)
        {
            string key = $"k{random.Next(60)}";
            ValueTask<bool> step = random.Next(3) == 0 ? bee.DeleteAsync(key) : bee.PutAsync(key, $"v{i}");
            Assert.True(step.IsCompletedSuccessfully);
        }

        return log;
    }

    private static byte[] Mutate(byte[] good, Random random)
    {
        List<byte> bytes = [.. good];
        for (int i = random.Next(1, 6); i > 0 && bytes.Count > 0; i--)
        {
            int at = random.Next(bytes.Count);
            switch (random.Next(5))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 2:
                    bytes.RemoveRange(at, Math.Min(random.Next(4), bytes.Count - at));
                    break;
                case 3:
                    bytes.InsertRange(at, Enumerable.Repeat((byte)random.Next(256), random.Next(8)));
                    break;
                default:
                    bytes.InsertRange(at, bytes[at..Math.Min(bytes.Count, at + random.Next(64))]);
                    break;
            }
        }

        return [.. bytes];
    }
}
