using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Samtala.EndToEnd.Tests;

/// <summary>The executable as people and scripts meet it.</summary>
public sealed class NodeProcessTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_node_that_is_ready_serves_and_stops_cleanly_on_SIGTERM()
    {
        await using var node = await RunningNode.StartAsync();
        Assert.Equal("READY",
            (await node.Client.GetFromJsonAsync<JsonElement>("/readyz", Cancel)).GetProperty("status").GetString());
        using HttpClient nobody = new() { BaseAddress = node.Http };
        using var refused = await nobody.GetAsync("/v1/status", Cancel);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.Equal(0, await node.TerminateAsync());
        Assert.False(File.Exists(node.Socket));
    }

    [Fact]
    public async Task What_was_acknowledged_survives_SIGKILL()
    {
        var data = Directory.CreateTempSubdirectory("samtala-").FullName;
        try
        {
            await using (var node = await RunningNode.StartAsync(data))
            {
                using var put = await node.Client.PutAsJsonAsync("/v1/stores/s/keys/k", new { text = "kept" }, Cancel);
                Assert.Equal(HttpStatusCode.OK, put.StatusCode);
                await node.KillAsync();
            }

            await using var again = await RunningNode.StartAsync(data);
            var entry = await again.Client.GetFromJsonAsync<JsonElement>("/v1/stores/s/keys/k", Cancel);
            Assert.Equal("kept", entry.GetProperty("text").GetString());
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    [Fact]
    public async Task A_second_node_on_one_data_folder_is_refused_and_told_how_to_stop_the_first()
    {
        await using var node = await RunningNode.StartAsync();
        var second = await Command.RunAsync(
            Checkout.Node, ["start", "--data", node.Data, "--http", "127.0.0.1:0", "--grpc", "127.0.0.1:0"]);
        Assert.Equal(1, second.ExitCode);
        Assert.Contains("error[SAM0113]", second.Error, StringComparison.Ordinal);
        Assert.Contains("samtala stop --data", second.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_verbs_find_the_node_by_its_data_folder()
    {
        await using var node = await RunningNode.StartAsync();
        var status = JsonDocument.Parse((await RunAsync(node, "status", "--output", "json")).Output).RootElement;
        Assert.Equal(node.Http.ToString().TrimEnd('/'), status.GetProperty("http").GetString());
        await RunAsync(node, "state", "put", "notes", "a/b", "milk");
        Assert.Equal("milk\n", (await RunAsync(node, "state", "get", "notes", "a/b")).Output);
        Assert.Contains("a/b", (await RunAsync(node, "state", "list", "notes")).Output, StringComparison.Ordinal);
        Assert.Contains("registry", (await RunAsync(node, "plugin", "list")).Output, StringComparison.Ordinal);
        Assert.Contains("store", (await RunAsync(node, "doctor")).Output, StringComparison.Ordinal);
        Assert.Contains("stopped", (await RunAsync(node, "stop")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plugins_commands_come_from_the_running_node_with_their_help()
    {
        await using var node = await RunningNode.StartAsync();
        Assert.Contains("upstream", (await RunAsync(node, "registry", "--help")).Output, StringComparison.Ordinal);
        var set = await RunAsync(node, "registry", "upstream", "set", "--help");
        Assert.Contains("<mirror> <upstream>", set.Output, StringComparison.Ordinal);
        var list = JsonDocument.Parse(
            (await RunAsync(node, "registry", "list", "--output", "json")).Output).RootElement;
        Assert.NotEmpty(list.GetProperty("mirrors").EnumerateArray());
    }

    [Fact]
    public async Task A_token_opens_only_what_its_scope_says()
    {
        await using var node = await RunningNode.StartAsync();
        var made = JsonDocument.Parse(
            (await RunAsync(node, "token", "create", "--scope", "state:read", "--ttl", "1h", "--output", "json"))
                .Output).RootElement;
        var secret = made.GetProperty("secret").GetString()!;
        var http = node.Http.ToString();
        var read = await Command.RunAsync(Checkout.Node, ["state", "list", "s", "--node", http, "--token", secret]);
        Assert.Equal(0, read.ExitCode);
        var write = await Command.RunAsync(
            Checkout.Node, ["state", "put", "s", "k", "v", "--node", http, "--token", secret]);
        Assert.Equal(1, write.ExitCode);
        Assert.Contains("error[SAM05", write.Error, StringComparison.Ordinal);
    }

    private static async Task<Command> RunAsync(RunningNode node, params string[] arguments)
    {
        var run = await Command.RunAsync(Checkout.Node, [.. arguments, "--data", node.Data]);
        Assert.True(
            run.ExitCode == 0, $"{string.Join(' ', arguments)}: exit {run.ExitCode}\n{run.Output}\n{run.Error}");
        return run;
    }
}
