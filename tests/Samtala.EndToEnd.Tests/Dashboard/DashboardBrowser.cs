using Microsoft.Playwright;

namespace Samtala.EndToEnd.Tests.Dashboard;

/// <summary>The tests that look at the dashboard share one Chromium and one node.</summary>
[CollectionDefinition(Name)]
public sealed class DashboardTests : ICollectionFixture<DashboardBrowser>
{
    public const string Name = "dashboard";
}

/// <summary>A real Chromium, and a real node whose dashboard it shows.</summary>
public sealed class DashboardBrowser : IAsyncLifetime
{
    private static readonly string[] s_names = ["chromium", "chromium-browser", "google-chrome"];
    private IPlaywright? _playwright;
    private IBrowser? _browser;
    private RunningNode? _node;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <summary>The node that tests share; they leave it as they found it.</summary>
    internal async Task<RunningNode> NodeAsync()
    {
        RequireShell();
        return _node ??= await RunningNode.StartAsync();
    }

    /// <summary>Opens a window that nobody is signed in to.</summary>
    internal async Task<DashboardWindow> OpenAsync(int width = 1400, ColorScheme theme = ColorScheme.Light)
    {
        RequireShell();
        var context = await (await LaunchAsync()).NewContextAsync(new BrowserNewContextOptions
        {
            ViewportSize = new ViewportSize { Width = width, Height = width < 640 ? 780 : 900 },
            ColorScheme = theme,
            Locale = "en-US",
            ReducedMotion = ReducedMotion.Reduce,
        });
        return new DashboardWindow(context, await context.NewPageAsync());
    }

    /// <summary>Opens a window of the shared node's owner, at a page.</summary>
    internal async Task<DashboardWindow> OpenAsync(
        string path, int width = 1400, ColorScheme theme = ColorScheme.Light)
    {
        var node = await NodeAsync();
        var window = await OpenAsync(width, theme);
        await window.SignInAsync(node, path);
        return window;
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
            await _browser.CloseAsync();
        _playwright?.Dispose();
        if (_node is not null)
            await _node.DisposeAsync();
    }

    private async Task<IBrowser> LaunchAsync()
    {
        if (_browser is not null)
            return _browser;
        var chromium = FindChromium();
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = chromium,
            // Chromium's own sandbox refuses to run as root, which is who runs tests in containers.
            ChromiumSandbox = Environment.UserName != "root",
        });
        return _browser;
    }

    private static string FindChromium()
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        var found = folders.SelectMany(folder => s_names.Select(name => Path.Combine(folder, name)))
            .FirstOrDefault(File.Exists);
        return found ?? Checkout.RequireProgram(s_names[0]);
    }

    private static void RequireShell()
    {
        Checkout.RequireNode();
        var shell = Path.Combine(Path.GetDirectoryName(Checkout.Node)!, "wwwroot", "index.html");
        const string Reason = "The node was built without its dashboard: install Node.js 18 or later and build again.";
        Assert.SkipWhen(!File.Exists(shell) && !Checkout.IsCi, Reason);
        Assert.True(File.Exists(shell), Reason);
    }
}
