using System.Text;

namespace Samtala.Storage.Tests;

/// <summary>What only the store with files does.</summary>
public sealed class EmbeddedStoreTests : IDisposable
{
    private static readonly Keyspace s_keys = Keyspace.Exact("k");

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_second_open_of_a_folder_is_a_clear_error_and_the_first_goes_on()
    {
        await using var store = await OpenAsync();
        var error = await Assert.ThrowsAsync<StoreException>(() => OpenAsync());
        Assert.Contains("in use by another process", error.Message, StringComparison.Ordinal);
        await store.CommitAsync(new WriteBatch().Put(s_keys, [1], [1]), Durability.Durable, Token);
    }

    [Fact]
    public async Task Data_of_a_newer_program_is_refused_with_what_to_do()
    {
        await (await OpenAsync()).DisposeAsync();
        await File.WriteAllTextAsync(PathOf("format"), """{"format":9,"minReader":7}""", Token);
        var error = await Assert.ThrowsAsync<StoreException>(() => OpenAsync());
        Assert.Contains("Install a version that reads format 7", error.Message, StringComparison.Ordinal);
        await File.WriteAllTextAsync(PathOf("format"), """{"format":9,"minReader":1}""", Token);
        await (await OpenAsync()).DisposeAsync();
    }

    [Fact]
    public async Task A_clean_stop_is_told_from_a_crash_and_a_copy_from_the_original()
    {
        await using (var first = await OpenAsync())
        {
            Assert.True(first.StoppedCleanly);
            Assert.Null(first.PreviousWitness);
        }

        using TemporaryFolder copy = new();
        await using (var second = await OpenAsync())
        {
            Assert.True(second.StoppedCleanly);
            Assert.Equal(second.PreviousWitness, second.Witness);
            Assert.False(second.Witness!.IsOtherFolder(second.PreviousWitness!));
            Copy(_folder.Path, copy.Path);
        }

        await using var copied = await OpenAsync(copy.Path);
        Assert.False(copied.StoppedCleanly);
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Inode numbers are read on Linux only.");
        Assert.True(copied.Witness!.IsOtherFolder(copied.PreviousWitness!));
    }

    [Fact]
    public async Task Without_a_clean_stop_the_log_is_replayed()
    {
        using TemporaryFolder copy = new();
        await using var store = await OpenAsync();
        var id = await AddExtentAsync(store, 5_000, 1);
        await store.CommitAsync(new WriteBatch().Put(s_keys, [1], [2]), Durability.Durable, Token);
        Copy(_folder.Path, copy.Path);
        await using var copied = await OpenAsync(copy.Path);
        Assert.Equal([2], await copied.GetAsync(s_keys, new byte[] { 1 }, Token) ?? []);
        await CheckExtentAsync(copied, id, 5_000, 1);
    }

    [Fact]
    public async Task Damaged_extents_are_named_and_never_returned()
    {
        ExtentId small;
        ExtentId large;
        await using (var store = await OpenAsync())
        {
            small = await AddExtentAsync(store, 5_000, 1);
            large = await AddExtentAsync(store, 3_000_000, 2);
        }

        // Both are in one file: the large one first, the small one moved behind it by the last checkpoint.
        var path = Assert.Single(Directory.EnumerateFiles(PathOf("extents")));
        await using (var stream = File.Open(path, FileMode.Open))
        {
            foreach (var position in new[] { 1_500_000, stream.Length - 2_000 })
            {
                stream.Position = position;
                var old = stream.ReadByte();
                stream.Position = position;
                stream.WriteByte((byte)(old ^ 4));
            }
        }

        await using var again = await OpenAsync();
        foreach (var id in new[] { small, large })
        {
            var target = new byte[3_000_000];
            var error = await Assert.ThrowsAsync<StoreCorruptException>(
                async () => await again.ReadExtentAsync(id, 0, target, Token));
            Assert.Contains($"Extent {id.Value} ", error.Message, StringComparison.Ordinal);
            await Assert.ThrowsAsync<StoreCorruptException>(async () => await again.OpenExtentAsync(id, Token));
        }

        Assert.Equal(1000, await again.ReadExtentAsync(large, 200_000, new byte[1000], Token));
        Assert.Equal(2, (await again.ScrubAsync(Token)).Count);
    }

