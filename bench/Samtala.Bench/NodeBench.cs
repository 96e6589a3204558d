using System.Diagnostics;
using System.Text.Json;

namespace Samtala.Bench;

/// <summary>The built node as its owner meets it: how long until it is ready, what it takes while idle, how long it
/// takes to stop.</summary>
internal static class NodeBench
{
    public const string Usage = "node idle [--node PATH] [--runs 5] [--seconds 60]";

    private const string DefaultNode = "artifacts/bin/Samtala.Node/release/samtala";

    public static async Task<int> RunAsync(BenchArguments arguments)
    {
        if (arguments.Case is not "idle")
        {
            await Console.Error.WriteLineAsync(Usage);
            return 2;
        }

        var node = arguments.Get("node", DefaultNode);
        var runs = arguments.Get("runs", 5);
        var data = Directory.CreateTempSubdirectory("samtala-bench-").FullName;
        try
        {
            await StartAndStopAsync(node, data, TimeSpan.Zero);
            List<double> ready = [];
            List<double> stop = [];
            List<double> resident = [];
            for (var run = 0; run < runs; run++)
            {
                // Memory needs the wait only once: the last run keeps still.
                var wait = run == runs - 1 ? TimeSpan.FromSeconds(arguments.Get("seconds", 60)) : TimeSpan.Zero;
                var (readyMs, stopMs, residentMb) = await StartAndStopAsync(node, data, wait);
                ready.Add(readyMs);
                stop.Add(stopMs);
                if (wait > TimeSpan.Zero)
                    resident.Add(residentMb);
            }

            BenchLine.Write("node", "start", "ms", ready);
            BenchLine.Write("node", "stop", "ms", stop);
            BenchLine.Write("node", "idle memory", "MB", resident);
            return 0;
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    private static async Task<(double ReadyMs, double StopMs, double ResidentMb)> StartAndStopAsync(
        string node, string data, TimeSpan wait)
    {
        string[] arguments =
            ["start", "--data", data, "--http", "127.0.0.1:0", "--grpc", "127.0.0.1:0", "--output", "json"];
        var started = Stopwatch.GetTimestamp();
        using var process = Process.Start(new ProcessStartInfo(node, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        while (true)
        {
            var line = await process.StandardOutput.ReadLineAsync()
                ?? throw new InvalidOperationException($"The node did not start: {await errors}");
            if (line.StartsWith('{')
                && JsonDocument.Parse(line).RootElement.GetProperty("event").GetString() == "ready")
            {
                break;
            }
        }

        var ready = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        await Task.Delay(wait, TimeProvider.System, CancellationToken.None);
        var resident = ServerProcess.ResidentMegabytes(process.Id);
        started = Stopwatch.GetTimestamp();
        using var kill = Process.Start("/bin/sh", ["-c", $"kill -TERM {process.Id}"]);
        await process.WaitForExitAsync();
        return (ready, Stopwatch.GetElapsedTime(started).TotalMilliseconds, resident);
    }
}
