namespace Samtala.Abstractions;

/// <summary>HTTP to the outside, by the node's rules: granted hosts only, no private addresses unless granted, every
/// redirect checked anew, bounded size and time.</summary>
public interface IFetch
{
    /// <summary>Asks and returns the body in memory.</summary>
    /// <param name="request">What to ask.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Whatever the server answered, also an error status.</returns>
    /// <exception cref="FetchException">There was no whole answer, or the rules forbid it.</exception>
    ValueTask<FetchReply> FetchAsync(FetchRequest request, CancellationToken cancellationToken);

    /// <summary>Asks and stores a body of status 200 as a blob while it arrives, in constant memory.</summary>
    /// <param name="request">What to ask.</param>
    /// <param name="expected">What the body must hash to; may be empty.</param>
    /// <param name="cancellationToken">Gives up; nothing is kept.</param>
    /// <exception cref="FetchException">There was no whole answer, or the rules forbid it; nothing was
    /// kept.</exception>
    /// <exception cref="DigestMismatchException">The body is another than expected; nothing was kept.</exception>
    ValueTask<FetchedBlob> FetchToBlobAsync(
        FetchRequest request, IReadOnlyList<Digest> expected, CancellationToken cancellationToken);
}

/// <summary>What to ask of a server.</summary>
/// <param name="Uri">Absolute, http or https.</param>
public sealed record FetchRequest(Uri Uri)
{
    /// <summary>The HTTP method.</summary>
    /// <value>Default GET.</value>
    public string Method { get; init; } = "GET";

    /// <summary>Sent as they are.</summary>
    /// <value>Default none.</value>
    public IReadOnlyList<Header> Headers { get; init; } = [];

    /// <summary>Sent as it is.</summary>
    /// <value>Default none.</value>
    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>How long the whole exchange may take.</summary>
    /// <value>Default 30 seconds. Valid 100 ms to 24 hours.</value>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the server may keep us waiting: from asking, with connecting and sending, to the head of its
    /// answer, and for each next piece of the body. How long the body is stored does not count.</summary>
    /// <value>Default 15 seconds. Valid 100 ms to 24 hours.</value>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Most bytes of body to accept.</summary>
    /// <value>Default 16 MiB in memory.</value>
    public long BodySizeMax { get; init; } = 16 * 1024 * 1024;

    /// <summary>A host:port the owner configured, which may be a private address if the plugin has the grant
    /// <c>fetch:private</c>. Other private addresses stay refused.</summary>
    /// <value>Default none.</value>
    public string TrustedAuthority { get; init; } = "";
}

/// <summary>An answer in memory.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Headers">The headers.</param>
/// <param name="Body">The body, decompressed.</param>
/// <param name="FinalUri">After redirects.</param>
public sealed record FetchReply(int Status, IReadOnlyList<Header> Headers, ReadOnlyMemory<byte> Body, Uri FinalUri);

/// <summary>An answer whose body is a blob.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Headers">The headers.</param>
/// <param name="Blob">Set when the status was 200.</param>
/// <param name="FinalUri">After redirects.</param>
public sealed record FetchedBlob(int Status, IReadOnlyList<Header> Headers, BlobInfo? Blob, Uri FinalUri);

/// <summary>A header.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its value.</param>
public readonly record struct Header(string Name, string Value);

/// <summary>Why there was no answer.</summary>
public enum FetchFailure
{
    /// <summary>The name does not resolve, nobody answers, or the connection broke.</summary>
    Unreachable = 1,

    /// <summary>It took longer than allowed.</summary>
    TimedOut = 2,

    /// <summary>The body was longer than allowed, or ended before its announced length.</summary>
    BadBody = 3,

    /// <summary>The node's rules forbid it.</summary>
    Refused = 4,
}

/// <summary>There was no whole answer.</summary>
public sealed class FetchException : IOException
{
    /// <summary>Says why.</summary>
    /// <param name="failure">The kind.</param>
    /// <param name="message">A sentence: what, where, why, how to fix.</param>
    /// <param name="inner">What the system said.</param>
    public FetchException(FetchFailure failure, string message, Exception? inner = null)
        : base(message, inner) => Failure = failure;

    /// <summary>The kind.</summary>
    public FetchFailure Failure { get; }
}
