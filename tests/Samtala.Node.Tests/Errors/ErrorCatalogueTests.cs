using System.Text.RegularExpressions;
using Samtala.Node.Errors;

namespace Samtala.Node.Tests.Errors;

public sealed partial class ErrorCatalogueTests
{
    [Fact]
    public void Every_code_in_the_sources_is_explained()
    {
        var catalogue = ErrorCatalogue.Load();
        var used = new[] { "src", "plugins", "samples" }
            .Select(folder => Path.Combine(Root(), folder))
            .Where(Directory.Exists)
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories))
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal))
            .SelectMany(file => Code().Matches(WithoutExamples(File.ReadAllText(file))).Select(m => m.Value))
            .Distinct(StringComparer.Ordinal);
        Assert.DoesNotContain(used, code => catalogue.Explain(code) is null);
    }

    [Fact]
    public void Every_code_is_there_once_and_in_order()
    {
        var codes = File.ReadLines(Path.Combine(Root(), "docs/errors.md"))
            .Where(l => l.StartsWith("## SAM", StringComparison.Ordinal)).Select(l => l[3..10]).ToList();
        Assert.Equal(codes.Order(StringComparer.Ordinal).Distinct(StringComparer.Ordinal), codes);
        Assert.Equal(codes, ErrorCatalogue.Load().Codes);
    }

    [Theory]
    [InlineData("SAM0101")]
    [InlineData("sam0101")]
    [InlineData("101")]
    public void A_code_may_be_typed_short(string code) =>
        Assert.StartsWith("SAM0101 No node answers", ErrorCatalogue.Load().Explain(code), StringComparison.Ordinal);

    [Theory]
    [InlineData("statsu", "status")]
    [InlineData("plugn", "plugin")]
    [InlineData("xyz", null)]
    public void The_nearest_word_is_offered(string typed, string? offered) =>
        Assert.Equal(offered, Nearest.To(typed, ["status", "stop", "plugin", "token"]));

    // In comments and documentation a code is an example.
    private static string WithoutExamples(string source) =>
        string.Join('\n', source.Split('\n').Where(l => !l.TrimStart().StartsWith("//", StringComparison.Ordinal)))
            .Replace("SAM0123", "", StringComparison.Ordinal);

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Samtala.Platform.sln")))
            folder = folder.Parent;
        return folder?.FullName
            ?? throw new InvalidOperationException("Samtala.Platform.sln not found above the tests.");
    }

    [GeneratedRegex("SAM[0-9]{4}", RegexOptions.NonBacktracking)]
    private static partial Regex Code();
}
