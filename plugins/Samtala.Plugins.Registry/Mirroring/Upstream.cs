using Samtala.Abstractions;
using Samtala.Plugins.Registry.Sharing;

namespace Samtala.Plugins.Registry.Mirroring;

/// <summary>Where one mirror gets what it does not hold: asks its upstream, if it is not resting, and counts.</summary>
internal sealed class Upstream : IDisposable
{
    /// <summary>Documents up to this size are fetched into memory; longer ones go through a blob.</summary>
    public const int InMemorySizeMax = 1024 * 1024;

    private const int RequestsInFlightMax = 16;
    private static readonly TimeSpan s_probeTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_probePatience = TimeSpan.FromMilliseconds(700);
    private static readonly TimeSpan s_slow = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_slotPatience = TimeSpan.FromMilliseconds(500);

    private readonly Ecosystem _ecosystem;
    private readonly INode _node;
    private readonly TimeProvider _time;

    // Long files must not keep short documents waiting.
    private readonly SemaphoreSlim _documentSlots = new(RequestsInFlightMax);
    private readonly SemaphoreSlim _fileSlots = new(RequestsInFlightMax);

    public Upstream(
        Ecosystem ecosystem, INode node, UpstreamSetting setting, Followed followed, TimeProvider time)
    {
        _ecosystem = ecosystem;
        _node = node;
        _time = time;
        Setting = setting;
        Breaker = new CircuitBreaker(time);
        Options = RegistryOptions.Read(node.Info.Settings);
        Peers = new PeerFetch(node, followed, Counters, Options);
    }

    public Counters Counters { get; } = new();

    public CircuitBreaker Breaker { get; }

    public UpstreamSetting Setting { get; }

    /// <summary>The followed mirrors, which are asked before the upstream.</summary>
    public PeerFetch Peers { get; }

    public string Mirror => _ecosystem.Mirror;

    public RegistryOptions Options { get; }

    /// <summary>Whether there is an upstream at all.</summary>
    public async ValueTask<bool> IsSetAsync(CancellationToken cancellationToken) =>
        await Setting.FindAsync(cancellationToken) is not null;

    /// <summary>The upstream's URL as it was set.</summary>
    /// <exception cref="MirrorException">There is none.</exception>
    public async ValueTask<Uri> FindAsync(string what, CancellationToken cancellationToken) =>
        await Setting.FindAsync(cancellationToken)
            ?? throw await Peers.Followed.FindAwayAsync(what, cancellationToken)
            ?? MirrorException.NoUpstream(
                what,
                Mirror,
                Peers.Followed.IsAny ? $"no followed mirror holds it, and {Setting.Error}" : Setting.Error);

    /// <summary>The upstream's URL with '/' at its end.</summary>
    /// <exception cref="MirrorException">There is none.</exception>
    public async ValueTask<string> FindFolderAsync(string what, CancellationToken cancellationToken) =>
        (await FindAsync(what, cancellationToken)).AbsoluteUri.TrimEnd('/') + "/";

    /// <summary>Asks for a document of any length.</summary>
    /// <param name="what">For people.</param>
    /// <param name="uri">Where.</param>
    /// <param name="etag">Of what is held; empty for nothing.</param>
    /// <param name="accept">Media type.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="MirrorException">There was no usable answer. "Not found" is one.</exception>
    public async Task<FetchedDocument> FetchDocumentAsync(
        string what, Uri uri, string etag, string accept, CancellationToken cancellationToken)
    {
        var options = Options;
        var request = await RequestAsync(what, uri, options.DocumentTimeoutSeconds, cancellationToken) with
        {
            BodySizeMax = InMemorySizeMax,
            Headers = etag.Length > 0
                ? [new Header("Accept", accept), new Header("If-None-Match", etag)]
                : [new Header("Accept", accept)],
        };
        try
        {
            var reply = await AskAsync(
                what,
                uri,
                _documentSlots,
                () => _node.Fetch.FetchAsync(request, cancellationToken),
                r => r.Status,
                cancellationToken);
            Counters.Received(reply.Body.Length);
            return new FetchedDocument(reply.Status, reply.Headers, reply.Body, null);
        }
        catch (MirrorException e) when (e.InnerException is FetchException { Failure: FetchFailure.BadBody })
        {
            // Too long for memory, or cut off; the second way tells which.
            var large = request with { BodySizeMax = options.DocumentMebibytesMax * 1024L * 1024 };
            var fetched = await AskAsync(
                what,
                uri,
                _documentSlots,
                () => _node.Fetch.FetchToBlobAsync(large, [], cancellationToken),
                r => r.Status,
                cancellationToken);
            Counters.Received(fetched.Blob?.Length ?? 0);
            return new FetchedDocument(fetched.Status, fetched.Headers, default, fetched.Blob);
        }
    }

    /// <summary>Asks for a file and keeps it only when it is what is expected.</summary>
    /// <exception cref="MirrorException">There was no usable answer, or other bytes.</exception>
    public async Task<BlobInfo> FetchFileAsync(
        string what, Uri uri, IReadOnlyList<Digest> expected, CancellationToken cancellationToken)
    {
        var request = await RequestAsync(what, uri, Options.FileTimeoutSeconds, cancellationToken) with
        {
            BodySizeMax = Options.FileMebibytesMax * 1024L * 1024,
        };
        try
        {
            var fetched = await AskAsync(
                what,
                uri,
                _fileSlots,
                () => _node.Fetch.FetchToBlobAsync(request, expected, cancellationToken),
                r => r.Status,
                cancellationToken);
            if (fetched.Status is 404 or 410)
                throw MirrorException.NotFound(what, Mirror);
            if (fetched.Blob is not { } blob)
                throw MirrorException.BadAnswer(what, uri.Host, $"the upstream answered with status {fetched.Status}");
            Counters.Received(blob.Length);
            return blob;
        }
        catch (MirrorException e) when (e.InnerException is FetchException { Failure: FetchFailure.BadBody } cause)
        {
            Counters.Refused();
            throw MirrorException.Tampered(what, uri.Host, cause.Message, cause);
        }
        catch (DigestMismatchException e)
        {
            Counters.Refused();
            Breaker.Succeeded();
            throw MirrorException.Tampered(what, uri.Host, e.Message, e);
        }
    }

