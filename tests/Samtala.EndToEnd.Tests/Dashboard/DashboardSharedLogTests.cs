using Microsoft.Playwright;

namespace Samtala.EndToEnd.Tests.Dashboard;

/// <summary>The pages of logs, on two nodes that exchange one.</summary>
[Collection(DashboardTests.Name)]
public sealed class DashboardSharedLogTests(DashboardBrowser browser)
{
    [Fact]
    public async Task Who_has_which_entries_is_seen_on_every_screen_and_a_node_that_leaves_is_told()
    {
        var writer = await RunningNode.StartAsync();
        await using var reader = await RunningNode.StartAsync();
        await using var window = await browser.OpenAsync();
        var page = window.Page;
        try
        {
            var key = await writer.CreateLogAsync("news", shared: true);
            await writer.AppendAsync("news", [.. Enumerable.Range(0, 40).Select(i => $"news {i}")]);
            await reader.FollowLogAsync(key, writer, "their-news");
            await window.SignInAsync(reader, "/app/logs/their-news");

            await page.GetByText("Answers", new() { Exact = true }).WaitForAsync();
            await page.GetByText("20–39 of 40").WaitForAsync();
            await page.GetByText("Not here").First.WaitForAsync();
            await page.GetByRole(AriaRole.Button, new() { Name = "Fetch these" }).ClickAsync();
            await page.EntryAsync("news 39");
            await page.EntryAsync("news 20");
            await HasAsync(page, "20–39", "0–39");
            await writer.AppendAsync("news", "late news");
            await page.GetByText("21–40 of 41").WaitForAsync();
            await page.GetByRole(AriaRole.Button, new() { Name = "Verify all entries" }).ClickAsync();
            await page.GetByText("All is right: 20 entries").WaitForAsync();
            await page.GetByText("21 entries are not here").WaitForAsync();
            await FitsAsync(window, "log");
            await page.GetByRole(AriaRole.Link, new() { Name = "Logs" }).First.ClickAsync();
            await page.GetByRole(AriaRole.Link, new() { Name = "their-news" }).WaitForAsync();
            await FitsAsync(window, "logs");
            await page.GetByRole(AriaRole.Link, new() { Name = "their-news" }).ClickAsync();
        }
        finally
        {
            await writer.DisposeAsync();
        }

        await page.GetByText("Does not answer", new() { Exact = true }).WaitForAsync();
        await page.GetByText("No other node is connected for this log.").WaitForAsync();
    }

    /// <summary>Waits until the table beside the picture tells these ranges.</summary>
    private static async Task HasAsync(IPage page, params string[] ranges)
    {
        foreach (var range in ranges)
        {
            await page.Locator("samtala-shell-log-holders td", new() { HasTextString = range })
                .First.WaitForAsync(new() { State = WaitForSelectorState.Attached });
        }
    }

    private static async Task FitsAsync(DashboardWindow window, string name)
    {
        foreach (var theme in new[] { ColorScheme.Dark, ColorScheme.Light })
        {
            await window.Page.EmulateMediaAsync(new() { ColorScheme = theme });
            foreach (var width in new[] { 360, 900, 1400 })
            {
                await window.Page.SetViewportSizeAsync(width, width < 640 ? 780 : 900);
                Assert.Empty(await window.FindingsAsync());
                Assert.True(
                    await window.Page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= innerWidth"),
                    $"{name} is wider than {width} pixels.");
                await window.PictureAsync($"{name}-{width}-{(theme == ColorScheme.Dark ? "dark" : "light")}");
            }
        }
    }
}
