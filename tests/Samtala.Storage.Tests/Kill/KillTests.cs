using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;

namespace Samtala.Storage.Tests.Kill;

/// <summary>A real process is killed while it writes; another finds everything that was acknowledged.</summary>
public sealed class KillTests
{
    /// <summary>How often: SAMTALA_KILLS, or 50.</summary>
    private static int Kills => int.Parse(
        Environment.GetEnvironmentVariable("SAMTALA_KILLS") ?? "50", CultureInfo.InvariantCulture);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_killed_process_loses_no_acknowledged_write()
    {
        Random random = new(Seeds.Next());
        using TemporaryFolder folder = new();
        var acknowledged = new int[KillWriter.WriterCount];
        for (var round = 0; round < Kills; round++)
        {
            // Every other process is killed in full work, the rest whenever it happens: also while it starts.
            await WriteAndKillAsync(
                folder.Path, TimeSpan.FromMilliseconds(random.Next(1, 120)), round % 2 == 1, acknowledged);
            await CheckAsync(folder.Path, acknowledged);
        }

        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{Kills} kills, {acknowledged.Sum()} acknowledged writes, 0 lost");
        Assert.True(acknowledged.Sum() > Kills);
    }

    private static async Task WriteAndKillAsync(
        string folder, TimeSpan life, bool waitsForWork, int[] acknowledged)
    {
        using Process process = new()
        {
            StartInfo = new ProcessStartInfo(Environment.ProcessPath!)
            {
                RedirectStandardOutput = true,
                ArgumentList = { KillWriter.Argument, folder },
            },
        };
        var host = Path.GetFileNameWithoutExtension(Environment.ProcessPath!);
        if (string.Equals(host, "dotnet", StringComparison.OrdinalIgnoreCase))
            process.StartInfo.ArgumentList.Insert(0, typeof(KillTests).Assembly.Location);
        process.Start();
        var first = await process.StandardOutput.ReadLineAsync(Token);
        Assert.Equal(KillWriter.Ready, first);
        TaskCompletionSource working = new();
        var reading = ReadAcknowledgedAsync(process, acknowledged, working);
        if (waitsForWork)
            await working.Task.WaitAsync(Token);
        await Task.Delay(life, TimeProvider.System, Token);
        process.Kill();
        await reading;
        await process.WaitForExitAsync(Token);
    }

    private static async Task ReadAcknowledgedAsync(
        Process process, int[] acknowledged, TaskCompletionSource working)
    {
        while (await process.StandardOutput.ReadLineAsync(Token) is { } line)
        {
            // The last line may be cut off; a shorter number was acknowledged before it, so it is no lie.
            var parts = line.Split(' ');
            if (parts is [var writer, var number, "."])
                acknowledged[int.Parse(writer, null)] = int.Parse(number, null);
            working.TrySetResult();
        }

        working.TrySetResult();
    }

    private static async Task CheckAsync(string folder, int[] acknowledged)
    {
        await using var store = await EmbeddedStore.OpenAsync(
            new StoreOptions { Folder = folder, MaintenanceInterval = TimeSpan.Zero },
            TimeProvider.System, null, Token);
        Assert.False(store.StoppedCleanly);
        for (var writer = 0; writer < acknowledged.Length; writer++)
        {
            var head = await store.GetAsync(KillWriter.Heads, new[] { (byte)writer }, Token);
            var count = head is null ? 0 : BinaryPrimitives.ReadInt32LittleEndian(head);
            Assert.True(
                count >= acknowledged[writer],
                $"Writer {writer}: {acknowledged[writer]} acknowledged, {count} there.");
            for (var number = Math.Max(1, count - 200); number <= count; number++)
                await CheckAsync(store, writer, number);
            acknowledged[writer] = count;
        }

        Assert.Empty(await store.ScrubAsync(Token));
    }

    private static async Task CheckAsync(EmbeddedStore store, int writer, int number)
    {
        var value = await store.GetAsync(KillWriter.Entries, KillWriter.KeyOf(writer, number), Token);
        Assert.NotNull(value);
        var id = new ExtentId(BinaryPrimitives.ReadUInt64LittleEndian(value));
        if (id.Value == 0)
            return;
        var expected = KillWriter.BytesOf(writer, number);
        var bytes = new byte[expected.Length];
        Assert.Equal(bytes.Length, await store.ReadExtentAsync(id, 0, bytes, Token));
        Assert.True(bytes.AsSpan().SequenceEqual(expected), $"Extent {id.Value} has other bytes.");
    }
}
