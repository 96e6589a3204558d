using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Samtala.Abstractions;

namespace Samtala.Fetch;

/// <summary>What one plugin may reach.</summary>
/// <param name="IsHostGranted">Whether it may ask this host, lower case.</param>
/// <param name="IsPrivateGranted">Whether the authority the owner configured may be private.</param>
public sealed record OutboundRules(Func<string, bool> IsHostGranted, bool IsPrivateGranted);

/// <summary>
/// HTTP for one plugin: granted hosts, public addresses, every redirect checked anew, bounded size and time, bodies
/// whole or not at all. Source: docs/plugins.md, "Fetch".
/// </summary>
/// <remarks>Thread-safe. Connections are pooled per authority.</remarks>
public sealed class OutboundHttp : IFetch, IDisposable
{
    /// <summary>Most redirects followed.</summary>
    public const int RedirectsMax = 5;

    private readonly OutboundRules _rules;
    private readonly IBlobs? _blobs;
    private readonly TimeProvider _time;
    private readonly HttpMessageInvoker _public;
    private readonly HttpMessageInvoker _trusted;

    /// <summary>Opens nothing yet.</summary>
    /// <param name="rules">What may be reached.</param>
    /// <param name="blobs">Where bodies are stored; null: <see cref="FetchToBlobAsync"/> is refused.</param>
    /// <param name="dialer">The network; owned by the caller.</param>
    /// <param name="time">For time limits.</param>
    public OutboundHttp(OutboundRules rules, IBlobs? blobs, IDialer dialer, TimeProvider time)
    {
        _rules = rules;
        _blobs = blobs;
        _time = time;
        _public = CreatePool(dialer, isTrusted: false);
        _trusted = CreatePool(dialer, isTrusted: true);
    }

    /// <inheritdoc/>
    public async ValueTask<FetchReply> FetchAsync(FetchRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return await WithinAsync(request, async patience =>
        {
            using var response = await SendAsync(request, patience);
            using var body = new MemoryStream();
            await foreach (var chunk in new ReplyBody(response, request, patience).ReadAsync(patience.Token))
                body.Write(chunk.Span);
            return new FetchReply(
                (int)response.StatusCode, HeadersOf(response), body.ToArray(), response.RequestMessage!.RequestUri!);
        }, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<FetchedBlob> FetchToBlobAsync(
        FetchRequest request, IReadOnlyList<Digest> expected, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(expected);
        if (_blobs is not { } blobs)
            throw Refused(request.Uri, "the plugin has no grant \"blobs\" to store a body with");
        return await WithinAsync(request, async patience =>
        {
            using var response = await SendAsync(request, patience);
            var uri = response.RequestMessage!.RequestUri!;
            if (response.StatusCode != HttpStatusCode.OK)
                return new FetchedBlob((int)response.StatusCode, HeadersOf(response), null, uri);
            var body = new ReplyBody(response, request, patience);
            // Only a digest can tell whether such a body is whole.
            if (expected.Count == 0 && !body.HasKnownEnd)
                throw body.Bad("does not say where it ends, and no digest is known to check it by");
            var blob = await blobs.PutAsync(body.ReadAsync(patience.Token), expected, patience.Token);
            return new FetchedBlob(200, HeadersOf(response), blob, uri);
        }, cancellationToken);
    }

    /// <summary>Closes idle connections.</summary>
    public void Dispose()
    {
        _public.Dispose();
        _trusted.Dispose();
    }

    private static HttpMessageInvoker CreatePool(IDialer dialer, bool isTrusted) => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        UseCookies = false,
        ConnectCallback = new GuardedConnector(dialer, isTrusted).ConnectAsync,
        ConnectTimeout = TimeSpan.FromSeconds(15),
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(60),
        PooledConnectionLifetime = TimeSpan.FromMinutes(10),
        MaxConnectionsPerServer = 32,
        EnableMultipleHttp2Connections = true,
        MaxResponseHeadersLength = 64,
        // A drain would read on behalf of nobody.
        MaxResponseDrainSize = 0,
    });

