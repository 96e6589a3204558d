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
}
