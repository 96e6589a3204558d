namespace Samtala.EndToEnd.Tests;

/// <summary>samples/clients: the same ten lines in three languages, against a real node.</summary>
public sealed class ClientSampleTests
{
    [Theory]
    [InlineData("sh", "curl/ten-lines.sh", "curl")]
    [InlineData("node", "node/ten-lines.mjs", "node")]
    [InlineData("/usr/bin/python3", "python/ten_lines.py", "python3")]
    public async Task A_sample_puts_gets_watches_and_stores_a_blob(string program, string file, string needs)
    {
        Checkout.RequireProgram(needs);
        await using var node = await RunningNode.StartAsync();
        Dictionary<string, string> environment = new(StringComparer.Ordinal)
        {
            ["SAMTALA_URL"] = node.Http.ToString().TrimEnd('/'),
            ["SAMTALA_DATA"] = node.Data,
        };
        var run = await Command.RunAsync(program, [Checkout.At($"samples/clients/{file}")], environment: environment);
        Assert.True(run.ExitCode == 0, run.Error);
        var lines = run.Output.TrimEnd().Split('\n');
        Assert.Equal(3, lines.Length);
        Assert.Contains("hello", lines[0], StringComparison.Ordinal);
        Assert.Contains("SET", lines[1], StringComparison.Ordinal);
        Assert.Contains("hello again", lines[1], StringComparison.Ordinal);
        Assert.Equal("some bytes", lines[2]);
    }
}
