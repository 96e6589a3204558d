namespace Samtala.Node.Errors;

/// <summary>An error for the person at the terminal.</summary>
internal sealed class CliException : Exception
{
    /// <summary>Says what, where, why and how to fix.</summary>
    /// <param name="code">From docs/errors.md, such as "SAM0101".</param>
    /// <param name="what">What could not be done.</param>
    /// <param name="where">The file, address, flag or resource.</param>
    /// <param name="why">The cause.</param>
    /// <param name="fix">What to do.</param>
    /// <param name="inner">What the system said.</param>
    public CliException(
        string code, string what, string where = "", string why = "", string fix = "", Exception? inner = null)
        : base(string.Join(" — ", new[] { what, where, why, fix }.Where(p => p.Length > 0)), inner) => Code = code;

    /// <summary>Such as "SAM0101".</summary>
    public string Code { get; }

    /// <summary>Reason for programs, when the node gave one.</summary>
    public string Reason { get; init; } = "";

    /// <summary>The process's exit code: 1, or 2 for wrong usage.</summary>
    public int ExitCode { get; init; } = 1;

    /// <summary>Wrong usage: exit code 2.</summary>
    public static CliException Usage(string code, string what, string where = "", string fix = "") =>
        new(code, what, where, "", fix) { ExitCode = 2 };

    /// <summary>The line people see.</summary>
    public string Line => $"error[{Code}]: {Message}";
}
