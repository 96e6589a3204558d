using System.Globalization;
using System.Text;

namespace Samtala.Storage.Tests.Faults;

/// <summary>Allocations are measured for the whole process, so nothing runs beside these.</summary>
[CollectionDefinition(nameof(DamagedFolderTests), DisableParallelization = true)]
public sealed class DamagedFolders;

/// <summary>Whole files of a data folder are cut, emptied, deleted, replaced with noise or swapped.</summary>
[Collection(nameof(DamagedFolderTests))]
public sealed class DamagedFolderTests : IDisposable
{
    private const int KeyCount = 400;
    private const int ExtentCount = 6;
    private const long AllocatedMax = 256 << 20;

    private static readonly Keyspace s_exact = Keyspace.Exact("e");
    private static readonly Keyspace s_ordered = Keyspace.Ordered("o");

    private readonly TemporaryFolder _original = new();
    private readonly List<ExtentId> _extents = [];

    /// <summary>At how many places each file is cut: SAMTALA_CUTS_PER_FILE, or 12.</summary>
    private static int CutsPerFile => int.Parse(
        Environment.GetEnvironmentVariable("SAMTALA_CUTS_PER_FILE") ?? "12", CultureInfo.InvariantCulture);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _original.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_damaged_folder_opens_or_is_refused_with_a_code_and_never_returns_other_bytes(bool isClosed)
    {
        var seed = Seeds.Next();
        Random random = new(seed);
        await FillAsync(isClosed);
        var names = Directory.EnumerateFiles(_original.Path, "*", SearchOption.AllDirectories)
            .Select(f => Path.GetRelativePath(_original.Path, f)).Order(StringComparer.Ordinal).ToList();
        List<string> refusals = [];
        var cases = 0;
        foreach (var name in names)
        {
            foreach (var (what, damage) in Damages(name, names, random))
            {
                using TemporaryFolder folder = new();
                CopyTo(folder.Path);
                damage(folder.Path);
                cases++;
                if (await TryUseAsync(folder.Path, isClosed, $"{name} {what}") is { } refusal)
                    refusals.Add($"{name} {what}: {refusal}");
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{cases} cases, {refusals.Count} refused");
        foreach (var refusal in refusals)
            TestContext.Current.TestOutputHelper?.WriteLine(refusal);
        Assert.Contains(refusals, r => r.Contains("SAM0404", StringComparison.Ordinal));
        Assert.Contains(refusals, r => r.Contains("SAM0405", StringComparison.Ordinal));
        Assert.Contains(refusals, r => r.Contains("SAM0406", StringComparison.Ordinal));
        Assert.Contains(refusals, r => r.Contains("SAM0407", StringComparison.Ordinal));
        Assert.Contains(refusals, r => r.Contains("SAM0408", StringComparison.Ordinal));
    }

    private static IEnumerable<(string What, Action<string> Do)> Damages(
        string name, List<string> names, Random random)
    {
        yield return ("is emptied", folder => File.WriteAllBytes(Path.Combine(folder, name), []));
        yield return ("is deleted", folder => File.Delete(Path.Combine(folder, name)));
        foreach (var size in new[] { 1, 40, 700, 5_000, 100_000 })
        {
            var noise = new byte[size];
            random.NextBytes(noise);
            yield return ($"is {size} bytes of noise", folder => File.WriteAllBytes(Path.Combine(folder, name), noise));
        }

        for (var i = 0; i < CutsPerFile; i++)
        {
            var (share, exact) = (random.NextDouble(), i % 2 == 0 ? i * 4 : -1);
            yield return ($"is cut (cut {i})", folder => Cut(Path.Combine(folder, name), share, exact));
        }

        foreach (var other in names.Where(n => string.CompareOrdinal(n, name) > 0))
            yield return ($"is swapped with {other}", folder => Swap(folder, name, other));
        yield return ("is a folder", folder => MakeFolder(Path.Combine(folder, name)));
    }

    private static void Cut(string path, double share, int exact)
    {
        using var stream = File.Open(path, FileMode.Open);
        stream.SetLength(exact >= 0 ? Math.Min(exact, stream.Length) : (long)(share * stream.Length));
    }

    private static void MakeFolder(string path)
    {
        File.Delete(path);
        Directory.CreateDirectory(path);
    }

    private static void Swap(string folder, string one, string other)
    {
        var (a, b) = (Path.Combine(folder, one), Path.Combine(folder, other));
        File.Move(a, a + ".swap");
        File.Move(b, a);
        File.Move(a + ".swap", b);
    }

    private static Task<EmbeddedStore> OpenAsync(string folder) => EmbeddedStore.OpenAsync(
        new StoreOptions
        {
            Folder = folder,
            TableMemory = 1 << 20,
            WalMemory = 2 << 20,
            MaintenanceInterval = TimeSpan.Zero,
            TableIndexBuckets = 1 << 8,
        },
        TimeProvider.System, null, Token);

    private static byte[] ValueOf(int key) => Encoding.ASCII.GetBytes($"value {key} {new string('x', key % 300)}");

    private static byte[] Noise(int extent)
    {
        var bytes = new byte[extent % 2 == 0 ? 3_000 + extent : 150_000 + extent];
        new Random(extent).NextBytes(bytes);
        return bytes;
    }

    /// <returns>Why the store refused, if it did.</returns>
    private async Task<string?> TryUseAsync(string folder, bool isWhole, string what)
    {
        var allocated = GC.GetTotalAllocatedBytes();
        try
        {
            await UseAsync(folder, isWhole).WaitAsync(TimeSpan.FromMinutes(2), Token);
            return null;
        }
        catch (StoreException e)
        {
            Assert.Matches("^SAM04[0-9]{2}: ", e.Message);
            return e.Message;
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"{what}: {e.GetType().Name}: {e.Message}", e);
        }
        finally
        {
            allocated = GC.GetTotalAllocatedBytes() - allocated;
            Assert.True(allocated < AllocatedMax, $"{what}: {allocated >> 20} MiB were allocated.");
        }
    }

    private async Task UseAsync(string folder, bool isWhole)
    {
        await using var store = await OpenAsync(folder);
        List<StoreException> refused = [];
        for (var i = 0; i < KeyCount; i++)
        {
            try
            {
                var keyspace = i % 4 == 0 ? s_ordered : s_exact;
                var found = await store.GetAsync(keyspace, BitConverter.GetBytes(i), Token);

                // Behind a process that did not stop cleanly the last unflushed records may be cut off.
                if (isWhole || found is not null)
                    Assert.Equal(ValueOf(i), found ?? []);
            }
            catch (StoreException e)
            {
                refused.Add(e);
            }
        }

        for (var i = 0; i < ExtentCount; i++)
        {
            try
            {
                var bytes = new byte[Noise(i).Length];
                Assert.Equal(bytes.Length, await store.ReadExtentAsync(_extents[i], 0, bytes, Token));
                Assert.Equal(Noise(i), bytes);
            }
            catch (StoreException e)
            {
                refused.Add(e);
            }
            catch (KeyNotFoundException) when (!isWhole)
            {
                // Its record is cut off.
            }
        }

        await store.CommitAsync(new WriteBatch().Put(s_exact, [1], [1]), Durability.Durable, Token);
        if (refused.Count > 0)
            throw refused[0];
    }

    private async Task FillAsync(bool isClosed)
    {
        using TemporaryFolder live = new();
        var store = await OpenAsync(live.Path);
        for (var i = 0; i < KeyCount; i += 10)
        {
            WriteBatch batch = new();
            for (var n = i; n < i + 10; n++)
                batch.Put(n % 4 == 0 ? s_ordered : s_exact, BitConverter.GetBytes(n), ValueOf(n));
            if (i / 10 < ExtentCount)
                batch.AddExtent(await WriteAsync(store, i / 10));
            await store.CommitAsync(batch, Durability.Durable, Token);
            if (i == KeyCount / 2)
                await store.CheckpointAsync(Token);
        }

        if (isClosed)
            await store.DisposeAsync();
        foreach (var file in Directory.EnumerateFiles(live.Path, "*", SearchOption.AllDirectories))
        {
            // The lock is held while the store is open.
            if (isClosed || Path.GetFileName(file) != "lock")
                Copy(file, Path.Combine(_original.Path, Path.GetRelativePath(live.Path, file)));
        }

        await store.DisposeAsync();
    }

    private async Task<ExtentId> WriteAsync(EmbeddedStore store, int number)
    {
        await using var writer = await store.CreateExtentAsync(Token);
        await writer.WriteAsync(Noise(number), Token);
        await writer.CompleteAsync(Token);
        _extents.Add(writer.Id);
        return writer.Id;
    }

    private void CopyTo(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(_original.Path, "*", SearchOption.AllDirectories))
            Copy(file, Path.Combine(folder, Path.GetRelativePath(_original.Path, file)));
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(to)!);
        File.Copy(from, to);
    }
}