    public void Dispose()
    {
        Setting.Dispose();
        Peers.Dispose();
        _documentSlots.Dispose();
        _fileSlots.Dispose();
    }

    private async ValueTask<FetchRequest> RequestAsync(
        string what, Uri uri, int timeoutSeconds, CancellationToken cancellationToken)
    {
        var upstream = await FindAsync(what, cancellationToken);
        return new FetchRequest(uri)
        {
            Timeout = TimeSpan.FromSeconds(timeoutSeconds),
            IdleTimeout = TimeSpan.FromSeconds(Options.IdleTimeoutSeconds),
            TrustedAuthority = $"{upstream.Host}:{upstream.Port}",
        };
    }

    private async Task<T> AskAsync<T>(
        string what,
        Uri uri,
        SemaphoreSlim slots,
        Func<ValueTask<T>> ask,
        Func<T, int> status,
        CancellationToken cancellationToken)
    {
        while (!await slots.WaitAsync(s_slotPatience, cancellationToken))
            ThrowIfResting(what, uri);
        try
        {
            await EnterAsync(what, uri, cancellationToken);
            Counters.Asked();
            var since = _time.GetTimestamp();
            var reply = await WholeAsync(uri, ask, since, cancellationToken);
            if (status(reply) is >= 500 or 429)
            {
                var error = $"{uri.Host} answered with status {status(reply)}";
                Counters.Failed();
                Breaker.Failed(error, isSlow: false);
                throw MirrorException.BadAnswer(what, uri.Host, error);
            }

            Breaker.Succeeded();
            return reply;
        }
        catch (FetchException e)
        {
            throw MirrorException.Unreachable(what, uri.Host, e);
        }
        finally
        {
            slots.Release();
        }
    }

    /// <summary>Asks, and tells the breaker when there is no answer.</summary>
    private async ValueTask<T> WholeAsync<T>(
        Uri uri, Func<ValueTask<T>> ask, long since, CancellationToken cancellationToken)
    {
        try
        {
            return await ask();
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            // Nobody of ours gave up: the connection was not made in time.
            Counters.Failed();
            var late = new FetchException(FetchFailure.TimedOut, $"{uri.Authority} did not answer in time.", e);
            Breaker.Failed(late.Message, isSlow: true);
            throw late;
        }
        catch (FetchException e) when (e.Failure is FetchFailure.Unreachable or FetchFailure.TimedOut)
        {
            Counters.Failed();
            Breaker.Failed(e.Message, e.Failure == FetchFailure.TimedOut || _time.GetElapsedTime(since) > s_slow);
            throw;
        }
    }

    /// <summary>Lets nobody wait for an upstream that failed lately: one request probes it, the others are told.
    /// </summary>
    private async Task EnterAsync(string what, Uri uri, CancellationToken cancellationToken)
    {
        switch (Breaker.Decide())
        {
            case BreakerDecision.Ask:
                return;
            case BreakerDecision.Try:
                var probe = ProbeAsync(cancellationToken);
                if (await Task.WhenAny(probe, Task.Delay(s_probePatience, _time, cancellationToken)) == probe
                    && await probe)
                {
                    return;
                }

                break;
        }

        var view = Breaker.View;
        throw MirrorException.Resting(what, uri.Host, view.LastError, view.RetryIn);
    }

    private void ThrowIfResting(string what, Uri uri)
    {
        if (Breaker.View is { IsOpen: true, RetryIn.Ticks: > 0 } view)
            throw MirrorException.Resting(what, uri.Host, view.LastError, view.RetryIn);
    }

    private async Task<bool> ProbeAsync(CancellationToken cancellationToken)
    {
        try
        {
            var folder = await FindAsync("the upstream", cancellationToken);
            var uri = _ecosystem.Probe.Length == 0 ? folder
                : new Uri(folder.AbsoluteUri.TrimEnd('/') + "/" + _ecosystem.Probe);
            await _node.Fetch.FetchAsync(
                new FetchRequest(uri)
                {
                    Timeout = s_probeTimeout,
                    TrustedAuthority = $"{folder.Host}:{folder.Port}",
                },
                cancellationToken);
            Breaker.Succeeded();
            return true;
        }
        catch (Exception e) when (e is FetchException
            || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            Breaker.Failed(e.Message, isSlow: true);
            return false;
        }
        catch (Exception)
        {
            Breaker.Abandoned();
            throw;
        }
    }
}

/// <summary>A document from the upstream: in memory, or as a blob that the receiver lets go of.</summary>
/// <param name="Status">200, 304, 404 or another below 500.</param>
/// <param name="Headers">The upstream's.</param>
/// <param name="Bytes">The body, when it is in memory.</param>
/// <param name="Blob">The body, when it is long.</param>
internal sealed record FetchedDocument(
    int Status, IReadOnlyList<Header> Headers, ReadOnlyMemory<byte> Bytes, BlobInfo? Blob);
