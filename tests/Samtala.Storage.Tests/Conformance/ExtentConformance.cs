namespace Samtala.Storage.Tests.Conformance;

/// <summary>Bulk bytes.</summary>
public abstract class ExtentConformance : StoreConformance
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(65_536)]
    [InlineData(65_537)]
    [InlineData(3_000_000)]
    public async Task An_extent_reads_back_whole_and_in_ranges_also_after_a_restart(int length)
    {
        var bytes = Noise(length, length);
        ExtentId id;
        await using (var store = await OpenAsync())
        {
            id = await WriteExtentAsync(store, bytes);
            await CommitAsync(store, new WriteBatch().AddExtent(id));
            await CheckAsync(store, id, bytes);
        }

        await using var again = await OpenAsync();
        await CheckAsync(again, id, bytes);
    }

    [Fact]
    public async Task An_extent_exists_only_once_a_batch_named_it()
    {
        await using var store = await OpenAsync();
        var id = await WriteExtentAsync(store, Bytes("hello"));
        await Assert.ThrowsAsync<KeyNotFoundException>(
            async () => await store.ReadExtentAsync(id, 0, new byte[1], Token));
        await Assert.ThrowsAsync<KeyNotFoundException>(async () => await store.OpenExtentAsync(id, Token));
        await CommitAsync(store, new WriteBatch().AddExtent(id));
        Assert.Equal(Bytes("hello"), await ReadExtentAsync(store, id, 5));
    }

    [Fact]
    public async Task An_unfinished_or_unknown_extent_cannot_be_added()
    {
        await using var store = await OpenAsync();
        await using var writer = await store.CreateExtentAsync(Token);
        await writer.WriteAsync(Bytes("x"), Token);
        foreach (var id in new[] { writer.Id, new ExtentId(999_999) })
        {
            await Assert.ThrowsAnyAsync<ArgumentException>(async () => await store.CommitAsync(
                new WriteBatch().Put(s_exact, Bytes("k"), []).AddExtent(id), Durability.Durable, Token));
        }

        Assert.Null(await store.GetAsync(s_exact, Bytes("k"), Token));
    }

    [Fact]
    public async Task After_a_conflict_the_extent_can_be_added_by_another_batch()
    {
        await using var store = await OpenAsync();
        var id = await WriteExtentAsync(store, Bytes("hello"));
        var result = await store.CommitAsync(
            new WriteBatch().Expect(s_exact, Bytes("no"), []).AddExtent(id), Durability.Durable, Token);
        Assert.False(result.Committed);
        await CommitAsync(store, new WriteBatch().AddExtent(id));
        Assert.Equal(Bytes("hello"), await ReadExtentAsync(store, id, 5));
    }

    [Theory]
    [InlineData(10)]
    [InlineData(200_000)]
    public async Task A_freed_extent_is_gone_and_freeing_again_is_fine(int length)
    {
        ExtentId id;
        await using (var store = await OpenAsync())
        {
            id = await WriteExtentAsync(store, Noise(1, length));
            await CommitAsync(store, new WriteBatch().AddExtent(id));
            await CommitAsync(store, new WriteBatch().FreeExtent(id));
            await Assert.ThrowsAsync<KeyNotFoundException>(
            async () => await store.ReadExtentAsync(id, 0, new byte[1], Token));
            await CommitAsync(store, new WriteBatch().FreeExtent(id));
        }

        await using var again = await OpenAsync();
        await Assert.ThrowsAsync<KeyNotFoundException>(
            async () => await again.ReadExtentAsync(id, 0, new byte[1], Token));
    }

    [Fact]
    public async Task Many_writers_at_once_do_not_mix_their_bytes()
    {
        await using var store = await OpenAsync();
        var ids = await Task.WhenAll(Enumerable.Range(0, 24).Select(i => Task.Run(async () =>
        {
            var id = await WriteExtentAsync(store, Noise(i, (i + 1) * 9_000));
            await CommitAsync(store, new WriteBatch().AddExtent(id).Put(s_exact, Bytes($"{i}"), []));
            return id;
        }, Token)));
        Assert.Equal(24, ids.Distinct().Count());
        for (var i = 0; i < ids.Length; i++)
            Assert.Equal(Noise(i, (i + 1) * 9_000), await ReadExtentAsync(store, ids[i], (i + 1) * 9_000));
    }

    [Fact]
    public async Task A_batch_may_name_more_extents_than_fit_one_record()
    {
        await using var store = await OpenAsync();
        WriteBatch batch = new();
        List<ExtentId> ids = [];
        for (var i = 0; i < 20; i++)
            ids.Add(await WriteExtentAsync(store, Noise(i, 60_000)));
        foreach (var id in ids)
            batch.AddExtent(id);
        await CommitAsync(store, batch);
        for (var i = 0; i < ids.Count; i++)
            Assert.Equal(Noise(i, 60_000), await ReadExtentAsync(store, ids[i], 60_000));
    }

    [Fact]
    public async Task A_disposed_writer_leaves_nothing()
    {
        await using var store = await OpenAsync();
        ExtentId id;
        await using (var writer = await store.CreateExtentAsync(Token))
        {
            id = writer.Id;
            await writer.WriteAsync(Noise(1, 100_000), Token);
        }

        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await store.CommitAsync(
            new WriteBatch().AddExtent(id), Durability.Durable, Token));
        var next = await WriteExtentAsync(store, Noise(2, 100_000));
        await CommitAsync(store, new WriteBatch().AddExtent(next));
        Assert.Equal(Noise(2, 100_000), await ReadExtentAsync(store, next, 100_000));
    }

    [Theory]
    [InlineData(500)]
    [InlineData(150_000)]
    public async Task A_view_shows_the_same_bytes_in_its_file(int length)
    {
        await using var store = await OpenAsync();
        var bytes = Noise(3, length);
        var id = await WriteExtentAsync(store, bytes);
        await CommitAsync(store, new WriteBatch().AddExtent(id));
        using var view = await store.OpenExtentAsync(id, Token);
        Assert.Equal(store.Capabilities.HasFiles, view is not null);
        if (view is null)
            return;
        var seen = new byte[view.Length];
        Assert.Equal(bytes.Length, await RandomAccess.ReadAsync(view.File, seen, view.Offset, Token));
        Assert.Equal(bytes, seen);
    }

    private static async Task CheckAsync(IStore store, ExtentId id, byte[] bytes)
    {
        Assert.Equal(bytes, await ReadExtentAsync(store, id, bytes.Length));
        var part = new byte[bytes.Length / 3];
        Assert.Equal(part.Length, await store.ReadExtentAsync(id, bytes.Length / 2, part, Token));
        Assert.Equal(bytes.AsSpan(bytes.Length / 2, part.Length).ToArray(), part);
        Assert.Equal(0, await store.ReadExtentAsync(id, bytes.Length, new byte[4], Token));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            async () => await store.ReadExtentAsync(id, bytes.Length + 1, new byte[4], Token));
    }
}
