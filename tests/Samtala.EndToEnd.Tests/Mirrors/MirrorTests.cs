using System.Globalization;
using System.Net;

namespace Samtala.EndToEnd.Tests.Mirrors;

/// <summary>A mirror whose upstream lies, is slow, or is counted.</summary>
public sealed class MirrorTests
{
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

        await MirrorCalls.AssertErrorAsync("SAM0603", HttpStatusCode.GatewayTimeout, await waiting);
        await MirrorCalls.AssertErrorAsync(
            "SAM0604", HttpStatusCode.GatewayTimeout, await node.Client.GetAsync("registry/npm/react"));
    }

    private static async Task AssertRefusedAsync(RunningNode node, string path)
    {
        using var bad = await node.Client.GetAsync(path);
        await MirrorCalls.AssertErrorAsync("SAM0605", HttpStatusCode.BadGateway, bad);
    }
}
