namespace Samtala.Hypercore.Logs;

/// <summary>Why a log refused what was asked.</summary>
public enum LogProblem
{
    /// <summary>No key that may sign is at hand.</summary>
    NotWritable,

    /// <summary>The signature given with an append is none of this log and state.</summary>
    BadSignature,

    /// <summary>A block or an append is too large.</summary>
    TooLarge,

    /// <summary>The log was opened for writers that never cut back.</summary>
    ForkRefused,

    /// <summary>Proven: two different logs were signed by one writer.</summary>
    Frozen,

    /// <summary>The head may not be the newest one: see <see cref="Log.MustVerifyHead"/>.</summary>
    MustVerifyHead,

    /// <summary>The log changed in between.</summary>
    Conflict,

    /// <summary>A session that does not change was asked to.</summary>
    ReadOnly,

    /// <summary>A value of the store is not what was written.</summary>
    Damaged,

    /// <summary>The manifest is not the key's, or no manifest and no such log.</summary>
    WrongManifest,

    /// <summary>An index or a length is beyond the log.</summary>
    OutOfRange,
}

/// <summary>A log cannot do what was asked; the message says what, why and how to go on. Source: docs/logs.md.
/// </summary>
public sealed class LogException : Exception
{
    /// <summary>Names what was refused.</summary>
    /// <param name="problem">For programs.</param>
    /// <param name="message">A sentence for people.</param>
    /// <param name="inner">What led to it, if anything.</param>
    public LogException(LogProblem problem, string message, Exception? inner = null)
        : base(message, inner) => Problem = problem;

    /// <summary>What was refused, for programs.</summary>
    public LogProblem Problem { get; }
}
