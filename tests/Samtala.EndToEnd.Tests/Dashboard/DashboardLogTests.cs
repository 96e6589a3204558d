using Microsoft.Playwright;

namespace Samtala.EndToEnd.Tests.Dashboard;

/// <summary>The pages of logs, on one node.</summary>
[Collection(DashboardTests.Name)]
public sealed class DashboardLogTests(DashboardBrowser browser)
{
    [Fact]
    public async Task A_log_is_made_written_verified_and_deleted_without_a_mouse()
    {
        await using var window = await browser.OpenAsync("/app/logs");
        var (page, keys) = (window.Page, window.Page.Keyboard);
        await page.GetByText("No logs yet").WaitForAsync();
        Assert.Empty(await window.FindingsAsync());
        await window.PictureAsync("logs-none");

        await keys.PressAsync("Control+k");
        await keys.TypeAsync("new log");
        await keys.PressAsync("Enter");
        await page.GetByLabel("Name").WaitForAsync();
        Assert.Empty(await window.FindingsAsync());
        await keys.TypeAsync("garden");
        await keys.PressAsync("Enter");
        await window.HeadingAsync("garden");

        await window.TabToAsync("Text");
        await keys.TypeAsync("the first apple");
        await keys.PressAsync("Control+Enter");
        await page.EntryAsync("the first apple");
        await window.TabToAsync("Share this log");
        await keys.PressAsync("Space");
        await page.GetByText("garden is shared.").WaitForAsync();
        await page.GetByText("Whoever knows the key can fetch this log").WaitForAsync();
        await window.TabToAsync("Verify all entries");
        await keys.PressAsync("Enter");
        await page.GetByText("All is right: 1 entry").WaitForAsync();

        await window.TabToAsync("Delete");
        await keys.PressAsync("Enter");
        await window.HeadingAsync("Delete garden?");
        await keys.TypeAsync("garden");
        await keys.PressAsync("Enter");
        await page.GetByText("garden is deleted.").WaitForAsync();
        await page.GetByText("No logs yet").WaitForAsync();
        Assert.EndsWith("/app/logs", page.Url, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Entries_are_seen_as_they_come_and_never_become_markup()
    {
        var node = await browser.NodeAsync();
        await node.CreateLogAsync("live");
        await using var window = await browser.OpenAsync("/app/logs/live");
        var page = window.Page;
        await page.GetByText("Live", new() { Exact = true }).WaitForAsync();

        await node.AppendAsync("live", "<b id=x>not bold</b><img src=x onerror=alert(1)>", "\u0001\u0002", "third");
        await page.EntryAsync("<b id=x>not bold</b>");
        await page.EntryAsync("01 02");
        await page.EntryAsync("third");
        await page.GetByText("0–2 of 3").WaitForAsync();
        Assert.Equal(0, await page.Locator("samtala-shell-log-entries :is(b, img)").CountAsync());
        await page.Locator("samtala-shell-log-append input[type=file]").SetInputFilesAsync(new FilePayload
        {
            Name = "three.bin",
            MimeType = "application/octet-stream",
            Buffer = [0xff, 0x00, 0x77],
        });
        await page.EntryAsync("ff 00 77");

        await page.ConfirmAsync("Clear entries", "live", ("From entry", "0"), ("Up to and with entry", "1"));
        await page.GetByText("2 entries are cleared.").WaitForAsync();
        await page.GetByText("Not here").First.WaitForAsync();
        await page.ConfirmAsync("Cut back", "live", ("How many entries stay", "3"));
        await page.GetByText("live has 3 entries now.").WaitForAsync();
        await page.GetByText("0–2 of 3").WaitForAsync();
        await window.PictureAsync("log-cut-back");
        Assert.Empty(await window.FindingsAsync());
        await node.DeleteLogAsync("live");
    }

    [Fact]
    public async Task A_log_that_is_not_there_says_so()
    {
        await using var window = await browser.OpenAsync("/app/logs/nowhere");
        window.ExpectsFailures = true;

        await window.Page.GetByText("This node has no such log").WaitForAsync();
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Show all logs" }).ClickAsync();
        await window.HeadingAsync("Logs");
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Follow a log" }).ClickAsync();
        await window.Page.GetByLabel("Key", new() { Exact = true }).FillAsync("too short");
        await window.Page.GetByLabel("Where nodes that have it answer").FillAsync("192.0.2.7:7651");
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Follow", Exact = true }).ClickAsync();
        Assert.False(await window.Page.GetByLabel("Key", new() { Exact = true })
            .EvaluateAsync<bool>("field => field.checkValidity()"));
    }
}