    [Fact]
    public async Task Compaction_gives_back_the_space_of_freed_extents_and_leaves_pinned_bytes_in_place()
    {
        await using var store = await OpenAsync();
        List<ExtentId> ids = [];
        for (var i = 0; i < 60; i++)
            ids.Add(await AddExtentAsync(store, 1_000_000, i));
        for (var i = 0; i < 60; i++)
        {
            if (i % 6 != 0)
                await store.CommitAsync(new WriteBatch().FreeExtent(ids[i]), Durability.Durable, Token);
        }

        using (var view = await store.OpenExtentAsync(ids[0], Token))
        {
            await store.CompactAsync(Token);
            var bytes = new byte[view!.Length];
            await RandomAccess.ReadAsync(view.File, bytes, view.Offset, Token);
            Assert.Equal(Noise(1_000_000, 0), bytes);
        }

        Assert.True(SizeOf("extents") < 15_000_000, $"{SizeOf("extents")} bytes for 10 MB of live extents");
        for (var i = 0; i < 60; i += 6)
            await CheckExtentAsync(store, ids[i], 1_000_000, i);
        Assert.Empty(await store.ScrubAsync(Token));
    }

    [Fact]
    public async Task Compaction_gives_back_the_space_of_overwritten_values_and_loses_none()
    {
        var value = new byte[4_000];
        await using (var store = await OpenAsync())
        {
            for (var round = 0; round < 6; round++)
            {
                for (var i = 0; i < 40; i++)
                    await store.CommitAsync(Values(i, round, value), Durability.Later, Token);
            }

            await store.CompactAsync(Token);
            Assert.True(SizeOf("table") < 48 << 20, $"{SizeOf("table")} bytes for 16 MB of live values");
        }

        await using var again = await OpenAsync();
        for (var i = 0; i < 4_000; i++)
        {
            var found = await again.GetAsync(s_keys, Encoding.UTF8.GetBytes($"key {i}"), Token);
            Assert.Equal(5, Assert.IsType<byte[]>(found)[0]);
            Assert.Equal(i, BitConverter.ToInt32(found, 1));
        }
    }

    private static WriteBatch Values(int part, int round, byte[] value)
    {
        WriteBatch batch = new();
        for (var i = part * 100; i < (part + 1) * 100; i++)
        {
            value[0] = (byte)round;
            BitConverter.TryWriteBytes(value.AsSpan(1), i);
            batch.Put(s_keys, Encoding.UTF8.GetBytes($"key {i}"), value);
        }

        return batch;
    }

    private static byte[] Noise(int length, int seed)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private static async Task<ExtentId> AddExtentAsync(EmbeddedStore store, int length, int seed)
    {
        await using var writer = await store.CreateExtentAsync(Token);
        await writer.WriteAsync(Noise(length, seed), Token);
        await writer.CompleteAsync(Token);
        await store.CommitAsync(new WriteBatch().AddExtent(writer.Id), Durability.Durable, Token);
        return writer.Id;
    }

    private static async Task CheckExtentAsync(EmbeddedStore store, ExtentId id, int length, int seed)
    {
        var bytes = new byte[length];
        Assert.Equal(length, await store.ReadExtentAsync(id, 0, bytes, Token));
        Assert.Equal(Noise(length, seed), bytes);
    }

    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            // The lock is held; a copy gets one of its own anyway.
            if (Path.GetFileName(file) == "lock")
                continue;
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    private string PathOf(string name) => Path.Combine(_folder.Path, name);

    private long SizeOf(string folder) =>
        new DirectoryInfo(PathOf(folder)).EnumerateFiles().Sum(f => f.Length);

    private Task<EmbeddedStore> OpenAsync(string? folder = null) => EmbeddedStore.OpenAsync(
        new StoreOptions { Folder = folder ?? _folder.Path, MaintenanceInterval = TimeSpan.Zero },
        TimeProvider.System, null, Token);
}
