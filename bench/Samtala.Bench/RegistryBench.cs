using System.Diagnostics;
using System.Net.Http.Headers;

namespace Samtala.Bench;

/// <summary>The cases of bench/registry against any npm registry: requests per second, and what the server's process
/// spent on each. Run it against two servers in turn and compare the CPU.</summary>
internal static class RegistryBench
{
    public const string Usage =
        "registry http --base http://127.0.0.1:7650/registry/npm [--pid PID] [--seconds 5] [--runs 3] "
        + "[--connections 16]";

    private const string Abbreviated = "application/vnd.npm.install-v1+json";

    private static readonly (string Name, string Path, string Accept)[] s_cases =
    [
        ("tgz-3KB", "ms/-/ms-2.1.3.tgz", "*/*"),
        ("tgz-316KB", "lodash/-/lodash-4.18.1.tgz", "*/*"),
        ("tgz-4MB", "typescript/-/typescript-5.5.4.tgz", "*/*"),
        ("packument-full-45KB", "ms", "application/json"),
        ("packument-full-166KB", "lodash", "application/json"),
        ("packument-abbr", "lodash", Abbreviated),
        ("packument-full-13.7MB", "typescript", "application/json"),
    ];

    public static async Task<int> RunAsync(BenchArguments arguments)
    {
        var address = arguments.Get("base", "");
        if (arguments.Case is not "http" || address.Length == 0)
        {
            await Console.Error.WriteLineAsync(Usage);
            return 2;
        }

        using SocketsHttpHandler handler = new() { UseProxy = false, UseCookies = false };
        using HttpClient http = new(handler);
        var load = new Load(
            arguments.Get("connections", 16), TimeSpan.FromSeconds(arguments.Get("seconds", 5)),
            arguments.Get("pid", 0));
        foreach (var (name, path, accept) in s_cases)
        {
            Uri uri = new($"{address.TrimEnd('/')}/{path}");
            await AskAsync(http, uri, accept); // warm: fetched and published
            List<double> rates = [];
            List<double> cpu = [];
            for (var run = 0; run < arguments.Get("runs", 3); run++)
            {
                var (rate, microseconds) = await load.RunAsync(() => AskAsync(http, uri, accept));
                rates.Add(rate);
                cpu.Add(microseconds);
            }

            cpu.Sort();
            double? median = load.ProcessId > 0 ? Math.Round(cpu[cpu.Count / 2], 1) : null;
            BenchLine.Write("registry", name, "req/s", rates, ("cpuUsPerRequest", median));
        }

        return 0;
    }

    private static async Task AskAsync(HttpClient http, Uri uri, string accept)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, uri);
        request.Headers.Accept.Add(MediaTypeWithQualityHeaderValue.Parse(accept));
        request.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue("gzip"));
        using var response = await http.SendAsync(
            request, HttpCompletionOption.ResponseHeadersRead, CancellationToken.None);
        response.EnsureSuccessStatusCode();
        await response.Content.CopyToAsync(Stream.Null, CancellationToken.None);
    }

    private sealed record Load(int Connections, TimeSpan Duration, int ProcessId)
    {
        public async Task<(double Rate, double MicrosecondsPerRequest)> RunAsync(Func<Task> ask)
        {
            long count = 0;
            var before = ProcessId > 0 ? ServerProcess.CpuMilliseconds(ProcessId) : 0;
            var started = Stopwatch.GetTimestamp();
            await Task.WhenAll(Enumerable.Range(0, Connections).Select(async _ =>
            {
                while (Stopwatch.GetElapsedTime(started) < Duration)
                {
                    await ask();
                    Interlocked.Increment(ref count);
                }
            }));
            var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
            var spent = ProcessId > 0 ? ServerProcess.CpuMilliseconds(ProcessId) - before : 0;
            return (count / seconds, spent * 1000 / count);
        }
    }
}
