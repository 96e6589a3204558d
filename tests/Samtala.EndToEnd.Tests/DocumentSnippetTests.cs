using System.Text.RegularExpressions;

namespace Samtala.EndToEnd.Tests;

/// <summary>
/// Every shell snippet of README.md and docs/ that follows a line <c>&lt;!-- runs --&gt;</c> is run, as it is printed,
/// against one fresh node per document. Only the addresses are those of the test's node.
/// </summary>
public sealed partial class DocumentSnippetTests
{
    public static TheoryData<string> Documents =>
        [.. new[] { "README.md" }
            .Concat(Directory.EnumerateFiles(Checkout.At("docs"), "*.md").Order(StringComparer.Ordinal)
                .Select(f => Path.GetRelativePath(Checkout.Root, f)))
            .Where(f => Snippet().IsMatch(File.ReadAllText(Checkout.At(f))))];

    [Theory]
    [MemberData(nameof(Documents))]
    public async Task The_snippets_of_a_document_do_what_they_say(string document)
    {
        Checkout.RequireProgram("curl");
        await using var node = await RunningNode.StartAsync();
        var bin = Directory.CreateDirectory(Path.Combine(node.Data, "bin")).FullName;
        File.CreateSymbolicLink(Path.Combine(bin, "samtala"), Checkout.Node);
        Dictionary<string, string> environment = new(StringComparer.Ordinal)
        {
            ["SAMTALA_DATA"] = node.Data,
            ["PATH"] = $"{bin}:{Environment.GetEnvironmentVariable("PATH")}",
        };

        foreach (Match match in Snippet().Matches(await File.ReadAllTextAsync(Checkout.At(document))))
        {
            var script = match.Groups["script"].Value
                .Replace("127.0.0.1:7650", node.Http.Authority, StringComparison.Ordinal)
                .Replace("127.0.0.1:7651", new Uri(node.Grpc).Authority, StringComparison.Ordinal)
                .Replace("./samtala ", "samtala ", StringComparison.Ordinal);
            var run = await Command.RunAsync("bash", ["-euo", "pipefail", "-c", script], environment: environment);
            Assert.True(run.ExitCode == 0, $"{document}: exit {run.ExitCode} of\n{script}\n{run.Output}\n{run.Error}");
        }
    }

    [GeneratedRegex(@"<!-- runs -->\s*```sh\n(?<script>.*?)```", RegexOptions.Singleline)]
    private static partial Regex Snippet();
}
