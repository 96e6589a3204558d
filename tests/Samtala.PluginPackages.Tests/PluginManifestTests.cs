using System.Text;

namespace Samtala.PluginPackages.Tests;

public sealed class PluginManifestTests
{
    private const string Whole = """
        { "id": "hello", "name": "Hello", "description": "Greets.", "version": "1.2.3", "sdk": ">=1.0 <2.0",
          "assembly": "Samtala.Plugins.Hello.dll", "needs": ["state", "fetch:*", "run:npm config get registry"],
          "documents": ["hello/note"], "services": ["samtala.hello.v1.GreetingService"], "ui": "ui/hello.js",
          "owners": ["somebody"], "anonymous": ["POST /hello/audit/"] }
        """;

    [Fact]
    public void A_whole_manifest_is_read()
    {
        var manifest = Parse(Whole);
        Assert.Equal("hello", manifest.Id);
        Assert.Equal(new PluginVersion(1, 2, 3, ""), manifest.Version);
        Assert.Equal(["state", "fetch:*", "run:npm config get registry"], manifest.Needs);
        Assert.Equal(["samtala.hello.v1.GreetingService"], manifest.Services);
        Assert.Equal("ui/hello.js", manifest.Ui);
        Assert.Equal(["POST /hello/audit/"], manifest.Anonymous.Select(a => a.ToString()));
    }

    [Theory]
    [InlineData("POST /hello/audit/", "POST", "/hello/audit/bulk", true)]
    [InlineData("POST /hello/audit/", "POST", "/hello/audit", false)]
    [InlineData("POST /hello/audit/", "PUT", "/hello/audit/bulk", false)]
    [InlineData("POST /hello/audit/", "post", "/hello/audit/bulk", false)]
    [InlineData("PUT /hello/-/v1.0/@a_b", "PUT", "/hello/-/v1.0/@a_b", true)]
    [InlineData("PUT /hello/audit", "PUT", "/hello/audit/bulk", false)]
    [InlineData("PUT /hello/audit", "PUT", "/hello/auditor", false)]
    public void An_anonymous_request_covers_what_it_says(string text, string method, string path, bool covers) =>
        Assert.Equal(covers, AnonymousRequest.TryParse(text, "hello")!.Covers(method, path));

