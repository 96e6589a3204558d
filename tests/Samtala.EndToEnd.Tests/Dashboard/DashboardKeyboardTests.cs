using Microsoft.Playwright;

namespace Samtala.EndToEnd.Tests.Dashboard;

/// <summary>The main path of each page, without a mouse.</summary>
[Collection(DashboardTests.Name)]
public sealed class DashboardKeyboardTests(DashboardBrowser browser)
{
    [Fact]
    public async Task Every_page_is_reached_with_Tab_and_Enter()
    {
        await using var window = await browser.OpenAsync("/");
        await window.HeadingAsync("All is well");

        await window.TabToAsync("Skip to the page");
        await window.TabToAsync("Plugins");
        await window.Page.Keyboard.PressAsync("Enter");
        await window.HeadingAsync("Plugins");
        await window.TabToAsync("Install");
        await window.Page.Keyboard.PressAsync("Shift+Tab");
        await window.TabToAsync("Install");
        await window.Page.Keyboard.PressAsync("Enter");
        await window.Page.GetByLabel("Folder or .nupkg file on the node's machine").WaitForAsync();
        await window.Page.Keyboard.PressAsync("Escape");
        Assert.Equal("Install", await window.FocusAsync());
    }

    [Fact]
    public async Task The_palette_finds_pages_and_commands_by_a_few_letters()
    {
        await using var window = await browser.OpenAsync("/");
        await window.HeadingAsync("All is well");

        await window.Page.Keyboard.PressAsync("Control+k");
        await window.Page.GetByRole(AriaRole.Option, new() { Name = "Settings Page" }).WaitForAsync();
        Assert.Empty(await window.FindingsAsync());
        await window.PictureAsync("palette");
        await window.Page.Keyboard.TypeAsync("settings tok");
        await window.Page.Keyboard.PressAsync("Enter");
        await window.HeadingAsync("Tokens");
        Assert.EndsWith("/app/settings/tokens", window.Page.Url, StringComparison.Ordinal);

        await window.Page.Keyboard.PressAsync("Control+k");
        await window.Page.Keyboard.TypeAsync("theme: dark");
        await window.Page.Keyboard.PressAsync("Enter");
        Assert.Equal("dark", await window.Page.EvaluateAsync<string>("() => document.documentElement.dataset.theme"));

        await window.Page.Keyboard.PressAsync("Control+k");
        await window.Page.Keyboard.PressAsync("Escape");
        await window.Page.GetByRole(AriaRole.Listbox).WaitForAsync(new() { State = WaitForSelectorState.Hidden });
    }

    [Fact]
    public async Task A_token_is_made_and_withdrawn_without_a_mouse()
    {
        var node = await browser.NodeAsync();
        await using var window = await browser.OpenAsync("/app/settings");
        await window.HeadingAsync("Tokens");
        var keys = window.Page.Keyboard;

        await window.TabToAsync("New token");
        await keys.PressAsync("Enter");
        await window.HeadingAsync("New token");
        await keys.TypeAsync("a build machine");
        await keys.PressAsync("Tab");
        await keys.TypeAsync("node:read");
        await keys.PressAsync("Enter");
        await window.Page.GetByText("Copy the token now.").WaitForAsync();
        var secret = await window.Page.Locator("samtala-shell-new-token .secret code").InnerTextAsync();
        Assert.Equal(200, await StatusAsync(node, secret));

        await keys.PressAsync("Escape");
        await window.Page.GetByText("a build machine").WaitForAsync();
        await window.TabToAsync("Withdraw: a build machine");
        await keys.PressAsync("Enter");
        await window.HeadingAsync("Withdraw a build machine?");
        await window.TabToAsync("Withdraw");
        await keys.PressAsync("Enter");
        await window.Page.GetByText("a build machine is withdrawn.").WaitForAsync();

        Assert.Equal(401, await StatusAsync(node, secret));
    }

    private static async Task<int> StatusAsync(RunningNode node, string token)
    {
        using HttpClient client = new() { BaseAddress = node.Http };
        client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        using var answer = await client.GetAsync(new Uri("/v1/status", UriKind.Relative));
        return (int)answer.StatusCode;
    }
}
