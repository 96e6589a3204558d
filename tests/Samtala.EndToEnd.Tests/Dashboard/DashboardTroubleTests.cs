using System.Text.Json;
using Microsoft.Playwright;

namespace Samtala.EndToEnd.Tests.Dashboard;

/// <summary>What a log's page tells when something is wrong; the answers are put in the node's mouth.</summary>
[Collection(DashboardTests.Name)]
public sealed class DashboardTroubleTests(DashboardBrowser browser)
{
    private static readonly string s_log = new('a', 64);

    private static readonly object s_frozen = new
    {
        name = $"logs/{s_log}",
        label = "twice",
        length = "1000",
        byteLength = "5000",
        contiguousLength = "900",
        frozen = true,
        peers = new[] { "192.0.2.7:7651" },
        problem = "192.0.2.7:7651 does not answer.",
    };

    [Fact]
    public async Task A_frozen_and_damaged_log_is_told_in_words_with_both_proofs()
    {
        await using var window = await browser.OpenAsync(900);
        var page = window.Page;
        await AnswerAsync(page, "", s_frozen);
        await AnswerAsync(page, ":head", new { conflict = new[] { "AQID", "BAUG" } });
        await AnswerAsync(page, ":availability*", new { length = "1000", here = "/wCA" });
        await AnswerAsync(page, "/entries*", new { entries = new[] { new { index = "999", data = "AAE=" } } });
        await StreamAsync(page, ":watch", new { kind = "FROZEN", length = "1000" });
        await StreamAsync(
            page, ":verify", new { entries = "500", bytes = "2500" },
            new { entries = "900", absent = "100", damaged = new[] { "7", "19" }, signatureValid = true, done = true });
        await window.SignInAsync(await browser.NodeAsync(), $"/app/logs/{s_log}");

        await window.HeadingAsync("This log is frozen");
        await page.GetByRole(AriaRole.Region, new() { Name = "Proof 1" }).GetByText("010203").WaitForAsync();
        await page.GetByRole(AriaRole.Region, new() { Name = "Proof 2" }).GetByText("040506").WaitForAsync();
        await page.GetByText("192.0.2.7:7651 does not answer.").WaitForAsync();
        await page.GetByText("Does not answer", new() { Exact = true }).WaitForAsync();
        var told = await page.Locator("samtala-shell-log-holders td").AllInnerTextsAsync();
        Assert.Contains("0–332, 666–999 (some)", told);
        Assert.Equal(0, await page.Locator("samtala-shell-log-append").CountAsync());

        await page.GetByRole(AriaRole.Button, new() { Name = "Verify all entries" }).ClickAsync();
        await page.GetByText("2 entries are damaged").WaitForAsync();
        await page.GetByText("Number 7, 19.").WaitForAsync();
        await page.GetByText("100 entries are not here").WaitForAsync();
        Assert.Empty(await window.FindingsAsync());
        await window.PictureAsync("log-frozen");
    }

    [Fact]
    public async Task A_log_that_may_not_be_the_newest_is_written_again_once_its_name_was_typed()
    {
        await using var window = await browser.OpenAsync();
        var page = window.Page;
        Dictionary<string, object> log = new()
        {
            ["name"] = $"logs/{s_log}",
            ["label"] = "restored",
            ["unconfirmed"] = true,
        };
        await AnswerAsync(page, "", log);
        await AnswerAsync(page, ":availability*", new { });
        await StreamAsync(page, ":watch");
        await page.RouteAsync($"**/v1/logs/{s_log}:confirm", route =>
        {
            (log["writable"], log["unconfirmed"]) = (true, false);
            return route.FulfillAsync(new() { ContentType = "application/json", Body = "{}" });
        });
        await window.SignInAsync(await browser.NodeAsync(), $"/app/logs/{s_log}");

        await window.HeadingAsync("There may be newer entries elsewhere");
        await page.GetByText("Own", new() { Exact = true }).WaitForAsync();
        Assert.Equal(0, await page.Locator("samtala-shell-log-append").CountAsync());
        await page.ConfirmAsync("Go on writing", "restored");
        await page.GetByText("restored can be written again.").WaitForAsync();
        await page.GetByRole(AriaRole.Textbox, new() { Name = "Text" }).WaitForAsync();
        Assert.Empty(await window.FindingsAsync());
    }

    private static Task AnswerAsync(IPage page, string what, object answer) => page.RouteAsync(
        $"**/v1/logs/{s_log}{what}",
        route => route.FulfillAsync(
            new() { ContentType = "application/json", Body = JsonSerializer.Serialize(answer) }));

    private static Task StreamAsync(IPage page, string what, params object[] messages) => page.RouteAsync(
        $"**/v1/logs/{s_log}{what}",
        route => route.FulfillAsync(new()
        {
            ContentType = "text/event-stream",
            Body = string.Concat(messages.Select(message => $"data: {JsonSerializer.Serialize(message)}\n\n")),
        }));
}