    [Theory]
    [InlineData("\"id\": \"hello\"", "\"id\": \"Hello\"", "\"id\"")]
    [InlineData("\"id\": \"hello\"", "\"id\": \"h\"", "\"id\"")]
    [InlineData("\"id\": \"hello\"", "\"id\": \"../../etc\"", "\"id\"")]
    [InlineData("\"id\": \"hello\"", "\"id\": \"plugins\"", "\"id\"")]
    [InlineData("\"id\": \"hello\"", "\"id\": \"node\"", "\"id\"")]
    [InlineData("\"id\": \"hello\"", "\"id\": 7", "\"id\"")]
    [InlineData("\"id\": \"hello\",", "", "\"id\"")]
    [InlineData("\"id\": \"hello\",", "\"id\": \"hello\", \"id\": \"other\",", "JSON")]
    [InlineData("\"name\": \"Hello\"", "\"name\": \"\"", "\"name\"")]
    [InlineData("\"name\": \"Hello\"", "\"name\": \"a\\u0007b\"", "\"name\"")]
    [InlineData("\"name\": \"Hello\"", "\"nmae\": \"Hello\"", "\"nmae\"")]
    [InlineData("1.2.3", "1.2", "\"version\"")]
    [InlineData("1.2.3", "01.2.3", "\"version\"")]
    [InlineData("1.2.3", "1.2.3-", "\"version\"")]
    [InlineData("1.2.3", "1.2.3/../x", "\"version\"")]
    [InlineData(">=1.0 <2.0", ">=1.0", "\"sdk\"")]
    [InlineData(">=1.0 <2.0", "<2.0", "\"sdk\"")]
    [InlineData(">=1.0 <2.0", ">=2.0 <1.0", "\"sdk\"")]
    [InlineData(">=1.0 <2.0", ">=1.0 <=2.0", "\"sdk\"")]
    [InlineData(">=1.0 <2.0", "1.0", "\"sdk\"")]
    [InlineData("Samtala.Plugins.Hello.dll", "../x.dll", "\"assembly\"")]
    [InlineData("Samtala.Plugins.Hello.dll", "x.exe", "\"assembly\"")]
    [InlineData("\"state\"", "\"root\"", "\"needs\"")]
    [InlineData("\"state\"", "\"state\", \"state\"", "\"needs\"")]
    [InlineData("\"state\"", "\"fetch:Example.org\"", "\"needs\"")]
    [InlineData("\"state\"", "\"run:\"", "\"needs\"")]
    [InlineData("\"state\"", "\"run:a  b\"", "\"needs\"")]
    [InlineData("[\"state\"", "[1", "\"needs\"")]
    [InlineData("hello/note", "chat/note", "\"documents\"")]
    [InlineData("samtala.hello.v1.GreetingService", "samtala.chat.v1.RoomService", "\"services\"")]
    [InlineData("samtala.hello.v1.GreetingService", "samtala.hello.v1.", "\"services\"")]
    [InlineData("samtala.hello.v1.GreetingService", "samtala.hello.v1.a.B", "\"services\"")]
    [InlineData("ui/hello.js", "ui/other.js", "\"ui\"")]
    [InlineData("ui/hello.js", "../hello.js", "\"ui\"")]
    [InlineData("POST /hello/audit/", "POST /hello/", "\"anonymous\"")]
    [InlineData("POST /hello/audit/", "POST /other/audit/", "\"anonymous\"")]
    [InlineData("POST /hello/audit/", "POST hello/audit/", "\"anonymous\"")]
    [InlineData("POST /hello/audit/", "POST  /hello/audit/", "\"anonymous\"")]
    [InlineData("POST /hello/audit/", "GET /hello/audit/", "\"anonymous\"")]
    [InlineData("POST /hello/audit/", "* /hello/audit/", "\"anonymous\"")]
    [InlineData("POST /hello/audit/", "POST /hello/../audit/", "\"anonymous\"")]
    [InlineData("POST /hello/audit/", "POST /hello//", "\"anonymous\"")]
    [InlineData("POST /hello/audit/", "POST /hello/a//", "\"anonymous\"")]
    [InlineData("POST /hello/audit/", "POST /hello/a?b=c", "\"anonymous\"")]
    [InlineData("POST /hello/audit/", "POST /hello/%2e%2e/", "\"anonymous\"")]
    [InlineData("POST /hello/audit/", "POST /hello/*", "\"anonymous\"")]
    [InlineData("[\"POST /hello/audit/\"]", "\"POST /hello/audit/\"", "\"anonymous\"")]
    [InlineData("[\"somebody\"]", "\"somebody\"", "\"owners\"")]
    [InlineData("[\"somebody\"]", "[\"somebody\"],", "JSON")]
    public void A_wrong_field_is_refused_by_its_name(string from, string to, string named)
    {
        Assert.Contains(from, Whole, StringComparison.Ordinal);
        var e = Assert.Throws<PluginException>(() => Parse(Whole.Replace(from, to, StringComparison.Ordinal)));
        Assert.Equal("SAM0201", e.Code);
        Assert.Contains(named, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("\"text\"")]
    [InlineData("{\"a\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]}")]
    public void What_is_not_an_object_is_refused(string json) => Assert.Throws<PluginException>(() => Parse(json));

    [Fact]
    public void A_manifest_over_its_size_is_refused_before_it_is_parsed() => Assert.Throws<PluginException>(
        () => PluginManifest.Parse(new byte[PluginManifest.FileSizeMax + 1]));

    [Theory]
    [InlineData("1.0", null)]
    [InlineData("1.9", null)]
    [InlineData("0.9", "older")]
    [InlineData("2.0", "newer")]
    [InlineData("3.1", "newer")]
    public void An_sdk_outside_the_range_is_explained(string offered, string? word)
    {
        Assert.True(SdkRange.TryParse(">=1.0 <2.0", out var range));
        var problem = range.Explain("Plugin 'hello' 1.2.3", Version.Parse(offered));
        if (word is null)
            Assert.Null(problem);
        else
            Assert.Contains(word, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void The_node_offers_the_sdk_the_samples_ask_for()
    {
        Assert.True(SdkRange.TryParse(">=1.0 <2.0", out var range));
        Assert.Null(range.Explain("It", SdkRange.Offered));
    }

    [Theory]
    [InlineData("1.0.0", "1.0.1")]
    [InlineData("1.9.0", "1.10.0")]
    [InlineData("1.0.0-beta", "1.0.0")]
    [InlineData("1.0.0-alpha", "1.0.0-beta")]
    public void Versions_have_an_order(string earlier, string later)
    {
        Assert.True(PluginVersion.TryParse(earlier, out var first));
        Assert.True(PluginVersion.TryParse(later, out var second));
        Assert.True(first < second);
        Assert.Equal(earlier, first.ToString());
    }

    [Theory]
    [InlineData("fetch:example.org", true)]
    [InlineData("fetch:*", true)]
    [InlineData("fetch:private", false)]
    [InlineData("state", false)]
    [InlineData("run:npm config get registry", false)]
    public void Every_host_covers_one_host_and_nothing_else(string asked, bool covered) =>
        Assert.Equal(covered, Grant.Covers(["fetch:*"], asked));

    private static PluginManifest Parse(string json) => PluginManifest.Parse(Encoding.UTF8.GetBytes(json));
}
