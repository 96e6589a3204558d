using System.Text.Json.Nodes;
using Samtala.Node.Cli;

namespace Samtala.Node.Tests.Cli;

public sealed class CommandLineTests : IDisposable
{
    private readonly FakeEnvironment _environment = new();

    public void Dispose() => _environment.Dispose();

    [Fact]
    public async Task Without_arguments_it_says_how_to_begin()
    {
        var (code, output, _) = await RunAsync();
        Assert.Equal(0, code);
        Assert.Contains("samtala start", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("stat put", "SAM0001", "did you mean 'start'?")]
    [InlineData("config explian http", "SAM0001", "did you mean 'explain'?")]
    [InlineData("status --outptu json", "SAM0001", "did you mean '--output'?")]
    [InlineData("explain nonsense", "SAM0007", "codes look like SAM0101")]
    [InlineData("config explain htp", "SAM0004", "did you mean 'http'?")]
    [InlineData("completion tcsh", "SAM0002", "samtala completion")]
    [InlineData("start --http nonsense", "SAM0005", "give HOST:PORT")]
    [InlineData("status --output xml", "SAM0002", "give table|json|jsonl")]
    [InlineData("log get notes first", "SAM0002", "'first' does not fit — samtala log get — give a whole number")]
    [InlineData("log get notes 1 -- --data", "SAM0001", "one word too many: '--data'")]
    [InlineData("log append notes --lines", "SAM0002", "there is nothing to append")]
    public async Task Wrong_usage_is_one_line_with_a_code_and_exit_code_2(string line, string code, string says)
    {
        var (exit, output, error) = await RunAsync(line.Split(' '));
        Assert.Equal(2, exit);
        Assert.Empty(output);
        Assert.StartsWith($"error[{code}]: ", error, StringComparison.Ordinal);
        Assert.Contains(says, error, StringComparison.Ordinal);
        Assert.Single(error.TrimEnd().Split('\n'));
    }

    [Fact]
    public async Task A_node_that_does_not_run_is_said_plainly()
    {
        var (exit, _, error) = await RunAsync("status");
        Assert.Equal(1, exit);
        Assert.StartsWith("error[SAM0101]: no node answers — ", error, StringComparison.Ordinal);
        Assert.Contains("start it: samtala start", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_argument_that_begins_with_an_at_sign_is_a_file_and_never_more_arguments()
    {
        var file = Path.Combine(_environment.Home, "words");
        await File.WriteAllTextAsync(file, "one two", TestContext.Current.CancellationToken);
        Assert.StartsWith(
            "error[SAM0101]: ", (await RunAsync("log", "append", "notes", $"@{file}")).Error, StringComparison.Ordinal);
        Assert.StartsWith(
            "error[SAM0101]: ", (await RunAsync("state", "put", "a", "b", $"@{file}")).Error, StringComparison.Ordinal);
        var (exit, _, error) = await RunAsync("log", "append", "notes", $"@{file}.gone");
        Assert.Equal(1, exit);
        Assert.StartsWith("error[SAM0111]: the file cannot be read — ", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.0.0.1:7650")]
    [InlineData("ftp://127.0.0.1")]
    public async Task What_is_no_address_of_a_node_is_said(string node)
    {
        var (exit, _, error) = await RunAsync("status", "--node", node);
        Assert.Equal(1, exit);
        Assert.StartsWith("error[SAM0102]: ", error, StringComparison.Ordinal);
        Assert.Contains("write http://HOST:PORT", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("start")]
    [InlineData("status")]
    [InlineData("stop")]
    [InlineData("doctor")]
    [InlineData("audit")]
    [InlineData("token")]
    [InlineData("token create")]
    [InlineData("plugin")]
    [InlineData("plugin install")]
    [InlineData("plugin remove")]
    [InlineData("state put")]
    [InlineData("blob get")]
    [InlineData("log append")]
    [InlineData("log follow")]
    [InlineData("config explain")]
    [InlineData("explain")]
    [InlineData("completion")]
    public async Task Every_command_has_help_with_examples(string command)
    {
        var (exit, output, _) = await RunAsync([.. command.Split(' '), "--help"]);
        Assert.Equal(0, exit);
        Assert.Contains("Examples:", output, StringComparison.Ordinal);
        Assert.Contains($"samtala {command.Split(' ')[0]}", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explaining_a_setting_tells_who_won()
    {
        _environment.Variables["SAMTALA_HTTP"] = "127.0.0.1:9";
        var (exit, output, _) = await RunAsync("config", "explain", "http", "--output", "json");
        Assert.Equal(0, exit);
        var answer = JsonNode.Parse(output)!;
        Assert.Equal("127.0.0.1:9", (string)answer["value"]!);
        Assert.Equal("SAMTALA_HTTP", (string)answer["source"]!);
        Assert.Equal("default", (string)answer["layers"]![0]!["source"]!);
    }

    [Fact]
    public async Task A_token_in_the_environment_is_not_printed()
    {
        _environment.Variables["SAMTALA_TOKEN"] = "samtala_secret";
        var (_, output, _) = await RunAsync("config", "list");
        Assert.DoesNotContain("samtala_secret", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("samtala pl", "plugin")]
    [InlineData("samtala plugin inst", "install")]
    [InlineData("samtala config explain ht", "http")]
    public async Task Completion_knows_commands_and_values(string line, string offered)
    {
        var (_, output, _) = await RunAsync($"[suggest:{line.Length}]", line);
        Assert.Contains(offered, output.Split('\n', StringSplitOptions.TrimEntries), StringComparer.Ordinal);
    }

    [Theory]
    [InlineData("bash", "complete ")]
    [InlineData("zsh", "compdef ")]
    [InlineData("fish", "complete -c samtala")]
    [InlineData("pwsh", "Register-ArgumentCompleter")]
    public async Task Every_shell_has_a_script(string shell, string part) =>
        Assert.Contains(part, (await RunAsync("completion", shell)).Output, StringComparison.Ordinal);

    private async Task<(int Exit, string Output, string Error)> RunAsync(params string[] args)
    {
        using StringWriter output = new();
        using StringWriter error = new();
        var exit = await CommandLine.RunAsync(args, new CliContext(output, error, TextReader.Null, _environment));
        return (exit, output.ToString(), error.ToString());
    }
}
