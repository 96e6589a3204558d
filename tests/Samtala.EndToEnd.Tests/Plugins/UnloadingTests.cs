using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Samtala.EndToEnd.Tests.Plugins;

/// <summary>A plugin's code is really gone, whatever clients hold open.</summary>
public sealed class UnloadingTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Twelve_reloads_under_open_connections_leave_no_old_code_in_memory()
    {
        await using var node = await RunningNode.StartAsync();
        await SamplePlugin.InstallAsync(node);
        using IdleClients clients = new(node);
        for (var i = 0; i < 12; i++)
        {
            await clients.AskAsync(Cancel);
            // Whoever streams holds a reload up for a second: three rounds show it.
            if (i % 4 == 0)
                await clients.LeaveOpenAsync(Cancel);
            using var reloaded = await node.Client.PostAsJsonAsync("/v1/plugins/hello:reload", new { }, Cancel);
            Assert.Equal(HttpStatusCode.OK, reloaded.StatusCode);
            var plugin = await reloaded.Content.ReadFromJsonAsync<JsonElement>(Cancel);
            Assert.Equal("RUNNING", plugin.GetProperty("state").GetString());
        }

        await clients.AskAsync(Cancel);
        var log = await node.Client.GetStringAsync("/v1/plugins/hello/logs", Cancel);
        Assert.Equal(13, log.Split("Running\"").Length - 1);
        Assert.DoesNotContain("still in memory", log, StringComparison.Ordinal);
        Assert.DoesNotContain("did not heed", log, StringComparison.Ordinal);
    }
}
