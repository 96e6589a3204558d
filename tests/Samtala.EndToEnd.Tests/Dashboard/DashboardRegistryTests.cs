using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Playwright;

namespace Samtala.EndToEnd.Tests.Dashboard;

[Collection(DashboardTests.Name)]
public sealed class DashboardRegistryTests(DashboardBrowser browser)
{
    [Fact]
    public async Task An_upstream_is_set_and_a_download_is_seen_as_it_happens()
    {
        using TinyUpstream upstream = new();
        await using var node = await RunningNode.StartAsync();
        await using var window = await browser.OpenAsync();
        var page = window.Page;
        await window.SignInAsync(node, "/app/p/registry");
        await window.HeadingAsync("Live downloads");

        await page.GetByRole(AriaRole.Button, new() { Name = "Change: npm" }).ClickAsync();
        await page.GetByRole(AriaRole.Radio, new() { Name = "From this address" }).CheckAsync();
        await page.GetByLabel("Address (http or https)").FillAsync(upstream.Url);
        Assert.Empty(await window.FindingsAsync());
        await page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await page.GetByText("npm has a new upstream.").WaitForAsync();
        await page.GetByText(upstream.Url).First.WaitForAsync();

        await page.GetByText("Live", new() { Exact = true }).WaitForAsync();
        using HttpClient npm = new() { BaseAddress = new Uri(node.Http, "/registry/npm/") };
        Assert.Contains("1.0.0", await npm.GetStringAsync(new Uri("tiny", UriKind.Relative)), StringComparison.Ordinal);
        await npm.GetByteArrayAsync(new Uri("tiny/-/tiny-1.0.0.tgz", UriKind.Relative));
        await page.GetByRole(AriaRole.Cell, new() { Name = "tiny/-/tiny-1.0.0.tgz" }).WaitForAsync();

        await page.GetByLabel("Name begins with").FillAsync("tin");
        await page.GetByText("1 file", new() { Exact = false }).First.ClickAsync();
        await page.Locator("samtala-registry-packages").GetByText("tiny-1.0.0.tgz").WaitForAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Verify all files" }).ClickAsync();
        await page.GetByText("Nothing is damaged.").WaitForAsync();
        await window.PictureAsync("registry-live");
        Assert.Empty(await window.FindingsAsync());
    }

    [Fact]
    public async Task Packages_are_shared_with_a_button_and_followed_with_the_key_it_shows()
    {
        await using var first = await RunningNode.StartAsync();
        await using var other = await RunningNode.StartAsync();
        var key = await ShareAsync(first);
        await using var window = await browser.OpenAsync();
        var page = window.Page;
        await window.SignInAsync(other, "/app/p/registry");
        await page.GetByText("None. A node that shares its packages").WaitForAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Follow", Exact = true }).ClickAsync();
        await page.GetByLabel("Key").FillAsync(key);
        await page.GetByLabel("Address (HOST:PORT)").FillAsync(first.Listen);
        Assert.Empty(await window.FindingsAsync());
        await page.Locator("dialog").GetByRole(AriaRole.Button, new() { Name = "Follow", Exact = true }).ClickAsync();
        await page.GetByText("Connected", new() { Exact = true }).WaitForAsync();
        await window.PictureAsync("registry-followed");
        Assert.Empty(await window.FindingsAsync());

        await first.KillAsync();
        await page.GetByText("Away", new() { Exact = true }).WaitForAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = $"Unfollow: {key[..8]}" }).ClickAsync();
        await page.GetByText("It is asked no longer.").WaitForAsync();
    }

    private async Task<string> ShareAsync(RunningNode node)
    {
        await using var window = await browser.OpenAsync();
        var page = window.Page;
        await window.SignInAsync(node, "/app/p/registry");
        await window.HeadingAsync("Share with other nodes");
        await page.GetByRole(AriaRole.Button, new() { Name = "Share", Exact = true }).ClickAsync();
        await page.GetByText("Everything that is here is shared.").WaitForAsync();
        var sharing = await node.Client.GetFromJsonAsync<JsonElement>("v1/registry/sharing");
        var key = sharing.GetProperty("key").GetString()!;
        await page.GetByText($"samtala registry follow {key} --peer {node.Listen}").WaitForAsync();
        Assert.Empty(await window.FindingsAsync());
        return key;
    }
}
