using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Threading.Channels;

namespace Samtala.Interop.Tests.Hyper;

/// <summary>Who wrote the program.</summary>
public enum Implementation
{
    /// <summary>We: tests/Samtala.Interop.Peer.</summary>
    Samtala,

    /// <summary>The authors of the protocol: interop/hyper.</summary>
    JavaScript,
}

/// <summary>A peer in a process of its own that prints one JSON object per line. Disposing kills it.</summary>
internal sealed class PeerProcess : IAsyncDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(2);
    private readonly Channel<JsonObject> _lines = Channel.CreateUnbounded<JsonObject>();
    private readonly Process _process;
    private readonly Task _reading;
    private readonly Task<string> _errors;

    private PeerProcess(Process process)
    {
        _process = process;
        _errors = process.StandardError.ReadToEndAsync();
        _reading = ReadAsync();
    }

    /// <summary>Starts a verb of either implementation: same flags, same lines.</summary>
    public static async Task<PeerProcess> StartAsync(Implementation who, string verb, params string[] flags)
    {
        if (who == Implementation.JavaScript)
            await Tool.RequireNodePackagesAsync(Tool.Hyper, "hypercore");
        var (program, first) = who == Implementation.JavaScript
            ? ("node", Path.Combine(Tool.Hyper, verb + ".js"))
            : (Path.Combine(Tool.Root, "artifacts", "bin", "Samtala.Interop.Peer", "release", "peer"), verb);
        ProcessStartInfo start = new(program, [first, .. flags])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return new PeerProcess(Process.Start(start)!);
    }

    /// <summary>Runs a verb to its last line, which must say that all went well.</summary>
    public static async Task<JsonObject> RunAsync(Implementation who, string verb, params string[] flags)
    {
        await using var peer = await StartAsync(who, verb, flags);
        return await peer.UntilAsync(line => line.ContainsKey("ok"));
    }

    /// <summary>The first line that holds; lines before it are dropped. A line that tells of a failure fails the test.
    /// </summary>
    public async Task<JsonObject> UntilAsync(Func<JsonObject, bool> holds)
    {
        using CancellationTokenSource limit = new(s_limit);
        try
        {
            await foreach (var line in _lines.Reader.ReadAllAsync(limit.Token))
            {
                Assert.False((bool?)line["ok"] is false, $"The peer failed: {line.ToJsonString()}");
                if (holds(line))
                    return line;
            }
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"The peer printed no such line within {s_limit}.");
        }

        Assert.Fail($"The peer ended before it printed such a line: {await _errors}");
        return [];
    }

    /// <summary>The line of an event.</summary>
    public Task<JsonObject> EventAsync(string name) => UntilAsync(line => (string?)line["event"] == name);

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        await _reading;
        _process.Dispose();
    }

    private async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.StartsWith('{'))
                _lines.Writer.TryWrite(JsonNode.Parse(line)!.AsObject());
        }

        _lines.Writer.Complete();
    }
}
