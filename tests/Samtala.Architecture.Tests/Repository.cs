using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Samtala.Architecture.Tests;

/// <summary>The checkout as the tests read it: folders, project files, the table of docs/architecture.md.</summary>
internal static partial class Repository
{
    private static readonly string[] s_skippedFolders = ["artifacts", "node_modules", "obj", "bin", ".git", "wwwroot"];

    public static string Root { get; } = FindRoot();

    /// <summary>Every project that ships: name to project file.</summary>
    public static IReadOnlyDictionary<string, string> ProductProjects { get; } =
        Projects("src").Concat(Projects("plugins")).ToDictionary(p => p.Name, p => p.Path, StringComparer.Ordinal);

    public static IReadOnlyDictionary<string, string> TestProjects { get; } =
        Projects("tests").ToDictionary(p => p.Name, p => p.Path, StringComparer.Ordinal);

    /// <summary>The arrows that docs/architecture.md allows: project to the projects it may reference.</summary>
    public static IReadOnlyDictionary<string, string[]> Arrows { get; } = ReadArrows();

    public static IEnumerable<string> Files(string folder, params string[] endings) =>
        Directory.Exists(At(folder))
            ? Directory.EnumerateFiles(At(folder), "*", SearchOption.AllDirectories)
                .Where(f => endings.Any(e => f.EndsWith(e, StringComparison.Ordinal)) && !IsSkipped(f))
                .Order(StringComparer.Ordinal)
            : [];

    public static string At(string relative) => Path.GetFullPath(Path.Combine(Root, relative));

    public static string Relative(string path) => Path.GetRelativePath(Root, path).Replace('\\', '/');

    public static IEnumerable<string> ReferencesOf(string projectFile, string kind) =>
        XDocument.Load(projectFile).Descendants(kind)
            .Select(e => e.Attribute("Include")?.Value.Replace('\\', '/'))
            .OfType<string>();

    /// <summary>The built assembly of a product project; null when it was not built.</summary>
    public static string? AssemblyOf(string project)
    {
        var folder = At($"artifacts/bin/{project}/release");
        return new[] { $"{project}.dll", "samtala.dll" }
            .Select(file => Path.Combine(folder, file))
            .FirstOrDefault(File.Exists);
    }

    private static bool IsSkipped(string path) =>
        Relative(path).Split('/').Any(part => s_skippedFolders.Contains(part, StringComparer.Ordinal));

    private static IEnumerable<(string Name, string Path)> Projects(string folder) =>
        Files(folder, ".csproj").Select(f => (Path.GetFileNameWithoutExtension(f), f));

    private static Dictionary<string, string[]> ReadArrows()
    {
        Dictionary<string, string[]> arrows = new(StringComparer.Ordinal);
        foreach (var line in File.ReadLines(At("docs/architecture.md")))
        {
            if (ArrowLine().Match(line) is { Success: true } match)
            {
                var targets = match.Groups["targets"].Value.Trim();
                arrows[match.Groups["project"].Value] = targets == "nothing"
                    ? []
                    : [.. targets.Split(',', StringSplitOptions.TrimEntries).Select(t => $"Samtala.{t}")];
            }
        }

        return arrows;
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Samtala.Platform.sln")))
            folder = folder.Parent;
        return folder?.FullName
            ?? throw new InvalidOperationException("Samtala.Platform.sln not found above the tests.");
    }

    [GeneratedRegex(@"^\| `(?<project>Samtala\.[A-Za-z.]+)` \|.*\| (?<targets>[A-Za-z., ]+) \|$")]
    private static partial Regex ArrowLine();
}
