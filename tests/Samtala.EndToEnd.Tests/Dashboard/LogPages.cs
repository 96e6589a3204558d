using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.Playwright;

namespace Samtala.EndToEnd.Tests.Dashboard;

/// <summary>What the tests of the pages of logs do, on the page and behind its back.</summary>
internal static class LogPages
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Makes a log over REST.</summary>
    /// <returns>Its key.</returns>
    public static async Task<string> CreateLogAsync(this RunningNode node, string label, bool shared = false)
    {
        var log = await PostAsync(node, "/v1/logs", new { label, shared });
        return log.GetProperty("key").GetString()!;
    }

    /// <summary>Appends over REST, as another program would.</summary>
    public static Task AppendAsync(this RunningNode node, string log, params string[] entries) => PostAsync(
        node,
        $"/v1/logs/{log}:append",
        new { entries = entries.Select(entry => Convert.ToBase64String(Encoding.UTF8.GetBytes(entry))) });

    /// <summary>Follows another node's log over REST.</summary>
    public static Task FollowLogAsync(this RunningNode node, string key, RunningNode from, string label) =>
        PostAsync(node, "/v1/logs:follow", new { key, peers = new[] { from.Listen }, label });

    /// <summary>Forgets a log over REST, so that the shared node is as it was.</summary>
    public static async Task DeleteLogAsync(this RunningNode node, string log)
    {
        using var response = await node.Client.DeleteAsync(new Uri($"/v1/logs/{log}", UriKind.Relative), Cancel);
        response.EnsureSuccessStatusCode();
    }

    /// <summary>Waits for the line of an entry.</summary>
    public static Task EntryAsync(this IPage page, string text) =>
        page.Locator("samtala-shell-log-entries .line", new() { HasTextString = text }).WaitForAsync();

    /// <summary>Presses one of the buttons for what cannot be undone, types the word and confirms.</summary>
    public static async Task ConfirmAsync(this IPage page, string button, string word, params (string, string)[] fields)
    {
        await page.GetByRole(AriaRole.Button, new() { Name = button, Exact = true }).ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog);
        foreach (var (label, value) in fields)
            await dialog.GetByLabel(label).FillAsync(value);
        var confirm = dialog.GetByRole(AriaRole.Button, new() { Name = button, Exact = true });
        Assert.True(await confirm.IsDisabledAsync(), "It is done before the word is typed.");
        await dialog.GetByLabel($"Type {word} to confirm.").FillAsync(word);
        await confirm.ClickAsync();
    }

    private static async Task<JsonElement> PostAsync(RunningNode node, string path, object body)
    {
        using var response = await node.Client.PostAsJsonAsync(path, body, Cancel);
        var text = await response.Content.ReadAsStringAsync(Cancel);
        Assert.True(response.IsSuccessStatusCode, $"{path}: {text}");
        return JsonDocument.Parse(text).RootElement;
    }
}
