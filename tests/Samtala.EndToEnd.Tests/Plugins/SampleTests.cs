using System.IO.Compression;

namespace Samtala.EndToEnd.Tests.Plugins;

/// <summary>samples/Hello by its README: installed, used and removed through a real node.</summary>
public sealed class SampleTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_sample_is_installed_used_and_removed_as_its_readme_says()
    {
        await using var node = await RunningNode.StartAsync();
        SamplePlugin.Require();
        var install = await RunAsync(node, "plugin", "install", "artifacts/samples/hello", "--yes");
        Assert.Contains("RUNNING", install.Output, StringComparison.Ordinal);
        Assert.Contains("It asks for:\n  state\n  answers\n", install.Error, StringComparison.Ordinal);

        Assert.Contains("Hej, Ada!", (await RunAsync(node, "hello", "greet", "Ada")).Output, StringComparison.Ordinal);
        Assert.Contains("Ada", (await RunAsync(node, "hello", "list")).Output, StringComparison.Ordinal);
        Assert.Equal("Ada: 1\n", await CurlAsync(node, "hello/"));
        Assert.Equal("1 people were greeted.\n", await CurlAsync(node, "hello/count"));

        await RunAsync(node, "plugin", "remove", "hello", "--keep-data");
        var gone = await Command.RunAsync(Checkout.Node, ["hello", "list", "--data", node.Data]);
        Assert.Equal(2, gone.ExitCode);
        Assert.Contains("error[SAM0001]", gone.Error, StringComparison.Ordinal);

        // What it stored was kept.
        await RunAsync(node, "plugin", "install", "artifacts/samples/hello", "--yes");
        Assert.Equal("Ada: 1\n", await CurlAsync(node, "hello/"));
        await RunAsync(node, "plugin", "remove", "hello");
        Assert.DoesNotContain("hello", (await RunAsync(node, "plugin", "list")).Output, StringComparison.Ordinal);
        await RunAsync(node, "plugin", "install", "artifacts/samples/hello", "--yes");
        Assert.Equal("", await CurlAsync(node, "hello/"));
    }

    [Fact]
    public async Task A_package_of_the_sample_is_installed_by_its_path()
    {
        await using var node = await RunningNode.StartAsync();
        var package = await PackAsync(node.Data);
        var install = await RunAsync(node, "plugin", "install", package, "--yes");
        Assert.Contains("RUNNING", install.Output, StringComparison.Ordinal);
        await RunAsync(node, "hello", "greet", "Ada");
        Assert.Equal("Ada: 1\n", await CurlAsync(node, "hello/"));
    }

    [Fact]
    public async Task Without_a_terminal_and_without_yes_nothing_is_installed_and_the_error_says_so()
    {
        await using var node = await RunningNode.StartAsync();
        SamplePlugin.Require();
        var run = await Command.RunAsync(
            Checkout.Node, ["plugin", "install", SamplePlugin.Folder, "--data", node.Data]);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("error[SAM0010]", run.Error, StringComparison.Ordinal);
        Assert.Contains("--yes", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("hello", (await RunAsync(node, "plugin", "list")).Output, StringComparison.Ordinal);
    }

    /// <summary>What <c>dotnet pack</c> makes, from the sample as it was built.</summary>
    private static async Task<string> PackAsync(string folder)
    {
        SamplePlugin.Require();
        var packed = await Command.RunAsync(
            Checkout.RequireProgram("dotnet"),
            [
                "pack", "samples/Hello", "-c", "Release", "--no-build", "--no-restore", "-v", "q", "--nologo",
                "--disable-build-servers", "-o", folder,
            ]);
        Assert.True(packed.ExitCode == 0, $"{packed.Output}\n{packed.Error}");
        var package = Directory.EnumerateFiles(folder, "*.nupkg").Single();
        await using var archive = await ZipFile.OpenReadAsync(package, Cancel);
        Assert.Contains(archive.Entries, e => e.FullName == "plugin.json");
        return package;
    }

    private static async Task<string> CurlAsync(RunningNode node, string path)
    {
        var curl = await Command.RunAsync(Checkout.RequireProgram("curl"), ["-sSf", $"{node.Http}{path}"]);
        Assert.True(curl.ExitCode == 0, curl.Error);
        return curl.Output;
    }

    private static async Task<Command> RunAsync(RunningNode node, params string[] arguments)
    {
        var run = await Command.RunAsync(Checkout.Node, [.. arguments, "--data", node.Data]);
        Assert.True(
            run.ExitCode == 0, $"{string.Join(' ', arguments)}: exit {run.ExitCode}\n{run.Output}\n{run.Error}");
        return run;
    }
}
