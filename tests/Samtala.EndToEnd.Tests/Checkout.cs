namespace Samtala.EndToEnd.Tests;

/// <summary>Where the built node and the tools a test needs are.</summary>
internal static class Checkout
{
    public static string Root { get; } = FindRoot();

    /// <summary>The built executable, as README and packagers find it.</summary>
    public static string Node => At("artifacts/bin/Samtala.Node/release/samtala");

    /// <summary>In CI a missing tool is a failure, elsewhere it skips the test.</summary>
    public static bool IsCi => Environment.GetEnvironmentVariable("CI") is "true" or "1";

    public static string At(string relative) => Path.Combine(Root, relative);

    /// <summary>Skips the calling test when a program is missing; fails it in CI.</summary>
    /// <param name="program">Such as <c>npm</c>.</param>
    /// <returns>The program's full path.</returns>
    public static string RequireProgram(string program)
    {
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Select(folder => Path.Combine(folder, program))
            .FirstOrDefault(File.Exists);
        Assert.SkipWhen(path is null && !IsCi, $"{program} is not installed.");
        Assert.True(path is not null, $"{program} is not installed, and in CI nothing may be skipped.");
        return path!;
    }

    /// <summary>Skips the calling test when the node was not built; fails it in CI.</summary>
    public static void RequireNode()
    {
        Assert.SkipWhen(!File.Exists(Node) && !IsCi, "The node is not built: dotnet build -c Release");
        Assert.True(File.Exists(Node), $"{Node} is missing.");
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Samtala.Platform.sln")))
            folder = folder.Parent;
        return folder?.FullName
            ?? throw new InvalidOperationException("Samtala.Platform.sln not found above the tests.");
    }
}
