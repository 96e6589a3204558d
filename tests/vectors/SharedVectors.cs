using System.Text.Json;

namespace Samtala.Vectors;

/// <summary>Large vector sets that lie beside the repository, not in it. Linked into the test projects that use them.
/// </summary>
internal static class SharedVectors
{
    private const string FolderVariable = "SAMTALA_SHARED";

    /// <summary>The file, or a skipped test when it is not on this machine.</summary>
    public static JsonDocument Read(params string[] path)
    {
        string? root = Root();
        string file = root is null ? "" : Path.Combine([root, "vectors", .. path]);
        Assert.SkipUnless(
            File.Exists(file),
            $"vectors/{string.Join('/', path)} lies in a folder 'shared' beside the repository or where "
                + $"{FolderVariable} says.");
        return JsonDocument.Parse(File.ReadAllBytes(file));
    }

    /// <summary>Every test of a Wycheproof file with its group.</summary>
    public static IEnumerable<(JsonElement Group, JsonElement Test)> Wycheproof(JsonDocument document) =>
        from testGroup in document.RootElement.GetProperty("testGroups").EnumerateArray()
        from test in testGroup.GetProperty("tests").EnumerateArray()
        select (testGroup, test);

    private static string? Root()
    {
        if (Environment.GetEnvironmentVariable(FolderVariable) is { Length: > 0 } given)
            return given;

        // A work tree may lie a few folders deeper than the clone it belongs to.
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string candidate = Path.Combine(folder.FullName, "shared", "vectors");
            if (Directory.Exists(candidate))
                return Path.Combine(folder.FullName, "shared");
        }

        return null;
    }
}
