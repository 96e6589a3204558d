using System.ComponentModel;
using System.Diagnostics;
using Samtala.Abstractions;
using Samtala.PluginPackages;

namespace Samtala.Kernel;

/// <summary>Runs exactly the granted command lines: no shell, no input, 30 seconds, 64 KiB.</summary>
internal sealed class PluginCommands(PluginEntry entry, TimeProvider time) : ICommands
{
    private const int OutputSizeMax = 64 * 1024;
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);

    public async ValueTask<CommandResult> RunAsync(string commandLine, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(commandLine);
        var grant = $"run:{commandLine}";
        if (!Grant.IsWellFormed(grant) || !entry.Grants.Contains(grant, StringComparer.Ordinal))
            throw new GrantMissingException(entry.Id, grant);

        var words = commandLine.Split(' ');
        var start = new ProcessStartInfo(words[0], words[1..])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            // The user's own settings, not those of whatever folder the node was started in.
            WorkingDirectory = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile),
        };
        foreach (var own in start.Environment.Keys.Where(k => k.StartsWith("SAMTALA_", StringComparison.Ordinal))
            .ToArray())
        {
            start.Environment.Remove(own);
        }

        using var process = new Process { StartInfo = start };
        try
        {
            process.Start();
        }
        catch (Win32Exception)
        {
            return new CommandResult(-1, "");
        }

        return await WaitAsync(process, cancellationToken);
    }

    private async ValueTask<CommandResult> WaitAsync(Process process, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(s_limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            process.StandardInput.Close();
            var errors = DrainAsync(process.StandardError.BaseStream, keep: 0, either.Token);
            var output = await DrainAsync(process.StandardOutput.BaseStream, OutputSizeMax, either.Token);
            await errors;
            await process.WaitForExitAsync(either.Token);
            return new CommandResult(process.ExitCode, output);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new CommandResult(-1, "");
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }

    /// <summary>Reads to the end, so that the program never waits for us, and keeps the beginning.</summary>
    private static async Task<string> DrainAsync(Stream stream, int keep, CancellationToken cancellationToken)
    {
        var kept = new byte[keep];
        var count = 0;
        var buffer = new byte[4096];
        int read;
        while ((read = await stream.ReadAsync(buffer, cancellationToken)) > 0)
        {
            var taken = Math.Min(read, keep - count);
            buffer.AsSpan(0, taken).CopyTo(kept.AsSpan(count));
            count += taken;
        }

        return System.Text.Encoding.UTF8.GetString(kept, 0, count);
    }
}
