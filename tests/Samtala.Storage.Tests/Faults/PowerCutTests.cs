using System.Globalization;

namespace Samtala.Storage.Tests.Faults;

/// <summary>The machine loses its power after any step the store takes on the disk.</summary>
public sealed class PowerCutTests
{
    /// <summary>How many random workloads are cut at every step: SAMTALA_CUTS, or one.</summary>
    private static int Rounds => int.Parse(
        Environment.GetEnvironmentVariable("SAMTALA_CUTS") ?? "1", CultureInfo.InvariantCulture);

    [Fact]
    public async Task After_a_power_cut_at_any_step_every_acknowledged_batch_is_there_and_no_half_batch()
    {
        var seed = Seeds.Next();
        var cuts = 0;
        for (var round = 0; round < Rounds; round++)
        {
            FaultyDisk disk = new();
            Workload workload = new(seed + round, disk);
            await using (var store = await Workload.OpenAsync(disk))
                await workload.RunAsync(store);

            Random random = new(seed + round);
            TestContext.Current.TestOutputHelper?.WriteLine($"{disk.Trace.Count} steps");
            for (var cut = 0; cut <= disk.Trace.Count; cut++, cuts++)
                await CheckCutAsync(disk, workload, cut, random);
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{cuts} power cuts");
    }

    private static async Task CheckCutAsync(FaultyDisk disk, Workload workload, int cut, Random random)
    {
        var after = disk.CutAfter(cut, random);
        try
        {
            await using var store = await Workload.OpenAsync(after);
            var count = await Workload.CountAsync(store);
            var acknowledged = 1 + workload.History.FindLastIndex(
                h => h.AcknowledgedAt >= 0 && h.AcknowledgedAt <= cut);
            Assert.True(count >= acknowledged, $"{acknowledged} batches were acknowledged, {count} are there.");
            if (count > 0)
                await Workload.CheckAsync(store, workload.History[count - 1].State);
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"Cut after step {cut} of {disk.Trace.Count}: {e.Message}", e);
        }
    }
}
