using System.Globalization;

namespace Samtala.Storage.Tests.Faults;

/// <summary>One bit of a file changes while the store is closed.</summary>
public sealed class BitFlipTests
{
    /// <summary>How many bits: SAMTALA_FLIPS, or 300.</summary>
    private static int Flips => int.Parse(
        Environment.GetEnvironmentVariable("SAMTALA_FLIPS") ?? "300", CultureInfo.InvariantCulture);

    [Fact]
    public async Task A_flipped_bit_is_harmless_or_reported_and_never_returned()
    {
        var seed = Seeds.Next();
        Random random = new(seed);
        FaultyDisk disk = new();
        Workload workload = new(seed, disk);
        var store = await Workload.OpenAsync(disk);
        await workload.RunAsync(store);
        await store.FlushAsync(TestContext.Current.CancellationToken);
        var files = disk.Copy();
        await store.DisposeAsync();

        var reported = 0;
        for (var i = 0; i < Flips; i++)
        {
            var damaged = files.Copy();
            var all = damaged.Files.Where(f => f.File.Length > 0).ToList();
            var (name, file) = all[random.Next(all.Count)];
            var (offset, bit) = (random.Next((int)file.Length), random.Next(8));
            file.Content[offset] ^= (byte)(1 << bit);
            try
            {
                await using var opened = await Workload.OpenAsync(damaged);
                await Workload.CheckAsync(opened, workload.State);
                Assert.Equal(workload.History.Count, await Workload.CountAsync(opened));
            }
            catch (StoreCorruptException e)
            {
                Assert.NotEmpty(e.Message);
                reported++;
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"Bit {bit} of byte {offset} in '{name}': {e.Message}", e);
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{reported} of {Flips} reported, the others harmless");
        Assert.True(reported > 0);
    }
}
