using System.Globalization;

namespace Samtala.Storage.Tests.Faults;

/// <summary>The N-th operation on the disk fails, for every N.</summary>
public sealed class FailingDiskTests
{
    /// <summary>Every how many operations one fails: SAMTALA_FAULT_STRIDE, or each.</summary>
    private static int Stride => int.Parse(
        Environment.GetEnvironmentVariable("SAMTALA_FAULT_STRIDE") ?? "1", CultureInfo.InvariantCulture);

    [Theory]
    [InlineData(nameof(FaultKind.InputOutputError))]
    [InlineData(nameof(FaultKind.ShortWrite))]
    [InlineData(nameof(FaultKind.NoSpace))]
    public async Task Whatever_operation_fails_no_acknowledged_batch_is_lost_and_the_store_returns(string name)
    {
        var kind = Enum.Parse<FaultKind>(name);
        var seed = Seeds.Next();
        var failures = 0;
        for (var n = 1 + (seed % Stride); ; n += Stride)
        {
            FaultyDisk disk = new();
            disk.FailAt(n, kind);
            try
            {
                await RunAsync(disk, seed);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"Operation {n} failed as {kind}: {e.Message}", e);
            }

            if (!disk.HasFailed)
                break;
            failures++;
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{failures} operations failed, one in each run");
        Assert.True(failures > 10);
    }

    private static async Task RunAsync(FaultyDisk disk, int seed)
    {
        Workload workload = new(seed, disk);
        var store = await TryOpenAsync(disk);
        await workload.RunAsync(store);
        await Workload.CheckAsync(store, workload.State);
        disk.Heal();
        await workload.CommitOneAsync(store);
        await Workload.CheckAsync(store, workload.State);

        // As if killed now: the durable ones are in the files.
        await using (var killed = await Workload.OpenAsync(disk.Copy()))
        {
            var count = await Workload.CountAsync(killed);
            Assert.True(count > workload.History.FindLastIndex(h => h.AcknowledgedAt >= 0), "A batch is lost.");
            if (count > 0)
                await Workload.CheckAsync(killed, workload.History[count - 1].State);
        }

        await store.DisposeAsync();
        await using var again = await Workload.OpenAsync(disk);
        Assert.Equal(workload.History.Count, await Workload.CountAsync(again));
        await Workload.CheckAsync(again, workload.State);
    }

    private static async Task<EmbeddedStore> TryOpenAsync(FaultyDisk disk)
    {
        try
        {
            return await Workload.OpenAsync(disk);
        }
        catch (StoreException)
        {
            disk.Heal();
            return await Workload.OpenAsync(disk);
        }
    }
}
