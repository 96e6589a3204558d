namespace Samtala.EndToEnd.Tests;

/// <summary>The script of a fresh clone, with programs in the way that only say what they were told.</summary>
public sealed class StartScriptTests : IDisposable
{
    private const string Fails = "exit 1";
    private readonly string _folder = Directory.CreateTempSubdirectory("samtala-script-").FullName;

    public StartScriptTests()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The script's package managers are those of Linux here.");
        File.Copy(Checkout.At("samtala"), At("samtala"));
        Directory.CreateDirectory(At("bin"));
        Put("dotnet", """if [ "$1" = --list-sdks ]; then echo "10.0.100 [/sdk]"; else echo "dotnet $*"; fi""");
        foreach (var installer in (string[])["sudo", "apt-get", "dnf", "brew"])
            Put(installer, Fails);
    }

    [Fact]
    public async Task Where_everything_is_installed_it_says_nothing_and_runs_the_tests()
    {
        Checkout.RequireProgram("node");
        Checkout.RequireProgram("npm");
        var run = await RunAsync();
        Assert.Equal("", run.Error);
        Assert.Equal("dotnet test --solution Samtala.Platform.sln -c Release --a-switch\n", run.Output);
        Assert.Equal(0, run.ExitCode);
    }

    [Fact]
    public async Task Without_Node_js_it_goes_on_and_says_what_is_missing_and_the_line_to_run()
    {
        Put("node", Fails);
        var run = await RunAsync();
        Assert.Contains("without Node.js 18 or newer there is no dashboard", run.Error, StringComparison.Ordinal);
        Assert.Contains("sudo apt-get install -y nodejs npm", run.Error, StringComparison.Ordinal);
        Assert.Contains("dotnet test", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_the_sdk_it_ends_with_the_line_to_run()
    {
        Put("dotnet", Fails);
        var run = await RunAsync();
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("the .NET SDK 10 is missing", run.Error, StringComparison.Ordinal);
        Assert.Contains("--channel 10.0", run.Error, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private Task<Command> RunAsync() => Command.RunAsync(
        At("samtala"), ["test", "--a-switch"], _folder,
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["PATH"] = $"{At("bin")}:{Environment.GetEnvironmentVariable("PATH")}",
        });

    private string At(string name) => Path.Combine(_folder, name);

    private void Put(string program, string script)
    {
        var path = Path.Combine(At("bin"), program);
        File.WriteAllText(path, $"#!/bin/sh\n{script}\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.UserWrite);
    }
}
