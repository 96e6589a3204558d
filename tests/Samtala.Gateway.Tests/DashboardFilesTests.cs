using System.Text;
using Samtala.Gateway.Dashboard;

namespace Samtala.Gateway.Tests;

public sealed class DashboardFilesTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("samtala-ui-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("/")]
    [InlineData("/app/plugins")]
    [InlineData("/app/p/registry/anything")]
    [InlineData("/index.html")]
    public void Every_page_of_the_dashboard_is_the_shell(string path)
    {
        Write("index.html", "<!doctype html>");

        var file = Dashboard().Find(path);

        Assert.Equal("<!doctype html>", TextOf(file));
        Assert.Equal("text/html; charset=utf-8", file!.ContentType);
    }

    [Theory]
    [InlineData("/apples")]
    [InlineData("/assets/none.js")]
    [InlineData("/assets")]
    [InlineData("/ui/.js")]
    [InlineData("/ui/other.js")]
    [InlineData("/ui/registry.map")]
    [InlineData("/registry/npm/left-pad")]
    public void What_is_not_of_the_dashboard_is_left_to_others(string path)
    {
        Write("index.html", "x");
        Write("assets/shell.js", "x");

        Assert.Null(Dashboard().Find(path));
    }

    [Fact]
    public void A_file_of_the_shell_has_its_type_and_a_tag_of_its_content()
    {
        Write("index.html", "x");
        Write("assets/shell.js", "one");
        var one = Dashboard().Find("/assets/shell.js");
        Write("assets/shell.js", "two");
        var two = Dashboard().Find("/assets/shell.js");

        Assert.Equal("text/javascript; charset=utf-8", one!.ContentType);
        Assert.NotEqual(one.Etag, two!.Etag);
        Assert.Equal("two", TextOf(two));
    }

    [Fact]
    public void A_plugins_module_is_read_again_when_it_changes_and_gone_when_the_plugin_is()
    {
        Write("registry.js", "first");
        string? module = Path.Combine(_folder.FullName, "registry.js");
        DashboardFiles files = new(_folder.FullName, id => id == "registry" ? module : null);

        Assert.Equal("first", TextOf(files.Find("/ui/registry.js")));
        Assert.Same(files.Find("/ui/registry.js"), files.Find("/ui/registry.js"));
        Write("registry.js", "the second");
        Assert.Equal("the second", TextOf(files.Find("/ui/registry.js")));
        module = null;
        Assert.Null(files.Find("/ui/registry.js"));
    }

    [Fact]
    public void Without_the_shell_a_page_says_how_to_get_it()
    {
        DashboardFiles files = new(Path.Combine(_folder.FullName, "missing"), _ => null);

        Assert.False(files.HasShell);
        Assert.Contains("Install Node.js", TextOf(files.Find("/")), StringComparison.Ordinal);
    }

    private DashboardFiles Dashboard() => new(_folder.FullName, _ => null);

    private void Write(string name, string text)
    {
        var path = Path.Combine(_folder.FullName, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    private static string TextOf(UiFile? file) => Encoding.UTF8.GetString(file!.Bytes.Span);
}
