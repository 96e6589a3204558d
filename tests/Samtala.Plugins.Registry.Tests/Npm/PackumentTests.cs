using System.Text;
using System.Text.Json.Nodes;
using Samtala.Plugins.Registry.Json;
using Samtala.Plugins.Registry.Npm;
using Samtala.Plugins.Registry.Tests.World;

namespace Samtala.Plugins.Registry.Tests.Npm;

public sealed class PackumentTests(ITestOutputHelper output)
{
    private const string Own = "http://127.0.0.1:7650/registry/npm/";
    private static readonly int s_seed = int.TryParse(Environment.GetEnvironmentVariable("SAMTALA_SEED"), out var seed)
        ? seed : Environment.TickCount;

    [Fact]
    public void Only_the_tarball_links_change()
    {
        var document = new FakeUpstream().AddNpm("@scope/thing", "1.0.0", "1.1.0-beta.1");
        var text = document.ToJsonString();

        var seen = Write(new TarballRewriter("@scope/thing", Own), text);

        Assert.Equal(text.Replace(NpmPackages.Base, Own, StringComparison.Ordinal), seen);
    }

    [Fact]
    public void A_document_in_pieces_of_any_size_reads_the_same()
    {
        output.WriteLine($"SAMTALA_SEED={s_seed}");
        Random random = new(s_seed);
        var text = new FakeUpstream().AddNpm("thing", "1.0.0", "2.0.0", "3.0.0").ToJsonString();
        var full = Write(new TarballRewriter("thing", Own), text);
        var brief = Write(new Abbreviator("thing", Own), text);
        for (var i = 0; i < 200; i++)
        {
            Assert.Equal(full, Write(new TarballRewriter("thing", Own), text, random));
            Assert.Equal(brief, Write(new Abbreviator("thing", Own), text, random));
        }
    }

    [Fact]
    public void The_brief_form_has_what_installers_need_and_no_more()
    {
        var text = new FakeUpstream().AddNpm("thing", "1.0.0", "2.0.0").ToJsonString();

        var brief = JsonNode.Parse(Write(new Abbreviator("thing", Own), text))!.AsObject();

        Assert.Equal(["name", "dist-tags", "versions", "modified"], brief.Select(p => p.Key));
        Assert.Equal("2029-05-05T00:00:00.000Z", brief["modified"]!.GetValue<string>());
        var version = brief["versions"]!["2.0.0"]!.AsObject();
        Assert.Equal(
            ["name", "version", "dependencies", "dist", "hasInstallScript"], version.Select(p => p.Key));
        Assert.Equal($"{Own}thing/-/thing-2.0.0.tgz", version["dist"]!["tarball"]!.GetValue<string>());
        Assert.NotNull(version["dist"]!["signatures"]);
    }

    [Fact]
    public void Links_of_another_form_get_a_made_name_and_are_told_as_lossy()
    {
        using TarballRewriter walker = new("thing", Own);
        const string Text = """
            {"versions":{"1.0.0":{"dist":{"tarball":"http:\/\/cdn.test\/a\/download?x=1"}},
            "2.0.0":{"dist":{"tarball":"http://cdn.test/thing/-/thing-2.0.0.tgz"}}}}
            """;

        walker.Feed(Encoding.UTF8.GetBytes(Text), isLast: true);

        Assert.True(walker.IsLossy);
        var seen = JsonNode.Parse(walker.Output.WrittenSpan)!["versions"]!;
        Assert.Equal($"{Own}thing/-/thing-1.0.0.tgz", seen["1.0.0"]!["dist"]!["tarball"]!.GetValue<string>());
        Assert.Equal($"{Own}thing/-/thing-2.0.0.tgz", seen["2.0.0"]!["dist"]!["tarball"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("<html>")]
    [InlineData("{\"versions\":{")]
    [InlineData("{\"versions\":{}} x")]
    public void What_is_no_whole_document_is_refused(string text)
    {
        Assert.ThrowsAny<System.Text.Json.JsonException>(() => Write(new TarballRewriter("thing", Own), text));
        Assert.ThrowsAny<System.Text.Json.JsonException>(() => Write(new Abbreviator("thing", Own), text));
    }

    [Fact]
    public void A_cut_or_changed_document_never_reads_past_its_end()
    {
        output.WriteLine($"SAMTALA_SEED={s_seed}");
        Random random = new(s_seed);
        var text = Encoding.UTF8.GetBytes(new FakeUpstream().AddNpm("thing", "1.0.0", "2.0.0").ToJsonString());
        for (var i = 0; i < 2000; i++)
        {
            byte[] bytes = [.. text.AsSpan(0, random.Next(text.Length))];
            if (bytes.Length > 0 && random.Next(2) == 0)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            using JsonWalker walker = random.Next(2) == 0
                ? new TarballRewriter("thing", Own) : new Abbreviator("thing", Own);
            try
            {
                walker.Feed(bytes, isLast: true);
            }
            catch (System.Text.Json.JsonException)
            {
                // The right answer to most of these.
            }
        }
    }

    [Theory]
    [InlineData("ms", "ms", "")]
    [InlineData("@types%2fnode", "@types/node", "")]
    [InlineData("@types%2Fnode", "@types/node", "")]
    [InlineData("@types/node", "@types/node", "")]
    [InlineData("%40types%2fnode", "@types/node", "")]
    [InlineData("ms/-/ms-2.1.3.tgz", "ms", "ms-2.1.3.tgz")]
    [InlineData("@types/node/-/node-1.0.0.tgz", "@types/node", "node-1.0.0.tgz")]
    [InlineData("@types%2fnode/-/node-1.0.0.tgz", "@types/node", "node-1.0.0.tgz")]
    [InlineData("@types/node/-/@types/node-1.0.0.tgz", "@types/node", "node-1.0.0.tgz")]
    public void Every_spelling_of_a_path_names_the_same(string path, string name, string file)
    {
        var route = NpmRoute.Read(path);
        Assert.Equal((name, file), (route.Name, route.File));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a/b")]
    [InlineData("..")]
    [InlineData("@a")]
    [InlineData("@a/")]
    [InlineData("@a/b/c")]
    [InlineData("m%73")]
    [InlineData("ms/-/../x.tgz")]
    [InlineData("ms/-/x.zip")]
    [InlineData("@a%2f..%2fb")]
    [InlineData("ms/-/%2e%2e.tgz")]
    public void Odd_paths_name_nothing(string path) => Assert.Equal(NpmRoute.What.Unknown, NpmRoute.Read(path).Kind);

    private static string Write(JsonWalker walker, string text, Random? random = null)
    {
        using (walker)
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            for (var at = 0; at < bytes.Length;)
            {
                var size = Math.Min(random?.Next(1, 400) ?? bytes.Length, bytes.Length - at);
                walker.Feed(bytes.AsSpan(at, size), isLast: false);
                at += size;
            }

            walker.Feed([], isLast: true);
            return Encoding.UTF8.GetString(walker.Output.WrittenSpan);
        }
    }
}
