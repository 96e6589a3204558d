namespace Samtala.Peers;

/// <summary>What kind of answer a failure is.</summary>
public enum PeerProblem
{
    /// <summary>The request itself is wrong.</summary>
    Invalid,

    /// <summary>There is no such thing here.</summary>
    NotFound,

    /// <summary>There is one already.</summary>
    Exists,

    /// <summary>Nobody can answer now; later perhaps.</summary>
    Unavailable,
}

/// <summary>What was asked of a node's logs cannot be done; the message says what, why and how to fix it.</summary>
public sealed class PeerException : IOException
{
    /// <summary>Names what failed.</summary>
    /// <param name="code">SAM and four digits; docs/errors.md explains it.</param>
    /// <param name="problem">What kind.</param>
    /// <param name="message">A sentence for people.</param>
    /// <param name="inner">What was underneath, if anything.</param>
    public PeerException(string code, PeerProblem problem, string message, Exception? inner = null)
        : base(message, inner)
    {
        Code = code;
        Problem = problem;
    }

    /// <summary>SAM and four digits.</summary>
    public string Code { get; }

    /// <summary>What kind.</summary>
    public PeerProblem Problem { get; }
}
