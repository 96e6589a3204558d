using Microsoft.Playwright;

namespace Samtala.EndToEnd.Tests.Dashboard;

[Collection(DashboardTests.Name)]
public sealed class DashboardPageTests(DashboardBrowser browser)
{
    private static readonly (string Name, string Path, string Heading)[] s_pages =
    [
        ("home", "/", "All is well"),
        ("plugins", "/app/plugins", "Plugins"),
        ("plugin", "/app/plugins/registry", "It may"),
        ("registry", "/app/p/registry", "Live downloads"),
        ("settings", "/app/settings", "Tokens"),
    ];

    public static TheoryData<string, int, string> Views =>
        [.. from page in s_pages
            from width in new[] { 360, 900, 1400 }
            from theme in new[] { "light", "dark" }
            select (page.Name, width, theme)];

    [Theory]
    [MemberData(nameof(Views))]
    public async Task A_page_fits_its_window_and_axe_finds_nothing_serious(string name, int width, string theme)
    {
        var (_, path, heading) = s_pages.Single(page => page.Name == name);
        await using var window = await browser.OpenAsync(
            path, width, theme == "dark" ? ColorScheme.Dark : ColorScheme.Light);

        await window.HeadingAsync(heading);
        await window.Page.WaitForTimeoutAsync(400);
        await window.PictureAsync($"{name}-{width}-{theme}");

        Assert.Empty(await window.FindingsAsync());
        Assert.True(
            await window.Page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= innerWidth"),
            $"{path} is wider than {width} pixels.");
        var paint = await window.Page.EvaluateAsync<double>(
            "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? -1");
        TestContext.Current.TestOutputHelper?.WriteLine($"first paint after {paint:F0} ms");
    }

    [Fact]
    public async Task The_chosen_theme_and_language_hold_after_a_reload()
    {
        await using var window = await browser.OpenAsync("/app/settings");
        await window.Page.GetByText("Dark", new() { Exact = true }).ClickAsync();
        await window.Page.GetByText("Svenska", new() { Exact = true }).ClickAsync();

        await window.HeadingAsync("Inställningar");
        await window.Page.ReloadAsync();
        await window.HeadingAsync("Inställningar");

        Assert.Equal("sv", await window.Page.EvaluateAsync<string>("() => document.documentElement.lang"));
        Assert.Equal("dark", await window.Page.EvaluateAsync<string>("() => document.documentElement.dataset.theme"));
        await window.PictureAsync("settings-swedish");
    }

    [Fact]
    public async Task An_address_that_is_no_page_says_so()
    {
        await using var window = await browser.OpenAsync("/app/nowhere");

        await window.Page.GetByText("There is no such page").WaitForAsync();
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Go to the start" }).ClickAsync();
        await window.HeadingAsync("All is well");
    }

    [Fact]
    public async Task A_node_that_is_gone_is_told_and_the_page_comes_back_by_itself()
    {
        var port = 0;
        var data = Directory.CreateTempSubdirectory("samtala-").FullName;
        try
        {
            await using var window = await browser.OpenAsync();
            window.ExpectsFailures = true;
            await using (var node = await RunningNode.StartAsync(data))
            {
                port = node.Http.Port;
                await window.SignInAsync(node, "/");
                await window.HeadingAsync("All is well");
            }

            await window.Page.GetByText("The node does not answer. Trying again…").WaitForAsync();
            await window.PictureAsync("offline");
            await using var again = await RunningNode.StartAsync(data, "--http", $"127.0.0.1:{port}");
            await window.Page.GetByText("The node does not answer. Trying again…")
                .WaitForAsync(new() { State = WaitForSelectorState.Detached });
            await window.HeadingAsync("All is well");
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }
}
