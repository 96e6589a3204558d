using System.Text.RegularExpressions;

namespace Samtala.Architecture.Tests;

/// <summary>Sizes of files and lines, unfinished work, links that lead nowhere.</summary>
public sealed partial class TidyTests
{
    private const int LinesMax = 400;
    private const int ColumnsMax = 120;

    private static readonly string[] s_folders = ["src", "plugins", "tests", "bench", "samples", "proto"];

    private static readonly string[] s_endings = [".cs", ".ts", ".proto", ".sh", ".csproj", ".props", ".targets"];

    [Fact]
    public void No_source_file_is_longer_than_400_lines()
    {
        var long_ = Sources().Select(f => (f, lines: File.ReadLines(f).Count())).Where(x => x.lines > LinesMax);
        Assert.Empty(long_.Select(x => $"{Repository.Relative(x.f)}: {x.lines} lines. Which two things live here?"));
    }

    [Fact]
    public void No_line_of_code_is_longer_than_120_columns()
    {
        var wide = Sources(".cs", ".ts", ".proto").SelectMany(f => File.ReadLines(f)
            .Select((line, i) => (line, at: $"{Repository.Relative(f)}:{i + 1}"))
            .Where(x => x.line.Length > ColumnsMax)
            .Select(x => x.at));
        Assert.Empty(wide);
    }

    [Fact]
    public void Nothing_is_left_for_later()
    {
        var later = Sources(".cs", ".ts").Where(f => !f.EndsWith(nameof(TidyTests) + ".cs", StringComparison.Ordinal))
            .SelectMany(f => File.ReadLines(f)
                .Select((line, i) => (line, at: $"{Repository.Relative(f)}:{i + 1}"))
                .Where(x => Unfinished().IsMatch(x.line))
                .Select(x => x.at));
        Assert.Empty(later);
    }

    [Fact]
    public void Every_relative_link_of_the_documents_resolves()
    {
        var broken = Repository.Files(".", ".md").SelectMany(f => Link().Matches(File.ReadAllText(f))
            .Select(m => m.Groups["target"].Value.Split('#')[0])
            .Where(target => target.Length > 0 && !target.Contains("://", StringComparison.Ordinal))
            .Where(target => !Path.Exists(Path.Combine(Path.GetDirectoryName(f)!, target)))
            .Select(target => $"{Repository.Relative(f)} -> {target}"));
        Assert.Empty(broken);
    }

    [Fact]
    public void The_kernel_stays_small()
    {
        var lines = Repository.Files("src/Samtala.Kernel", ".cs").Sum(f => File.ReadLines(f).Count());
        Assert.True(
            lines <= 2500, $"Samtala.Kernel has {lines} lines, 2,500 are allowed: something belongs elsewhere.");
    }

    private static IEnumerable<string> Sources(params string[] endings) =>
        s_folders.SelectMany(folder => Repository.Files(folder, endings.Length > 0 ? endings : s_endings));

    [GeneratedRegex(@"NotImplementedException|//\s*(TODO|FIXME|HACK|XXX)\b|Assert\.True\(true\)|\bSkip\s*=\s*""")]
    private static partial Regex Unfinished();

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Link();
}
