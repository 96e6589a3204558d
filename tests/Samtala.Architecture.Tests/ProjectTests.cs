namespace Samtala.Architecture.Tests;

/// <summary>One test project per project, one project per third-party package, everything in the solution.</summary>
public sealed class ProjectTests
{
    /// <summary>Test projects that hold several projects together and so have no twin.</summary>
    private static readonly string[] s_whole =
        ["Samtala.Architecture.Tests", "Samtala.EndToEnd.Tests", "Samtala.Interop.Tests", "Samtala.Simulation.Tests"];

    /// <summary>Generated from .proto files: what there is to test is tested where it is used.</summary>
    private static readonly string[] s_generated = ["Samtala.Contracts"];

    [Fact]
    public void Every_project_has_one_test_project_and_every_test_project_has_a_project()
    {
        var wanted =
            Repository.ProductProjects.Keys.Except(s_generated, StringComparer.Ordinal).Select(p => $"{p}.Tests");
        var present = Repository.TestProjects.Keys.Where(p => p.EndsWith(".Tests", StringComparison.Ordinal));
        Assert.Empty(wanted.Except(present, StringComparer.Ordinal));
        Assert.Empty(present.Except(wanted, StringComparer.Ordinal).Except(s_whole, StringComparer.Ordinal));
    }

    [Fact]
    public void Every_test_project_has_a_test()
    {
        foreach (
            var (name, path) in Repository.TestProjects.Where(p => p.Key.EndsWith(".Tests", StringComparison.Ordinal)))
        {
            var sources = Repository.Files(Repository.Relative(Path.GetDirectoryName(path)!), ".cs");
            Assert.True(sources.Any(s => File.ReadAllText(s).Contains("[Fact", StringComparison.Ordinal)
                || File.ReadAllText(s).Contains("[Theory", StringComparison.Ordinal)), $"{name} tests nothing.");
        }
    }

    [Fact]
    public void A_third_party_package_is_referenced_by_one_project_only()
    {
        var users = Repository.ProductProjects
            .SelectMany(p => Repository.ReferencesOf(p.Value, "PackageReference")
                .Concat(Repository.ReferencesOf(p.Value, "PackageDownload"))
                .Select(package => (package, p.Key)))
            .Where(u => u.package != "Grpc.Tools")
            .GroupBy(u => u.package, StringComparer.OrdinalIgnoreCase)
            .Where(g => g.Select(u => u.Key).Distinct(StringComparer.Ordinal).Count() > 1)
            .Select(g => $"{g.Key}: {string.Join(", ", g.Select(u => u.Key))}");
        Assert.Empty(users);
    }

    [Fact]
    public void Versions_are_central_and_exact()
    {
        foreach (var file in Repository.Files(".", ".csproj"))
        {
            Assert.DoesNotContain(
                System.Xml.Linq.XDocument.Load(file).Descendants("PackageReference"),
                e => e.Attribute("Version") is not null);
        }

        Assert.DoesNotContain(
            System.Xml.Linq.XDocument.Load(Repository.At("Directory.Packages.props")).Descendants("PackageVersion"),
            e => e.Attribute("Version")!.Value.AsSpan().IndexOfAny("*[(,") >= 0);
    }

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        var solution = File.ReadAllText(Repository.At("Samtala.Platform.sln")).Replace('\\', '/');
        var missing = Repository.Files(".", ".csproj")
            .Select(Repository.Relative)
            .Where(p => !p.StartsWith("samples/", StringComparison.Ordinal))
            .Where(p => !solution.Contains($"\"{p}\"", StringComparison.Ordinal));
        Assert.Empty(missing);
    }

    [Fact]
    public void Every_project_has_a_lock_file()
    {
        var missing = Repository.ProductProjects.Values.Concat(Repository.TestProjects.Values)
            .Where(p => !File.Exists(Path.Combine(Path.GetDirectoryName(p)!, "packages.lock.json")))
            .Select(Repository.Relative);
        Assert.Empty(missing);
    }
}
