namespace Samtala.Abstractions;

/// <summary>The user's own command-line programs, by exact command line.</summary>
public interface ICommands
{
    /// <summary>Runs a command without a shell, at most 30 seconds.</summary>
    /// <param name="commandLine">Exactly as in the grant <c>run:{command line}</c>; words separated by one
    /// blank.</param>
    /// <param name="cancellationToken">Stops the command.</param>
    /// <exception cref="GrantMissingException">Not granted.</exception>
    ValueTask<CommandResult> RunAsync(string commandLine, CancellationToken cancellationToken);
}

/// <summary>How a command ended.</summary>
/// <param name="ExitCode">-1 when the program is not installed or did not end in time.</param>
/// <param name="Output">What it printed on standard output, at most 64 KiB.</param>
public sealed record CommandResult(int ExitCode, string Output);
