using System.Text.Json;

namespace Samtala.Vectors;

/// <summary>Cases that somebody else's implementation wrote. Linked into the test projects that name a file.</summary>
internal static class VectorFile
{
    private const string FolderVariable = "SAMTALA_VECTORS";

    /// <summary>Runs every case and fails once, naming all cases that failed.</summary>
    public static void ForEachCase(string fileName, Action<JsonElement> run)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder(), fileName)));
        List<string> failures = [];
        int index = 0;
        foreach (JsonElement item in document.RootElement.GetProperty("cases").EnumerateArray())
        {
            try
            {
                run(item);
            }
            catch (Exception e)
            {
                failures.Add($"case {index}: {e.Message}");
            }

            index++;
        }

        Assert.True(index > 0, $"{fileName} has no cases.");
        Assert.True(failures.Count == 0, $"{failures.Count} of {index} failed:\n" + string.Join('\n', failures));
    }

    public static string Text(this JsonElement item, string name) => item.GetProperty(name).GetString()!;

    public static byte[] Hex(this JsonElement item, string name) => Convert.FromHexString(item.Text(name));

    private static string Folder()
    {
        if (Environment.GetEnvironmentVariable(FolderVariable) is { Length: > 0 } given)
            return given;
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !Directory.Exists(Path.Combine(folder.FullName, "tests", "vectors", "hyper")))
            folder = folder.Parent;
        return folder is null
            ? throw new DirectoryNotFoundException(
                $"tests/vectors/hyper was not found above the tests; set {FolderVariable}.")
            : Path.Combine(folder.FullName, "tests", "vectors", "hyper");
    }
}
