using Microsoft.Playwright;

namespace Samtala.EndToEnd.Tests.Dashboard;

[Collection(DashboardTests.Name)]
public sealed class DashboardPluginTests(DashboardBrowser browser)
{
    private static string Sample => Checkout.At("artifacts/samples/hello");

    [Fact]
    public async Task A_plugin_is_installed_once_its_grants_are_allowed_and_removed_once_its_id_is_typed()
    {
        RequireSample();
        await using var node = await RunningNode.StartAsync();
        await using var window = await browser.OpenAsync();
        var page = window.Page;
        await window.SignInAsync(node, "/app/plugins");

        await InstallAsync(page, Sample);
        await page.GetByText("Hello asks for").WaitForAsync();
        await page.GetByText("Keep small values in this node").WaitForAsync();
        Assert.Empty(await window.FindingsAsync());
        await window.PictureAsync("plugin-install");
        await page.GetByRole(AriaRole.Button, new() { Name = "Allow and install" }).ClickAsync();
        await window.HeadingAsync("Hello");
        await page.GetByRole(AriaRole.Link, new() { Name = "Open its page" }).ClickAsync();
        await page.Locator("samtala-hello h1").WaitForAsync();
        await page.GoBackAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = "Turn off" }).ClickAsync();
        await page.GetByText("Hello is off.").WaitForAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Undo" }).ClickAsync();
        await page.GetByText("Hello is on.").WaitForAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Restart" }).ClickAsync();
        await page.GetByText("Hello has restarted.").WaitForAsync();
        await page.GetByRole(AriaRole.Log).WaitForAsync();
        await window.PictureAsync("plugin-log");

        await page.GetByRole(AriaRole.Button, new() { Name = "Remove" }).ClickAsync();
        var remove = page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Remove" });
        await page.GetByLabel("Keep what it has stored").UncheckAsync();
        Assert.True(await remove.IsDisabledAsync());
        await page.GetByLabel("What it has stored is deleted").FillAsync("hello");
        await remove.ClickAsync();
        await page.GetByText("Hello is removed.").WaitForAsync();
        await window.HeadingAsync("Plugins");
        await page.GetByRole(AriaRole.Link, new() { Name = "Hello" })
            .WaitForAsync(new() { State = WaitForSelectorState.Detached });
    }

    [Fact]
    public async Task A_folder_without_a_plugin_is_refused_with_what_to_do()
    {
        var empty = Directory.CreateTempSubdirectory("samtala-empty-");
        await using var window = await browser.OpenAsync("/app/plugins");
        window.ExpectsFailures = true;

        await InstallAsync(window.Page, empty.FullName);

        var told = window.Page.GetByRole(AriaRole.Alert);
        await told.WaitForAsync();
        Assert.Contains("plugin.json", await told.InnerTextAsync(), StringComparison.Ordinal);
        await window.PictureAsync("plugin-refused");
        empty.Delete();
    }

    [Fact]
    public async Task A_page_that_breaks_is_taken_away_with_its_log_and_the_shell_lives()
    {
        RequireSample();
        var copy = Directory.CreateTempSubdirectory("samtala-broken-").FullName;
        CopyFolder(Sample, copy);
        Directory.CreateDirectory(Path.Combine(copy, "ui"));
        await File.WriteAllTextAsync(Path.Combine(copy, "ui", "hello.js"), """
            customElements.define("samtala-hello", class extends HTMLElement {
              connectedCallback() { setTimeout(() => { throw new Error("it broke"); }, 200); }
            });
            """);
        await using var node = await RunningNode.StartAsync();
        await using var window = await browser.OpenAsync();
        window.ExpectsFailures = true;
        await window.SignInAsync(node, "/app/plugins");
        await InstallAsync(window.Page, copy);
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Allow and install" }).ClickAsync();

        await window.Page.GetByRole(AriaRole.Link, new() { Name = "Open its page" }).ClickAsync();
        await window.Page.GetByText("The page of Hello has stopped working").WaitForAsync();
        await window.Page.GetByText("it broke").WaitForAsync();
        await window.HeadingAsync("Log");
        await window.PictureAsync("plugin-broken");

        await window.Page.GetByRole(AriaRole.Link, new() { Name = "Home" }).ClickAsync();
        await window.HeadingAsync("All is well");
        Directory.Delete(copy, recursive: true);
    }

    private static async Task InstallAsync(IPage page, string path)
    {
        await page.GetByRole(AriaRole.Button, new() { Name = "Install" }).ClickAsync();
        await page.GetByLabel("Folder or .nupkg file on the node's machine").FillAsync(path);
        await page.GetByRole(AriaRole.Button, new() { Name = "Continue" }).ClickAsync();
    }

    private static void RequireSample()
    {
        const string Reason = "The sample plugin is not built: dotnet build -c Release";
        Assert.SkipWhen(!Directory.Exists(Sample) && !Checkout.IsCi, Reason);
        Assert.True(Directory.Exists(Sample), Reason);
    }

    private static void CopyFolder(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }
}
