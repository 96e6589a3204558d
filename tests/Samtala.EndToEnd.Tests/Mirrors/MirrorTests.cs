using System.Net;
using System.Text.Json;

namespace Samtala.EndToEnd.Tests.Mirrors;

/// <summary>The real npm and dotnet clients, installing real packages through a node's mirrors.</summary>
public sealed class MirrorTests
{
    private const string DeadUpstream = "http://127.0.0.1:9/";

    [Fact]
    public async Task Over_400_packages_install_and_again_without_the_upstream_and_after_a_kill()
    {
        await MirrorCalls.RequireUpstreamAsync();
        var data = Directory.CreateTempSubdirectory("samtala-").FullName;
        try
        {
            await using (var node = await RunningNode.StartAsync(data))
            {
                Assert.InRange(await MirrorCalls.NpmCiAsync(node.NpmUrl()), 400, 2000);
                await node.SetUpstreamAsync("npm", DeadUpstream);
                Assert.InRange(await MirrorCalls.NpmCiAsync(node.NpmUrl()), 400, 2000);
                await node.KillAsync();
            }

            await using (var node = await RunningNode.StartAsync(data))
                Assert.InRange(await MirrorCalls.NpmCiAsync(node.NpmUrl()), 400, 2000);
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    [Fact]
    public async Task Over_50_packages_restore_and_again_without_the_upstream_and_after_a_kill()
    {
        await MirrorCalls.RequireUpstreamAsync();
        var data = Directory.CreateTempSubdirectory("samtala-").FullName;
        try
        {
            await using (var node = await RunningNode.StartAsync(data))
            {
                Assert.InRange(await MirrorCalls.DotnetRestoreAsync(node.NugetUrl()), 50, 500);
                await node.SetUpstreamAsync("nuget", "none");
                Assert.InRange(await MirrorCalls.DotnetRestoreAsync(node.NugetUrl()), 50, 500);
                await node.KillAsync();
            }

            await using (var node = await RunningNode.StartAsync(data))
                Assert.InRange(await MirrorCalls.DotnetRestoreAsync(node.NugetUrl()), 50, 500);
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    [Fact]
    public async Task A_spoilt_file_is_refused_with_a_reason_and_the_next_request_heals()
    {
        await using SpoilingProxy proxy = new(await MirrorCalls.RequireUpstreamAsync());
        await using var node = await RunningNode.StartAsync();
        await node.SetUpstreamAsync("npm", proxy.Address.AbsoluteUri);
        const string File = "registry/npm/ms/-/ms-2.1.3.tgz";

        proxy.Tampers = true;
        await AssertRefusedAsync(node, File);
        proxy.Tampers = false;
        proxy.Truncates = true;
        await AssertRefusedAsync(node, File);
        proxy.Truncates = false;
        using var good = await node.Client.GetAsync(File);

        Assert.Equal(HttpStatusCode.OK, good.StatusCode);
        Assert.Contains("immutable", good.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
        var stats = await node.GetJsonAsync("v1/registry/stats");
        Assert.Equal("2", stats.GetProperty("refused").GetString());
    }

    [Fact]
    public async Task A_stalled_upstream_delays_nothing_that_is_held()
    {
        await using SpoilingProxy proxy = new(await MirrorCalls.RequireUpstreamAsync());
        await using var node = await RunningNode.StartAsync();
        await node.SetUpstreamAsync("npm", proxy.Address.AbsoluteUri);
        foreach (var path in new[] { "registry/npm/ms", "registry/npm/ms/-/ms-2.1.3.tgz" })
        {
            using var first = await node.Client.GetAsync(path);
            Assert.True(first.IsSuccessStatusCode, await first.Content.ReadAsStringAsync());
        }

        proxy.Stalls = true;
        var waiting = node.Client.GetAsync("registry/npm/lodash");
        foreach (var path in new[] { "registry/npm/ms", "registry/npm/ms/-/ms-2.1.3.tgz" })
        {
            using var again = await node.Client.GetAsync(path);
            Assert.True(again.IsSuccessStatusCode);
        }

        Assert.False(waiting.IsCompleted);
    }

    private static async Task AssertRefusedAsync(RunningNode node, string path)
    {
        using var bad = await node.Client.GetAsync(path);
        Assert.Equal(HttpStatusCode.BadGateway, bad.StatusCode);
        var problem = JsonSerializer.Deserialize<JsonElement>(await bad.Content.ReadAsStringAsync());
        Assert.Equal("SAM0605", problem.GetProperty("code").GetString());
    }
}
