using System.Diagnostics;

namespace Samtala.Interop.Tests;

/// <summary>Runs programs that we did not write.</summary>
internal static class Tool
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(2);
    private static readonly SemaphoreSlim s_installing = new(1);

    public static string Root { get; } = FindRoot();

    public static string Js { get; } = Path.Combine(Root, "tests", "Samtala.Interop.Tests", "js");

    public static string Hyper { get; } = Path.Combine(Root, "interop", "hyper");

    public static string Python { get; } = Path.Combine(Root, "tests", "Samtala.Interop.Tests", "python");

    public static string Proto { get; } = Path.Combine(Root, "proto");

    public static string EchoProto { get; } = Path.Combine(Root, "tests", "Samtala.Grpc.Tests", "proto");

    /// <summary>Output of a program that must end with 0.</summary>
    public static async Task<string> RunAsync(string program, params string[] arguments)
    {
        var (code, output) = await TryRunAsync(program, arguments);
        Assert.True(code == 0, $"{program} ended with {code}:\n{output}");
        return output;
    }

    public static async Task<(int Code, string Output)> TryRunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Js,
        };
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            return (127, e.Message);
        }

        using (process)
        {
            using var limit = new CancellationTokenSource(s_limit);
            try
            {
                var output = process.StandardOutput.ReadToEndAsync(limit.Token);
                var errors = process.StandardError.ReadToEndAsync(limit.Token);
                await process.WaitForExitAsync(limit.Token);
                return (process.ExitCode, await output + await errors);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                return (124, $"{program} did not end within {s_limit}.");
            }
        }
    }

    /// <summary>Skips the test when <paramref name="program"/> does not run; in CI it fails.</summary>
    public static async Task RequireAsync(string program, params string[] arguments)
    {
        var (code, output) = await TryRunAsync(program, arguments);
        Miss(code == 0, $"{program} {string.Join(' ', arguments)} does not run here: {output.Trim()}");
    }

    /// <summary>Installs the JavaScript packages once; skips the test when that is not possible.</summary>
    /// <param name="folder">Where package.json lies.</param>
    /// <param name="package">One of the packages.</param>
    public static async Task RequireNodePackagesAsync(string folder, string package)
    {
        await s_installing.WaitAsync();
        try
        {
            await RequireAsync("node", "--version");
            if (Directory.Exists(Path.Combine(folder, "node_modules", package)))
                return;
            var (code, output) = await TryRunAsync("npm", "ci", "--ignore-scripts", "--prefix", folder);
            Miss(code == 0, $"npm ci did not work: {output.Trim()}");
        }
        finally
        {
            s_installing.Release();
        }
    }

    private static void Miss(bool there, string reason)
    {
        var isCi = string.Equals(Environment.GetEnvironmentVariable("CI"), "true", StringComparison.OrdinalIgnoreCase);
        Assert.False(isCi && !there, reason);
        Assert.SkipUnless(there, reason);
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Samtala.Platform.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("Samtala.Platform.sln is not above the tests.");
    }
}
