using Microsoft.Playwright;

namespace Samtala.EndToEnd.Tests.Dashboard;

[Collection(DashboardTests.Name)]
public sealed class DashboardLoginTests(DashboardBrowser browser)
{
    [Fact]
    public async Task The_link_that_the_node_prints_opens_the_dashboard_once_and_leaves_no_secret_in_the_address()
    {
        await using var first = await browser.OpenAsync();
        await using var node = await RunningNode.StartAsync();

        await first.Page.GotoAsync(node.Login);
        await first.HeadingAsync("All is well");
        Assert.DoesNotContain("token", first.Page.Url, StringComparison.Ordinal);
        Assert.Equal(node.Http.ToString(), first.Page.Url);

        await first.Page.ReloadAsync();
        await first.HeadingAsync("All is well");

        await using var second = Failing(await browser.OpenAsync());
        await second.Page.GotoAsync(node.Login);
        await second.Page.GetByText("This link no longer works.").WaitForAsync();
        Assert.Empty(await second.FindingsAsync());
        await second.PictureAsync("login-refused");
    }

    [Fact]
    public async Task A_token_signs_in_and_a_wrong_one_is_refused_in_words()
    {
        var node = await browser.NodeAsync();
        await using var window = Failing(await browser.OpenAsync());
        await window.Page.GotoAsync(new Uri(node.Http, "/app/settings").ToString());
        var field = window.Page.GetByLabel("Or paste a login link or a token");

        await field.FillAsync("not-a-token");
        await field.PressAsync("Enter");
        await window.Page.GetByText("The node does not know this token.").WaitForAsync();
        await field.FillAsync(node.Token);
        await field.PressAsync("Enter");

        // The address that was asked for is the page that is shown.
        await window.HeadingAsync("Settings");
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Sign out of this tab" }).ClickAsync();
        await window.HeadingAsync("Open your node");
        Assert.Null(await window.Page.EvaluateAsync<string?>("() => sessionStorage.getItem('samtala.token')"));
    }

    // A refused sign-in is a failed request, which Chromium writes to the console.
    private static DashboardWindow Failing(DashboardWindow window)
    {
        window.ExpectsFailures = true;
        return window;
    }
}
