using Samtala.Hypercore.Bees;
using Samtala.Vectors;

namespace Samtala.Hypercore.Tests.Bees;

public sealed class BeeModelTests
{
    private static readonly Comparer<byte[]> s_order =
        Comparer<byte[]>.Create((a, b) => a.AsSpan().SequenceCompareTo(b));

    [Theory]
    [InlineData(40, 400)]
    [InlineData(400, 3000)]
    public async Task Every_version_of_random_puts_deletes_and_batches_equals_a_sorted_dictionary(int keys, int steps)
    {
        Random random = TestSeed.NewRandom();
        ListLog log = new();
        Bee bee = new(log, new BeeOptions { AlwaysDuplicate = false, CacheSize = 64 * 1024 });
        SortedDictionary<byte[], (ulong Seq, byte[] Value)> model = new(s_order);
        Dictionary<ulong, (ulong Seq, string Key, string Value)[]> versions = [];
        while (log.Length < (ulong)steps)
        {
            if (random.Next(5) > 0)
            {
                await StepAsync(bee, log, model, random, keys, versions);
                continue;
            }

            await using BeeBatch batch = bee.BeginBatch();
            for (int i = random.Next(60); i > 0; i--)
                await StepAsync(batch, log.Length == 0 ? 1 : log.Length, model, random, keys);
            await batch.FlushAsync();
            versions[bee.Version] = Show(model);
        }

        foreach ((ulong version, var expected) in versions)
            Assert.Equal(expected, await ReadAsync(bee.Checkout(version)));
        await CheckRangesAsync(bee, model, random, keys);
        await CheckDiffsAsync(bee, versions, random);
        await CheckGetsAsync(bee, model, keys);
    }

    [Fact]
    public async Task A_history_repeated_gives_the_same_tree()
    {
        Random random = TestSeed.NewRandom();
        ListLog log = new();
        Bee bee = new(log, null);
        SortedDictionary<byte[], (ulong Seq, byte[] Value)> model = new(s_order);
        while (log.Length < 600)
            await StepAsync(bee, log, model, random, 60, []);
        ListLog copy = new();
        Bee again = new(copy, null);
        await foreach (BeeHistoryEntry step in bee.HistoryAsync())
        {
            if (step.IsDeletion)
                Assert.True(await again.DeleteAsync(step.Entry.Key));
            else
                Assert.True(await again.PutAsync(step.Entry.Key, step.Entry.Value));
        }

        Assert.Equal(log.Blocks.Select(Convert.ToHexString), copy.Blocks.Select(Convert.ToHexString));
        List<ulong> backwards = [];
        await foreach (BeeHistoryEntry step in bee.HistoryAsync(new BeeHistoryRange { Reverse = true, Limit = 5 }))
            backwards.Add(step.Entry.Seq);
        Assert.Equal([bee.Version - 1, bee.Version - 2, bee.Version - 3, bee.Version - 4, bee.Version - 5], backwards);
    }

    private static async Task StepAsync(
        Bee bee,
        ListLog log,
        SortedDictionary<byte[], (ulong Seq, byte[] Value)> model,
        Random random,
        int keys,
        Dictionary<ulong, (ulong Seq, string Key, string Value)[]> versions)
    {
        byte[] key = RandomKey(random, keys);
        ulong before = bee.Version;
        if (random.Next(3) == 0)
        {
            Assert.Equal(model.Remove(key), await bee.DeleteAsync(key));
        }
        else
        {
            byte[] value = [(byte)random.Next(3)];
            bool written = await bee.PutAsync(key, value);
            bool same = model.TryGetValue(key, out var old) && old.Value.AsSpan().SequenceEqual(value);
            Assert.Equal(!same || bee.Version != before, written);
            if (written)
                model[key] = (log.Length - 1, value);
        }

        versions[bee.Version] = Show(model);
    }

    private static async Task StepAsync(
        BeeBatch batch,
        ulong length,
        SortedDictionary<byte[], (ulong Seq, byte[] Value)> model,
        Random random,
        int keys)
    {
        byte[] key = RandomKey(random, keys);
        switch (random.Next(4))
        {
            case 0:
                Assert.Equal(model.Remove(key), await batch.DeleteAsync(key));
                break;
            case 1:
                BeeEntry? there = await batch.GetAsync(key);
                Assert.Equal(model.TryGetValue(key, out var expected), there is not null);
                Assert.Equal(expected.Value, there?.Value?.ToArray());
                break;
            default:
                byte[] value = [(byte)random.Next(3)];
                if (await batch.PutAsync(key, value))
                    model[key] = (length + (ulong)batch.Count - 1, value);
                break;
        }
    }

