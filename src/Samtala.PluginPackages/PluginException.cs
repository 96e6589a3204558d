namespace Samtala.PluginPackages;

/// <summary>What kind of answer a caller deserves.</summary>
public enum PluginFailure
{
    /// <summary>The files or the arguments are wrong: INVALID_ARGUMENT.</summary>
    Invalid = 1,

    /// <summary>No such plugin: NOT_FOUND.</summary>
    NotFound = 2,

    /// <summary>Not in this state or by these rules: FAILED_PRECONDITION.</summary>
    Refused = 3,

    /// <summary>It does not run now: UNAVAILABLE.</summary>
    Unavailable = 4,
}

/// <summary>Something about a plugin cannot be done; the message says what, where, why and how to fix it.</summary>
public sealed class PluginException : Exception
{
    /// <summary>Says what happened.</summary>
    /// <param name="failure">The kind.</param>
    /// <param name="code">Such as SAM0201, explained by <c>samtala explain</c>.</param>
    /// <param name="message">A sentence for people.</param>
    /// <param name="inner">What the system said, if anything.</param>
    public PluginException(PluginFailure failure, string code, string message, Exception? inner = null)
        : base(message, inner)
    {
        Failure = failure;
        Code = code;
    }

    /// <summary>The kind.</summary>
    public PluginFailure Failure { get; }

    /// <summary>Such as SAM0201.</summary>
    public string Code { get; }
}
