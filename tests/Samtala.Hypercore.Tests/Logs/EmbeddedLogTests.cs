using Samtala.Crypto;
using Samtala.Hypercore.Logs;
using Samtala.Storage;
using Samtala.Testing;

namespace Samtala.Hypercore.Tests.Logs;

/// <summary>Logs on the store that a node uses.</summary>
public sealed class EmbeddedLogTests
{
    private const int BlockCount = 5000;

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_acknowledged_is_there_when_the_process_was_killed()
    {
        using TemporaryFolder folder = new();
        using TemporaryFolder copy = new();
        using SecretSlab slab = new();
        using SecretKey key = SecretKey.FromSeed(slab, new byte[SecretKey.SeedSize]);
        await using (EmbeddedStore store = await OpenAsync(folder.Path))
        {
            await using LogStore logs = new(store, TimeProvider.System);
            await using Log log = await logs.CreateAsync(new LogCreation { SecretKey = key }, Now);
            for (int i = 0; i < BlockCount; i += 500)
            {
                await log.AppendAsync(
                    [.. Enumerable.Range(i, 500).Select(n => LogWorld.Block($"block {n}"))],
                    cancellationToken: Now);
            }

            // What the disk has in this instant is what a killed process leaves.
            CopyFolder(folder.Path, copy.Path);
        }

        await using EmbeddedStore again = await OpenAsync(copy.Path);
        LogStoreOptions copied = new() { History = new StoreHistory(false, "the folder is a copy") };
        await using LogStore found = new(again, TimeProvider.System, copied);
        await using Log left = await found.CreateAsync(new LogCreation { SecretKey = key }, Now);
        Assert.Equal((ulong)BlockCount, left.Length);
        Assert.True(left.MustVerifyHead);
        for (ulong i = 0; i < BlockCount; i++)
            Assert.Equal($"block {i}", LogWorld.Text(await left.GetAsync(i, cancellationToken: Now)));
        await left.ConfirmHeadAsync(Now);
        Assert.Equal((ulong)BlockCount, await left.AppendAsync(LogWorld.Block("more"), cancellationToken: Now));
    }

    [Fact]
    public async Task Many_read_while_one_writes_and_all_see_whole_blocks()
    {
        using TemporaryFolder folder = new();
        using SecretSlab slab = new();
        using SecretKey key = SecretKey.FromSeed(slab, new byte[SecretKey.SeedSize]);
        await using EmbeddedStore store = await OpenAsync(folder.Path);
        await using LogStore logs = new(store, TimeProvider.System, new LogStoreOptions { PageMemory = 64 << 10 });
        await using Log log = await logs.CreateAsync(new LogCreation { SecretKey = key }, Now);
        using CancellationTokenSource written = new();
        Task[] readers = [.. Enumerable.Range(0, 3).Select(r => Task.Run(() => ReadAsync(log, r, written.Token), Now))];
        for (int i = 0; i < BlockCount; i += 50)
        {
            await log.AppendAsync(
                [.. Enumerable.Range(i, 50).Select(n => LogWorld.Block($"block {n}"))],
                i % 200 == 0 ? Durability.Durable : Durability.Later, Now);
        }

        await log.FlushAsync(Now);
        await written.CancelAsync();
        await Task.WhenAll(readers);
        Assert.Equal((ulong)BlockCount, log.Length);
    }

    [Fact]
    public async Task Clearing_and_compaction_give_the_disk_back()
    {
        using TemporaryFolder folder = new();
        using SecretSlab slab = new();
        using SecretKey key = SecretKey.FromSeed(slab, new byte[SecretKey.SeedSize]);
        await using EmbeddedStore store = await OpenAsync(folder.Path);
        await using LogStore logs = new(store, TimeProvider.System);
        await using Log log = await logs.CreateAsync(new LogCreation { SecretKey = key }, Now);
        byte[] block = new byte[64 * 1024];
        for (int i = 0; i < 20; i++)
            await log.AppendAsync([.. Enumerable.Repeat((ReadOnlyMemory<byte>)block, 16)], cancellationToken: Now);
        long before = SizeOf(folder.Path);
        await log.ClearAsync(0, 300, Now);
        await store.CompactAsync(Now);
        Assert.InRange(SizeOf(folder.Path), 0, before - (280 * block.Length));
        Assert.Equal(block, await log.GetAsync(310, cancellationToken: Now));
    }

    private static async Task ReadAsync(Log log, int seed, CancellationToken written)
    {
        Random random = new(seed);
        while (!written.IsCancellationRequested)
        {
            ulong index = (ulong)random.Next((int)log.AppliedLength + 1);
            byte[]? block = await log.GetAsync(index, cancellationToken: CancellationToken.None);
            if (block is not null)
                Assert.Equal($"block {index}", LogWorld.Text(block));
            else
                await Task.Yield();
        }
    }

    private static Task<EmbeddedStore> OpenAsync(string folder) =>
        EmbeddedStore.OpenAsync(new StoreOptions { Folder = folder }, TimeProvider.System, cancellationToken: Now);

    private static long SizeOf(string folder) =>
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Sum(f => new FileInfo(f).Length);

    private static void CopyFolder(string from, string to)
    {
        foreach (string file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            // The lock is what a copy cannot carry along.
            string target = Path.Combine(to, Path.GetRelativePath(from, file));
            if (Path.GetFileName(file) == "lock")
                continue;
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            using FileStream source = new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using FileStream copy = File.Create(target);
            source.CopyTo(copy);
        }
    }
}