    private static async Task CheckGetsAsync(
        Bee bee, SortedDictionary<byte[], (ulong Seq, byte[] Value)> model, int keys)
    {
        for (int i = 0; i < keys; i++)
        {
            byte[] key = KeyOf(i);
            BeeEntry? entry = await bee.GetAsync(key);
            Assert.Equal(model.TryGetValue(key, out var expected), entry is not null);
            if (entry is null)
                continue;
            Assert.Equal(expected.Seq, entry.Seq);
            Assert.Equal(expected.Value, entry.Value!.Value.ToArray());
        }
    }

    private static async Task CheckRangesAsync(
        Bee bee, SortedDictionary<byte[], (ulong Seq, byte[] Value)> model, Random random, int keys)
    {
        for (int i = 0; i < 200; i++)
        {
            ReadOnlyMemory<byte>? low = random.Next(4) == 0 ? null : RandomKey(random, keys);
            ReadOnlyMemory<byte>? high = random.Next(4) == 0 ? null : RandomKey(random, keys);
            bool above = random.Next(2) == 0;
            bool below = random.Next(2) == 0;
            BeeRange range = new()
            {
                Above = above ? low : null,
                AtLeast = above ? null : low,
                Below = below ? high : null,
                AtMost = below ? null : high,
                Reverse = random.Next(2) == 0,
                Limit = random.Next(3) == 0 ? random.Next(10) : null,
            };
            BeeBounds bounds = new(low, !above, high, !below);
            IEnumerable<byte[]> expected = model.Keys.Where(x => bounds.IsAboveLow(x) && bounds.IsBelowHigh(x));
            expected = (range.Reverse ? expected.Reverse() : expected).Take(range.Limit ?? int.MaxValue);
            List<byte[]> found = [];
            await foreach (BeeEntry entry in bee.RangeAsync(range))
                found.Add(entry.Key.ToArray());
            Assert.Equal(expected.Select(Convert.ToHexString), found.Select(Convert.ToHexString));
        }
    }

    private static async Task CheckDiffsAsync(
        Bee bee, Dictionary<ulong, (ulong Seq, string Key, string Value)[]> versions, Random random)
    {
        ulong[] all = [.. versions.Keys];
        for (int i = 0; i < 200; i++)
        {
            ulong left = all[random.Next(all.Length)];
            ulong right = all[random.Next(all.Length)];
            BeeRange range = random.Next(2) == 0
                ? BeeRange.All
                : new BeeRange { AtLeast = new[] { (byte)random.Next(256) }, Below = new[] { (byte)random.Next(256) } };
            BeeBounds bounds = range.Within(default);
            var ours = Within(versions[left]);
            var theirs = Within(versions[right]);
            string[] expected =
            [
                .. ours.Keys.Union(theirs.Keys).Order(StringComparer.Ordinal)
                    .Select(key => (ours.GetValueOrDefault(key), theirs.GetValueOrDefault(key), key))
                    .Where(x => x.Item1 != x.Item2).Select(x => $"{x.key} {x.Item1} {x.Item2}"),
            ];
            List<string> found = [];
            await foreach (BeeDifference x in bee.Checkout(left).DiffAsync(right, range))
            {
                string key = Convert.ToHexString((x.Left ?? x.Right)!.Key.Span);
                found.Add($"{key} {x.Left?.Seq ?? 0} {x.Right?.Seq ?? 0}");
            }

            Assert.Equal(expected, found);

            Dictionary<string, ulong> Within((ulong Seq, string Key, string Value)[] entries) => entries
                .Where(x => bounds.IsAboveLow(Convert.FromHexString(x.Key))
                    && bounds.IsBelowHigh(Convert.FromHexString(x.Key)))
                .ToDictionary(x => x.Key, x => x.Seq, StringComparer.Ordinal);
        }
    }

    private static async Task<(ulong Seq, string Key, string Value)[]> ReadAsync(Bee bee)
    {
        List<(ulong Seq, string Key, string Value)> all = [];
        await foreach (BeeEntry entry in bee.RangeAsync())
        {
            all.Add((entry.Seq, Convert.ToHexString(entry.Key.Span),
                Convert.ToHexString(entry.Value!.Value.Span)));
        }

        return [.. all];
    }

    private static (ulong Seq, string Key, string Value)[] Show(
        SortedDictionary<byte[], (ulong Seq, byte[] Value)> model) =>
        [.. model.Select(x => (x.Value.Seq, Convert.ToHexString(x.Key), Convert.ToHexString(x.Value.Value)))];

    private static byte[] RandomKey(Random random, int keys) => KeyOf(random.Next(keys));

    private static byte[] KeyOf(int i) =>
        i % 3 == 0 ? [(byte)(i * 37)] : [(byte)(i * 37), (byte)i, (byte)(i >> 8)];
}
