namespace Samtala.Gateway;

/// <summary>The door cannot be opened; the message says what, where, why and how to fix it.</summary>
public sealed class GatewayException : IOException
{
    /// <summary>Names what failed.</summary>
    /// <param name="code">For <c>samtala explain</c>, such as <c>SAM0520</c>.</param>
    /// <param name="message">A sentence for people.</param>
    /// <param name="inner">What the system said, if anything.</param>
    public GatewayException(string code, string message, Exception? inner = null)
        : base(message, inner) => Code = code;

    /// <summary>For <c>samtala explain</c>.</summary>
    public string Code { get; }
}