    private async ValueTask<T> WithinAsync<T>(
        FetchRequest request, Func<Patience, Task<T>> ask, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(request.BodySizeMax, nameof(request));
        using var patience = new Patience(request, _time, cancellationToken);
        try
        {
            return await ask(patience);
        }
        catch (OperationCanceledException e) when (patience.IsOver)
        {
            throw patience.TimedOut(e);
        }
        catch (HttpRequestException e) when (e.InnerException is FetchException inner)
        {
            throw new FetchException(inner.Failure, inner.Message, e);
        }
        catch (HttpRequestException e)
        {
            throw new FetchException(FetchFailure.Unreachable, $"{Plain(request.Uri)}: {Deepest(e).Message}", e);
        }
        catch (SocketException e)
        {
            throw new FetchException(FetchFailure.Unreachable, $"{Plain(request.Uri)}: {e.Message}", e);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(FetchRequest request, Patience patience)
    {
        var hop = new FetchHop(request);
        for (var redirects = 0; ; redirects++)
        {
            var isTrusted = Check(hop.Uri, request);
            using var message = hop.CreateMessage();
            var pool = isTrusted ? _trusted : _public;
            var response = await patience.WaitAsync(new ValueTask<HttpResponseMessage>(
                pool.SendAsync(message, patience.Token)));
            if (hop.Redirect(response) is not { } next)
                return response;
            response.Dispose();
            if (redirects == RedirectsMax)
                throw Refused(request.Uri, $"it redirects more than {RedirectsMax} times");
            hop = next;
        }
    }

    /// <summary>Holds one hop to the rules.</summary>
    /// <returns>Whether this is the very authority the owner configured, and may be private.</returns>
    private bool Check(Uri uri, FetchRequest request)
    {
        if (!uri.IsAbsoluteUri || uri.Scheme is not ("http" or "https") || uri.UserInfo.Length > 0
            || uri.IdnHost.Length == 0)
        {
            throw Refused(uri, "only http and https addresses without a password in them can be asked");
        }

        if (!_rules.IsHostGranted(uri.IdnHost.ToLowerInvariant().Trim('[', ']')))
            throw Refused(uri, $"the plugin has no grant \"fetch:{uri.IdnHost}\"");
        var isTrusted = _rules.IsPrivateGranted && request.TrustedAuthority.Length > 0
            && string.Equals(AuthorityOf(uri), Normalise(request.TrustedAuthority, uri.Scheme),
                StringComparison.OrdinalIgnoreCase);
        // Addresses are checked when connecting; a proxy would connect for us, so these are checked here as well.
        if (IPAddress.TryParse(uri.IdnHost, out var address) && !AddressRules.Allows(address, isTrusted))
            throw Refused(uri, "it is not a public address");
        return isTrusted;
    }

    private static string AuthorityOf(Uri uri)
    {
        var host = uri.HostNameType == UriHostNameType.IPv6 ? $"[{uri.IdnHost.Trim('[', ']')}]" : uri.IdnHost;
        return string.Create(CultureInfo.InvariantCulture, $"{host}:{uri.Port}");
    }

    /// <summary>An authority with its port, as the scheme has it.</summary>
    private static string Normalise(string authority, string scheme) =>
        Uri.TryCreate($"{scheme}://{authority}", UriKind.Absolute, out var uri) ? AuthorityOf(uri) : "";

    private static List<Header> HeadersOf(HttpResponseMessage response) =>
        [.. response.Headers.NonValidated.Concat(response.Content.Headers.NonValidated)
            .SelectMany(h => h.Value.Select(v => new Header(h.Key, v)))];

    private static Exception Deepest(Exception e) => e.InnerException is { } inner ? Deepest(inner) : e;

    /// <summary>Without the query, which may hold secrets.</summary>
    internal static string Plain(Uri uri) => uri.IsAbsoluteUri ? uri.GetLeftPart(UriPartial.Path) : uri.OriginalString;

    internal static FetchException Refused(Uri uri, string why) =>
        new(FetchFailure.Refused, $"{Plain(uri)} was not asked: {why}.");
}
