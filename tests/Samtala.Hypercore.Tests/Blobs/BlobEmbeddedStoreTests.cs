using Samtala.Hypercore.Blobs;
using Samtala.Storage;
using Samtala.Vectors;

namespace Samtala.Hypercore.Tests.Blobs;

/// <summary>The same store of blobs on the store that a node really has: files, restarts, extents in the log.</summary>
public sealed class BlobEmbeddedStoreTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("samtala-blobs-").FullName;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Blobs_of_all_sizes_outlive_a_restart_and_a_checkpoint()
    {
        Random random = TestSeed.NewRandom();
        Dictionary<BlobId, byte[]> kept = [];
        for (int round = 0; round < 3; round++)
        {
            await using EmbeddedStore store = await OpenAsync();
            BlobStore blobs = new(store, TimeProvider.System);
            foreach (int size in (int[])[0, 1, 1024, 1025, 3000, 65536, 65537, 1 << 20, random.Next(5 << 20)])
            {
                byte[] bytes = new byte[size];
                random.NextBytes(bytes);
                kept[(await blobs.PutAsync(bytes.AsMemory(), null, "test", Stop)).Id] = bytes;
            }

            await CheckAsync(blobs, kept);
            if (round == 1)
                await store.CheckpointAsync(Stop);
            await CheckAsync(blobs, kept);
        }
    }

    [Fact]
    public async Task A_large_blob_is_a_range_of_a_file_while_its_view_is_open()
    {
        await using EmbeddedStore store = await OpenAsync();
        BlobStore blobs = new(store, TimeProvider.System);
        byte[] bytes = new byte[300_000];
        TestSeed.NewRandom().NextBytes(bytes);
        BlobInfo info = await blobs.PutAsync(bytes.AsMemory(), null, "test", Stop);
        BlobView view = (await blobs.OpenAsync(info.Id, Stop))!;
        Assert.Null(view.Bytes);
        BlobFileRange range = view.File!.Value;
        Assert.Equal(bytes.Length, range.Length);

        await blobs.RemoveOwnerAsync(info.Id, "test", Stop);
        Assert.Equal(0, (await blobs.SweepAsync(TimeSpan.Zero, Stop)).Count);
        byte[] read = new byte[bytes.Length];
        Assert.Equal(read.Length, RandomAccess.Read(range.Handle, read, range.Offset));
        Assert.Equal(bytes, read);
        view.Dispose();
        Assert.Equal(1, (await blobs.SweepAsync(TimeSpan.Zero, Stop)).Count);
        Assert.Null(await blobs.OpenAsync(info.Id, Stop));
    }

    [Fact]
    public async Task Many_writers_at_once_keep_all_their_small_blobs()
    {
        Random random = TestSeed.NewRandom();
        byte[][] contents = [.. Enumerable.Range(0, 400).Select(_ => new byte[random.Next(2000, 4000)])];
        foreach (byte[] content in contents)
            random.NextBytes(content);
        Dictionary<BlobId, byte[]> kept = [];
        await using (EmbeddedStore store = await OpenAsync())
        {
            BlobStore blobs = new(store, TimeProvider.System);
            BlobInfo[] infos = await Task.WhenAll(
                contents.Select(c => blobs.PutAsync(c.AsMemory(), null, "many", Stop)));
            for (int i = 0; i < infos.Length; i++)
                kept[infos[i].Id] = contents[i];
        }

        await using EmbeddedStore reopened = await OpenAsync();
        BlobStore again = new(reopened, TimeProvider.System);
        await CheckAsync(again, kept);
        Assert.Equal(kept.Count, await again.ReleaseOwnerAsync("many", Stop));
        Assert.Equal(kept.Count, (await again.SweepAsync(TimeSpan.Zero, Stop)).Count);
    }

    private static async Task CheckAsync(BlobStore blobs, Dictionary<BlobId, byte[]> kept)
    {
        foreach (var (id, bytes) in kept)
        {
            using BlobView view = (await blobs.OpenAsync(id, Stop))!;
            byte[] read = new byte[bytes.Length];
            Assert.Equal(bytes.Length, await view.ReadAsync(0, read, Stop));
            Assert.Equal(bytes, read);
            Assert.True((await blobs.VerifyAsync(id, Stop))!.IsIntact);
        }
    }

    private Task<EmbeddedStore> OpenAsync() => EmbeddedStore.OpenAsync(
        new StoreOptions { Folder = _folder, MaintenanceInterval = TimeSpan.Zero }, TimeProvider.System, null, Stop);
}
