namespace Samtala.EndToEnd.Tests.Plugins;

/// <summary>samples/Hello, as it was built beside the node.</summary>
internal static class SamplePlugin
{
    public static string Folder => Checkout.At("artifacts/samples/hello");

    /// <summary>Skips the calling test when the sample was not built; fails it in CI.</summary>
    public static void Require()
    {
        var isBuilt = File.Exists(Path.Combine(Folder, "plugin.json"));
        Assert.SkipWhen(!isBuilt && !Checkout.IsCi, "The sample is not built: dotnet build samples/Hello -c Release");
        Assert.True(isBuilt, $"{Folder} is missing.");
    }

    public static async Task InstallAsync(RunningNode node)
    {
        Require();
        var run = await Command.RunAsync(
            Checkout.Node, ["plugin", "install", Folder, "--yes", "--data", node.Data]);
        Assert.True(run.ExitCode == 0, $"exit {run.ExitCode}\n{run.Output}\n{run.Error}");
    }
}
