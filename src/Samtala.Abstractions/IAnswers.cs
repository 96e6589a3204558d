namespace Samtala.Abstractions;

/// <summary>Answers that the door gives without asking the plugin.</summary>
public interface IAnswers
{
    /// <summary>Longest body given as bytes; longer ones are ranges of blobs.</summary>
    const int InlineSizeMax = 4 * 1024;

    /// <summary>The status of an answer that is none: requests it fits are handed to the plugin, as if nothing were
    /// published for them. For variants that are made when first asked for.</summary>
    const int AskPlugin = 0;

    /// <summary>Publishes or replaces answers, all or none; durable when it returns. Blobs they name are kept for as
    /// long as the answer stands.</summary>
    /// <param name="answers">1 to 64.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="ArgumentException">A path is outside the plugin's prefix, or a size is out of
    /// range.</exception>
    ValueTask PublishAsync(IReadOnlyList<PublishedAnswer> answers, CancellationToken cancellationToken);

    /// <summary>Withdraws every variant of the answer at a path.</summary>
    /// <param name="path">Absolute.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    ValueTask WithdrawAsync(string path, CancellationToken cancellationToken);

    /// <summary>What the door served from the answers since the node started.</summary>
    /// <param name="after">Only hits after this number.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    ValueTask<AnswerTraffic> ReadTrafficAsync(long after, CancellationToken cancellationToken);
}

/// <summary>One answer. The variant is chosen by authority, then Accept, then Accept-Encoding.</summary>
/// <param name="Path">Absolute and as clients send it (percent-encoded), below <c>/{plugin}/</c>.</param>
/// <param name="Content">What is sent.</param>
public sealed record PublishedAnswer(string Path, Content Content)
{
    /// <summary>Only for requests to this host:port.</summary>
    /// <value>Default empty: all.</value>
    public string Authority { get; init; } = "";

    /// <summary>Only for requests whose Accept header contains this media type.</summary>
    /// <value>Default empty: all others.</value>
    public string Accept { get; init; } = "";

    /// <summary>The encoding of <see cref="Content"/>: empty or <c>gzip</c>. Clients that do not accept gzip get it
    /// unpacked.</summary>
    /// <value>Default empty.</value>
    public string Encoding { get; init; } = "";

    /// <summary>The HTTP status.</summary>
    /// <value>Default 200. <see cref="IAnswers.AskPlugin"/> for no answer.</value>
    public int Status { get; init; } = 200;

    /// <summary>All but Content-Length, Content-Encoding, ETag and Date.</summary>
    /// <value>Default none.</value>
    public IReadOnlyList<Header> Headers { get; init; } = [];

    /// <summary>Without quotes.</summary>
    /// <value>Default empty: none.</value>
    public string Etag { get; init; } = "";

    /// <summary>After this the plugin is asked to refresh while the old answer is still served.</summary>
    /// <value>Default never.</value>
    public DateTimeOffset? FreshUntil { get; init; }

    /// <summary>A scope a token must hold to read it.</summary>
    /// <value>Default empty: anybody on loopback.</value>
    public string Scope { get; init; } = "";
}

/// <summary>Bytes of an answer.</summary>
public abstract record Content
{
    private Content()
    {
    }

    /// <summary>These bytes.</summary>
    /// <param name="Bytes">Owned by the content from now on.</param>
    public sealed record Inline(ReadOnlyMemory<byte> Bytes) : Content;

    /// <summary>A range of a blob.</summary>
    /// <param name="Id">The blob.</param>
    /// <param name="Offset">First byte.</param>
    /// <param name="Length">How many bytes.</param>
    public sealed record OfBlob(BlobId Id, long Offset, long Length) : Content;

    /// <summary>Bytes as they come; only in raw replies.</summary>
    /// <param name="Chunks">Each piece is valid until the next is asked for.</param>
    public sealed record Streamed(IAsyncEnumerable<ReadOnlyMemory<byte>> Chunks) : Content;
}

/// <summary>What the door served from the answers.</summary>
/// <param name="TotalHits">Requests since the node started.</param>
/// <param name="TotalBytes">Bytes since the node started.</param>
/// <param name="Hits">The newest after the number asked for, oldest first, at most 1000.</param>
public sealed record AnswerTraffic(long TotalHits, long TotalBytes, IReadOnlyList<AnswerHit> Hits);

/// <summary>One request served from an answer.</summary>
/// <param name="Number">Rises by one.</param>
/// <param name="Time">When.</param>
/// <param name="Path">The path.</param>
/// <param name="Status">200, 206 or 304.</param>
/// <param name="Bytes">Bytes of body.</param>
public sealed record AnswerHit(long Number, DateTimeOffset Time, string Path, int Status, long Bytes);
