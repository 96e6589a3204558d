using System.Diagnostics;

namespace Samtala.EndToEnd.Tests;

/// <summary>Runs a program to its end and keeps what it printed.</summary>
internal sealed record Command(int ExitCode, string Output, string Error)
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromMinutes(5);

    /// <summary>Runs a program.</summary>
    /// <param name="program">A name on PATH, or a path.</param>
    /// <param name="arguments">Given as they are, without a shell.</param>
    /// <param name="folder">Where it runs; null for the checkout.</param>
    /// <param name="environment">Added to the test's own.</param>
    public static async Task<Command> RunAsync(
        string program,
        IEnumerable<string> arguments,
        string? folder = null,
        IReadOnlyDictionary<string, string>? environment = null)
    {
        ProcessStartInfo info = new(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = folder ?? Checkout.Root,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>(StringComparer.Ordinal))
            info.Environment[name] = value;
        using var process = Process.Start(info)!;
        process.StandardInput.Close();
        using CancellationTokenSource timeout = new(s_timeout);
        var output = process.StandardOutput.ReadToEndAsync(timeout.Token);
        var error = process.StandardError.ReadToEndAsync(timeout.Token);
        await process.WaitForExitAsync(timeout.Token);
        return new Command(process.ExitCode, await output, await error);
    }
}
