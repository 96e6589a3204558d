using System.Net;
using Samtala.Abstractions;

namespace Samtala.Fetch;

/// <summary>One request of a chain of redirects.</summary>
internal sealed class FetchHop
{
    private static readonly string[] s_ours =
    [
        "Connection", "Content-Length", "Expect", "Host", "Keep-Alive", "Proxy-Authorization", "Proxy-Connection", "TE",
        "Trailer", "Transfer-Encoding", "Upgrade",
    ];

    private static readonly string[] s_secret = ["Authorization", "Cookie"];
    private readonly IReadOnlyList<Header> _headers;
    private readonly ReadOnlyMemory<byte> _body;
    private readonly HttpMethod _method;

    public FetchHop(FetchRequest request)
        : this(request.Uri, new HttpMethod(request.Method), request.Headers, request.Body)
    {
        if (request.Headers.FirstOrDefault(h =>
            s_ours.Contains(h.Name, StringComparer.OrdinalIgnoreCase)) is { Name: not null } ours)
        {
            throw OutboundHttp.Refused(request.Uri, $"the header {ours.Name} is set by the node");
        }

        // The framework's own check lets line breaks pass.
        if (request.Headers.Any(h => h.Value.Any(c => c is (< ' ' and not '\t') or '\u007f')))
            throw OutboundHttp.Refused(request.Uri, "a header has a control character in its value");
    }

    private FetchHop(Uri uri, HttpMethod method, IReadOnlyList<Header> headers, ReadOnlyMemory<byte> body)
    {
        Uri = uri;
        _method = method;
        _headers = headers;
        _body = body;
    }

    public Uri Uri { get; }

    public HttpRequestMessage CreateMessage()
    {
        var message = new HttpRequestMessage(_method, Uri)
        {
            Version = Uri.Scheme == Uri.UriSchemeHttps ? HttpVersion.Version20 : HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
        if (!_body.IsEmpty)
            message.Content = new ReadOnlyMemoryContent(_body);
        foreach (var (name, value) in _headers)
        {
            if (message.Headers.TryAddWithoutValidation(name, value))
                continue;
            message.Content ??= new ReadOnlyMemoryContent(default);
            if (!message.Content.Headers.TryAddWithoutValidation(name, value))
                throw OutboundHttp.Refused(Uri, $"the header \"{name}\" is not a header");
        }

        if (!message.Headers.Contains("Accept-Encoding"))
            message.Headers.TryAddWithoutValidation("Accept-Encoding", "gzip");
        return message;
    }

    /// <summary>Where the answer sends us; null when it is the answer.</summary>
    public FetchHop? Redirect(HttpResponseMessage response)
    {
        var status = (int)response.StatusCode;
        if (status is not (301 or 302 or 303 or 307 or 308) || response.Headers.Location is not { } location)
            return null;
        var next = location.IsAbsoluteUri ? location : new Uri(Uri, location);
        if (Uri.Scheme == Uri.UriSchemeHttps && next.Scheme == Uri.UriSchemeHttp)
            throw OutboundHttp.Refused(next, "a redirect led from https to http");
        // What was meant for one server is not told to another.
        var headers = string.Equals(next.Authority, Uri.Authority, StringComparison.OrdinalIgnoreCase)
            ? _headers
            : [.. _headers.Where(h => !s_secret.Contains(h.Name, StringComparer.OrdinalIgnoreCase))];
        var becomesGet = status == 303 || (status is 301 or 302 && _method == HttpMethod.Post);
        return becomesGet && _method != HttpMethod.Head
            ? new FetchHop(next, HttpMethod.Get, WithoutContentHeaders(headers), default)
            : new FetchHop(next, _method, headers, _body);
    }

    private static Header[] WithoutContentHeaders(IReadOnlyList<Header> headers) =>
        [.. headers.Where(h => !h.Name.StartsWith("Content-", StringComparison.OrdinalIgnoreCase))];
}
