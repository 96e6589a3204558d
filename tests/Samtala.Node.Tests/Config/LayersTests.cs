using Samtala.Node.Config;
using Samtala.Node.Errors;
using Samtala.Node.Start;

namespace Samtala.Node.Tests.Config;

public sealed class LayersTests : IDisposable
{
    private static readonly Dictionary<string, string> s_none = [];
    private readonly FakeEnvironment _environment = new();

    public void Dispose() => _environment.Dispose();

    [Fact]
    public void Each_layer_beats_the_one_before()
    {
        Assert.Equal("127.0.0.1:7650", new Layers(_environment, s_none)[Settings.Http]);
        _environment.WriteConfig("http: 127.0.0.1:1\n");
        Assert.Equal("127.0.0.1:1", new Layers(_environment, s_none)[Settings.Http]);
        _environment.Variables["SAMTALA_HTTP"] = "127.0.0.1:2";
        Assert.Equal("127.0.0.1:2", new Layers(_environment, s_none)[Settings.Http]);
        Layers all = new(_environment, new Dictionary<string, string> { ["http"] = "127.0.0.1:3" });
        Assert.Equal("127.0.0.1:3", all[Settings.Http]);
        Assert.Equal(
            ["default", $"{Paths.ConfigFile(_environment)}, line 1", "SAMTALA_HTTP", "--http"],
            all.Explain(Settings.Http).Select(l => l.Source));
    }

    [Fact]
    public void Folders_follow_the_XDG_rules_and_ignore_relative_ones()
    {
        Assert.Equal(Path.Combine(_environment.Home, ".local/share/samtala"), Paths.DefaultData(_environment));
        _environment.Variables["XDG_DATA_HOME"] = "/somewhere";
        Assert.Equal("/somewhere/samtala", Paths.DefaultData(_environment));
        _environment.Variables["XDG_DATA_HOME"] = "relative";
        Assert.Equal(Path.Combine(_environment.Home, ".local/share/samtala"), Paths.DefaultData(_environment));
    }

    [Theory]
    [InlineData("htp: x\n", "SAM0004", "did you mean 'http'?")]
    [InlineData("- a\n", "SAM0003", "not a mapping")]
    [InlineData("http: [\n", "SAM0003", "not YAML")]
    [InlineData("http: {a: b}\n", "SAM0004", "one value")]
    public void A_wrong_file_is_named_with_its_line(string yaml, string code, string says)
    {
        _environment.WriteConfig(yaml);
        var e = Assert.Throws<CliException>(() => new Layers(_environment, s_none));
        Assert.Equal(code, e.Code);
        Assert.Contains(says, e.Message, StringComparison.Ordinal);
        Assert.Contains("config.yaml", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_list_in_the_file_is_a_comma_list()
    {
        _environment.WriteConfig("bootstrap: [a:1, b:2]\n");
        Assert.Equal("a:1,b:2", new Layers(_environment, s_none)[Settings.Bootstrap]);
    }

    [Theory]
    [InlineData("127.0.0.1:0", "127.0.0.1:0")]
    [InlineData("localhost:80", "127.0.0.1:80")]
    [InlineData("[::1]:7650", "[::1]:7650")]
    [InlineData("*:7650", "0.0.0.0:7650")]
    public void An_address_is_a_host_and_a_port(string text, string wanted) =>
        Assert.Equal(wanted, StartOptions.From(With("http", text), noLan: false).Http.ToString());

    [Theory]
    [InlineData("7650")]
    [InlineData("host.example:1")]
    [InlineData("127.0.0.1:65536")]
    [InlineData(":1")]
    public void Anything_else_is_refused_with_who_said_it(string text)
    {
        var e = Assert.Throws<CliException>(() => StartOptions.From(With("http", text), noLan: false));
        Assert.Equal(("SAM0005", 2), (e.Code, e.ExitCode));
        Assert.Contains("--http", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Switches_of_what_is_not_built_yet_are_accepted_and_remembered()
    {
        var options = StartOptions.From(With("dht", "127.0.0.1:0"), noLan: true);
        Assert.Equal([("--dht", "127.0.0.1:0"), ("--no-lan", "")], options.NotYet);
    }

    private Layers With(string key, string value) =>
        new(_environment, new Dictionary<string, string> { [key] = value });
}
