using Samtala.Encodings;
using Samtala.Hypercore.Hyperblobs;
using Samtala.Hypercore.Logs;
using Samtala.Vectors;

namespace Samtala.Hypercore.Tests.Hyperblobs;

public sealed class HyperblobStoreTests
{
    [Fact]
    public void A_list_of_more_entries_than_any_blob_needs_is_refused()
    {
        const int Half = HyperblobMap.EntriesMax / 2;
        byte[] list = new byte[1 + CompactSize.OfUInt(Half) + (2 * Half)];
        CompactWriter writer = new(list);
        writer.WriteUInt(0);
        writer.WriteUInt(Half);
        List<(ulong, ulong)> entries = [];
        Assert.True(HyperblobMap.TryRead(list, entries));
        Assert.True(HyperblobMap.TryRead(list, entries));
        Assert.False(HyperblobMap.TryRead([0, 1, 0, 0], entries));
        Assert.Equal(HyperblobMap.EntriesMax, entries.Count);
    }

    [Fact]
    public async Task A_stream_may_be_disposed_twice()
    {
        await using Structures world = new();
        await using Log log = await world.NewLogAsync();
        HyperblobStore blobs = new(log);
        Stream stream = blobs.OpenRead(await blobs.PutAsync(new byte[10]));
        Assert.Equal(10, await stream.ReadAtLeastAsync(new byte[10], 10));
        await stream.DisposeAsync();
        await stream.DisposeAsync();
    }

    [Fact]
    public async Task Any_part_of_any_blob_is_what_was_put_by_bytes_or_by_stream()
    {
        Random random = TestSeed.NewRandom();
        await using Structures world = new();
        await using Log log = await world.NewLogAsync();
        HyperblobStore store = new(log, 100);
        for (int i = 0; i < 40; i++)
        {
            byte[] content = new byte[random.Next(5000)];
            random.NextBytes(content);
            HyperblobId id = i % 2 == 0
                ? await store.PutAsync(content)
                : await store.PutAsync(new MemoryStream(content));
            Assert.Equal(((ulong)content.Length + 99) / 100, id.BlockLength);
            for (int j = 0; j < 10; j++)
            {
                int start = random.Next(content.Length + 10);
                int length = random.Next(content.Length + 10);
                await using Stream stream = store.OpenRead(id, (ulong)start, (ulong)length);
                MemoryStream read = new();
                await stream.CopyToAsync(read);
                Assert.Equal(content.Skip(start).Take(length), read.ToArray());
            }
        }
    }

    [Fact]
    public async Task A_cleared_blob_is_gone_and_its_neighbours_stay()
    {
        await using Structures world = new();
        await using Log log = await world.NewLogAsync();
        HyperblobStore store = new(log, 10);
        HyperblobId first = await store.PutAsync(new byte[35]);
        HyperblobId second = await store.PutAsync(new byte[15]);
        await store.ClearAsync(first);
        BlockMissingException missing =
            await Assert.ThrowsAsync<BlockMissingException>(async () => await store.GetAsync(first));
        Assert.Equal(0UL, missing.Index);
        Assert.Equal(15, (await store.GetAsync(second)).Length);
    }

    [Fact]
    public async Task A_blob_that_is_a_list_of_blocks_is_read_through_the_list()
    {
        await using Structures world = new();
        await using Log log = await world.NewLogAsync();
        await log.AppendAsync([new byte[] { 1, 2, 3 }, new byte[] { 4, 5 }]);
        HyperblobStore store = new(log);

        // Version 0, three entries (index, length): the blocks 1, 0 and 1 again.
        await log.AppendAsync(new byte[] { 0, 3, 1, 2, 0, 3, 1, 2 });
        HyperblobId id = new(2, 1, 5, 8, HasBlockMap: true);
        Assert.Equal([4, 5, 1, 2, 3, 4, 5], await store.GetAsync(id));
        List<byte> part = [];
        await foreach (ReadOnlyMemory<byte> bytes in store.ReadAsync(id, 3, 3))
            part.AddRange(bytes.Span);
        Assert.Equal([2, 3, 4], part);
    }

    [Fact]
    public async Task Ids_that_do_not_fit_the_log_are_refused_by_name()
    {
        await using Structures world = new();
        await using Log log = await world.NewLogAsync();
        HyperblobStore store = new(log, 10);
        HyperblobId good = await store.PutAsync(new byte[25]);
        await AssertRefused(good with { ByteLength = 26 });
        await AssertRefused(good with { ByteLength = CompactLimits.UIntMax + 1 });
        await AssertRefused(good with { HasBlockMap = true, BlockLength = 65 });
        await Assert.ThrowsAsync<HyperblobCorruptException>(async () => await store.GetAsync(good, sizeMax: 24));
        await Assert.ThrowsAsync<BlockMissingException>(
            async () => await store.GetAsync(good with { BlockOffset = 7 }));
        await Assert.ThrowsAsync<HyperblobCorruptException>(
            async () => await store.ReadAsync(good with { BlockOffset = 2 }, 12, 1).CountAsync());

        async Task AssertRefused(HyperblobId id) =>
            await Assert.ThrowsAsync<HyperblobCorruptException>(async () => await store.GetAsync(id));
    }

    [Fact]
    public void No_bytes_make_the_list_of_blocks_throw_or_take_much_memory()
    {
        Random random = TestSeed.NewRandom();
        int count = int.TryParse(Environment.GetEnvironmentVariable("SAMTALA_FUZZ"), out int given) ? given : 50_000;
        for (int i = 0; i < count; i++)
        {
            byte[] bytes = new byte[random.Next(64)];
            random.NextBytes(bytes);
            if (bytes.Length > 0)
                bytes[0] = 0;
            long before = GC.GetAllocatedBytesForCurrentThread();
            HyperblobMap.TryRead(bytes, []);
            Assert.True(GC.GetAllocatedBytesForCurrentThread() - before <= (64 * 1024) + (16L * bytes.Length));
        }
    }
}
