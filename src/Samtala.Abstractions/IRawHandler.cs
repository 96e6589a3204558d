namespace Samtala.Abstractions;

/// <summary>Serves requests below <c>/{plugin}/</c> that no published answer serves. A plugin has at most
/// one.</summary>
public interface IRawHandler
{
    /// <summary>Longest request body in bytes; longer ones are refused with 413 before the plugin is asked.</summary>
    const int BodySizeMax = 4 * 1024 * 1024;

    /// <summary>Answers one request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">The client left or the node stops.</param>
    ValueTask<RawReply> HandleAsync(RawRequest request, CancellationToken cancellationToken);
}

/// <summary>A request as it came.</summary>
/// <param name="Method">GET and so on.</param>
/// <param name="Path">Absolute, percent-encoded as it came, without the query.</param>
/// <param name="Query">Without '?'.</param>
/// <param name="Headers">All but Authorization and Cookie.</param>
/// <param name="Body">The whole body.</param>
/// <param name="BaseUri">scheme://host:port the client used, without a slash at the end.</param>
/// <param name="Principal">Who asks: a token's id, <c>owner</c>, or empty for anybody on loopback.</param>
/// <param name="Scopes">What the caller's token allows.</param>
/// <param name="IsRefresh">A stale published answer was served; refresh it. The reply is thrown away.</param>
public sealed record RawRequest(
    string Method,
    string Path,
    string Query,
    IReadOnlyList<Header> Headers,
    ReadOnlyMemory<byte> Body,
    string BaseUri,
    string Principal,
    IReadOnlyList<string> Scopes,
    bool IsRefresh);

/// <summary>The answer to a raw request.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Headers">All but Content-Length and Date.</param>
/// <param name="Content">The body; null for none.</param>
public sealed record RawReply(int Status, IReadOnlyList<Header> Headers, Content? Content);
