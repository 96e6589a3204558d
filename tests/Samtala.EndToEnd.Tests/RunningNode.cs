using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Samtala.EndToEnd.Tests;

/// <summary>
/// A real node: the built executable in a process of its own, on free ports, with a data folder of its own.
/// </summary>
internal sealed class RunningNode : IAsyncDisposable
{
    private static readonly TimeSpan s_startTimeout = TimeSpan.FromSeconds(60);
    private readonly Process _process;
    private readonly bool _ownsData;

    private RunningNode(Process process, JsonElement ready, string data, bool ownsData)
    {
        _process = process;
        _ownsData = ownsData;
        Data = data;
        Http = new Uri(ready.GetProperty("http").GetString()!);
        Grpc = ready.GetProperty("grpc").GetString()!;
        Socket = ready.GetProperty("socket").GetString()!;
        Login = ready.GetProperty("login").GetString()!;
        Listen = ready.GetProperty("listen").GetString()!;
        Token = File.ReadAllText(Path.Combine(data, "api.token")).Trim();
        Client = new HttpClient { BaseAddress = Http };
        Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
    }

    /// <summary>Where REST and the dashboard answer.</summary>
    public Uri Http { get; }

    /// <summary>Where gRPC answers.</summary>
    public string Grpc { get; }

    /// <summary>The Unix socket.</summary>
    public string Socket { get; }

    /// <summary>Where other nodes connect, HOST:PORT.</summary>
    public string Listen { get; }

    /// <summary>The one-time login link.</summary>
    public string Login { get; }

    /// <summary>The owner's token.</summary>
    public string Token { get; }

    /// <summary>The data folder.</summary>
    public string Data { get; }

    /// <summary>A client with the owner's token. Owned by the node.</summary>
    public HttpClient Client { get; }

    public int ProcessId => _process.Id;

    /// <summary>Starts a node.</summary>
    /// <param name="data">A folder to keep; null for a temporary one that goes with the node.</param>
    /// <param name="arguments">More switches of <c>start</c>.</param>
    public static async Task<RunningNode> StartAsync(string? data = null, params string[] arguments)
    {
        Checkout.RequireNode();
        var folder = data ?? Directory.CreateTempSubdirectory("samtala-").FullName;
        ProcessStartInfo info = new(Checkout.Node)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            ArgumentList =
            {
                "start", "--data", folder, "--grpc", "127.0.0.1:0", "--output", "json",
            },
        };
        foreach (var door in new[] { "--http", "--listen" })
        {
            if (!arguments.Contains(door, StringComparer.Ordinal))
                arguments = [.. arguments, door, "127.0.0.1:0"];
        }

        foreach (var argument in arguments)
            info.ArgumentList.Add(argument);
        var process = Process.Start(info)!;
        List<string> errors = [];
        process.ErrorDataReceived += (_, line) =>
        {
            lock (errors)
                errors.Add(line.Data ?? "");
        };
        process.BeginErrorReadLine();

        using CancellationTokenSource timeout = new(s_startTimeout);
        while (await process.StandardOutput.ReadLineAsync(timeout.Token) is { } line)
        {
            if (!line.StartsWith('{'))
                continue;
            using var ready = JsonDocument.Parse(line);
            if (ready.RootElement.GetProperty("event").GetString() == "ready")
                return new RunningNode(process, ready.RootElement.Clone(), folder, data is null);
        }

        await process.WaitForExitAsync(timeout.Token);
        throw new InvalidOperationException($"The node ended with {process.ExitCode}:\n{string.Join('\n', errors)}");
    }

    /// <summary>Ends the process at once, as a power cut would end it for the program.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Asks the process to end with SIGTERM.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> TerminateAsync()
    {
        // The shell has its own kill; a small system has no program of that name.
        using var kill = Process.Start("/bin/sh", ["-c", $"kill -TERM {_process.Id}"]);
        await kill.WaitForExitAsync();
        await _process.WaitForExitAsync();
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (!_process.HasExited)
            await KillAsync();
        _process.Dispose();
        if (_ownsData)
            Directory.Delete(Data, recursive: true);
    }
}
