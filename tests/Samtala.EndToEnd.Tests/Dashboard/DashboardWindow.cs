using System.Text.Json;
using Microsoft.Playwright;

namespace Samtala.EndToEnd.Tests.Dashboard;

/// <summary>One window of the browser. Whatever the page complains about fails the test that closes it.</summary>
internal sealed class DashboardWindow : IAsyncDisposable
{
    private static readonly string[] s_grave = ["serious", "critical"];
    private readonly IBrowserContext _context;
    private readonly List<string> _complaints = [];

    public DashboardWindow(IBrowserContext context, IPage page)
    {
        _context = context;
        Page = page;
        page.SetDefaultTimeout(30_000);
        page.PageError += (_, error) => Complain(error);
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
                Complain($"{message.Text} ({message.Location})");
        };
    }

    public IPage Page { get; }

    /// <summary>True when failed requests are part of the test.</summary>
    public bool ExpectsFailures { get; set; }

    /// <summary>Shows a page of the dashboard to the node's owner.</summary>
    public async Task SignInAsync(RunningNode node, string path)
    {
        await _context.AddInitScriptAsync(
            $"if (!sessionStorage.getItem('samtala.token')) sessionStorage.setItem('samtala.token', '{node.Token}')");
        await Page.GotoAsync(new Uri(node.Http, path).ToString());
        await Page.Locator("samtala-shell-rail nav").WaitForAsync();
    }

    /// <summary>Waits for a heading, which says that the page is there.</summary>
    public Task HeadingAsync(string text) =>
        Page.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Name = text }).First.WaitForAsync();

    /// <summary>Keeps a picture for people, in artifacts/screenshots.</summary>
    public Task PictureAsync(string name) => Page.ScreenshotAsync(new PageScreenshotOptions
    {
        Path = Checkout.At($"artifacts/screenshots/{name}.png"),
        Animations = ScreenshotAnimations.Disabled,
    });

    /// <summary>Serious and critical findings of axe-core, each with where it is.</summary>
    public async Task<IReadOnlyList<string>> FindingsAsync()
    {
        var axe = Checkout.At("node_modules/axe-core/axe.min.js");
        Assert.SkipWhen(!File.Exists(axe) && !Checkout.IsCi, "axe-core is not installed: npm ci");
        await Page.EvaluateAsync(await File.ReadAllTextAsync(axe));
        var json = await Page.EvaluateAsync<JsonElement>("""
            async () => (await axe.run({ resultTypes: ['violations'] })).violations.map(finding => ({
              impact: finding.impact, id: finding.id, at: finding.nodes.map(node => node.target.flat().join(' ')) }))
            """);
        return [.. json.EnumerateArray()
            .Where(finding => s_grave.Contains(finding.GetProperty("impact").GetString()))
            .Select(finding => finding.GetRawText())];
    }

    /// <summary>What has the keyboard's focus, through all shadow trees: its text or label.</summary>
    public Task<string> FocusAsync() => Page.EvaluateAsync<string>("""
        () => {
          let at = document.activeElement;
          while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
          return (at?.getAttribute('aria-label') ?? at?.innerText ?? '').trim().replace(/\s+/g, ' ');
        }
        """);

    /// <summary>Presses Tab until something has the focus.</summary>
    /// <param name="name">Its text or label.</param>
    /// <param name="stepsMax">How often at most.</param>
    public async Task TabToAsync(string name, int stepsMax = 60)
    {
        List<string> passed = [];
        for (var i = 0; i < stepsMax; i++)
        {
            await Page.Keyboard.PressAsync("Tab");
            var at = await FocusAsync();
            if (at == name)
                return;
            passed.Add(at);
        }

        Assert.Fail($"Tab does not reach \"{name}\"; it came by: {string.Join(" | ", passed)}");
    }

    public async ValueTask DisposeAsync()
    {
        await _context.CloseAsync();
        if (!ExpectsFailures)
            Assert.Empty(_complaints);
    }

    private void Complain(string text)
    {
        lock (_complaints)
            _complaints.Add(text);
    }
}
