namespace Samtala.Architecture.Tests;

/// <summary>A vector file that no test class names is dead weight.</summary>
public sealed class VectorTests
{
    [Fact]
    public void Every_vector_file_is_named_by_a_test_class()
    {
        var sources = string.Concat(Repository.Files("tests", ".cs")
            .Where(f => Path.GetFileName(f) != nameof(VectorTests) + ".cs")
            .Select(File.ReadAllText));
        var unnamed = Repository.Files("tests/vectors", ".json")
            .Where(f => !sources.Contains($"\"{Path.GetFileName(f)}\"", StringComparison.Ordinal))
            .Select(Repository.Relative);
        Assert.Empty(unnamed);
    }
}
