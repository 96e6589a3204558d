using System.Globalization;
using System.Net;
using System.Text.Json;

namespace Samtala.EndToEnd.Tests.Mirrors;

/// <summary>The real npm and dotnet clients, installing real packages through a node's mirrors.</summary>
public sealed class MirrorTests
{
    private const string DeadUpstream = "http://127.0.0.1:9/";

    [Fact]
    public async Task Over_400_packages_install_and_after_a_kill_again_without_the_upstream()
    {
        await MirrorCalls.RequireUpstreamAsync();
        await FillThenKillAsync("npm", DeadUpstream, node => MirrorCalls.NpmCiAsync(node.NpmUrl()), 400);
    }

    [Fact]
    public async Task Over_50_packages_restore_and_after_a_kill_again_without_an_upstream()
    {
        await MirrorCalls.RequireUpstreamAsync();
        await FillThenKillAsync("nuget", "none", node => MirrorCalls.DotnetRestoreAsync(node.NugetUrl()), 50);
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
        var held = await node.GetJsonAsync("v1/registry/mirrors/npm/packages");
        Assert.DoesNotContain("ms-2.1.3.tgz", held.GetRawText(), StringComparison.Ordinal);
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
    public async Task What_was_fetched_is_counted_in_the_status()
    {
        await using SpoilingProxy proxy = new(await MirrorCalls.RequireUpstreamAsync());
        await using var node = await RunningNode.StartAsync();
        await node.SetUpstreamAsync("npm", proxy.Address.AbsoluteUri);
        using var first = await node.Client.GetAsync("registry/npm/ms/-/ms-2.1.3.tgz");
        var length = first.Content.Headers.ContentLength!.Value;
        var fetched = long.Parse(
            (await node.GetJsonAsync("v1/status")).GetProperty("fetchedBytes").GetString()!,
            CultureInfo.InvariantCulture);
        Assert.True(fetched > length, $"{fetched} bytes, and a file of {length} was fetched.");
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

        await AssertErrorAsync("SAM0603", HttpStatusCode.GatewayTimeout, await waiting);
        await AssertErrorAsync(
            "SAM0604", HttpStatusCode.GatewayTimeout, await node.Client.GetAsync("registry/npm/react"));
    }

    /// <summary>Installs with nothing held; then takes the upstream away, ends the node as a power cut would, and
    /// installs again from what it wrote.</summary>
    private static async Task FillThenKillAsync(
        string mirror, string noUpstream, Func<RunningNode, Task<int>> install, int packagesMin)
    {
        var data = Directory.CreateTempSubdirectory("samtala-").FullName;
        try
        {
            int installed;
            await using (var node = await RunningNode.StartAsync(data))
            {
                installed = await install(node);
                Assert.True(installed >= packagesMin, $"Only {installed} packages were installed.");
                await node.SetUpstreamAsync(mirror, noUpstream);
                await node.KillAsync();
            }

            await using (var node = await RunningNode.StartAsync(data))
                Assert.Equal(installed, await install(node));
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    private static async Task AssertRefusedAsync(RunningNode node, string path)
    {
        using var bad = await node.Client.GetAsync(path);
        await AssertErrorAsync("SAM0605", HttpStatusCode.BadGateway, bad);
    }

    private static async Task AssertErrorAsync(string code, HttpStatusCode status, HttpResponseMessage answer)
    {
        var problem = await answer.Content.ReadAsStringAsync();
        Assert.True(status == answer.StatusCode, $"{answer.StatusCode}: {problem}");
        Assert.Equal(code, JsonSerializer.Deserialize<JsonElement>(problem).GetProperty("code").GetString());
    }
}
