using Grpc.Core;

namespace Samtala.Grpc.Server;

/// <summary>One call being served, whatever carries it. Transports derive from this; handlers see it as their
/// <see cref="ServerCallContext"/>.</summary>
#pragma warning disable CA1001 // RunAsync disposes what it made
public abstract class ServerCall : ServerCallContext
#pragma warning restore CA1001
{
    private static readonly AuthContext s_nobody = new(null, []);

    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private CallEnding? _ending;
    private Metadata? _responseTrailers;
    private CancellationToken _token;
    private DateTime _deadline = DateTime.MaxValue;
    private Task? _earlyEnd;
    private bool _headersSent;
    private bool _ended;

    /// <summary>A call of <paramref name="method"/>.</summary>
    protected ServerCall(RpcMethod method, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(method);
        ArgumentNullException.ThrowIfNull(time);
        Rpc = method;
        _time = time;
    }

    /// <summary>The method called.</summary>
    public RpcMethod Rpc { get; }

    /// <summary>Whether response headers were sent.</summary>
    protected bool HeadersSent => _headersSent;

    /// <summary>Cancelled when the caller left.</summary>
    protected abstract CancellationToken TransportAborted { get; }

    /// <inheritdoc />
    protected override string MethodCore => Rpc.FullName;

    /// <inheritdoc />
    protected override DateTime DeadlineCore => _deadline;

    /// <inheritdoc />
    protected override Metadata ResponseTrailersCore => _responseTrailers ??= [];

    /// <inheritdoc />
    protected override Status StatusCore { get; set; }

    /// <inheritdoc />
    protected override WriteOptions? WriteOptionsCore { get; set; }

    /// <inheritdoc />
    protected override AuthContext AuthContextCore => s_nobody;

    /// <inheritdoc />
    protected override CancellationToken CancellationTokenCore => Ending().Token;

    /// <summary>Serves the call to its end. Never throws: the outcome is sent to the caller.</summary>
    /// <param name="registry">Told of defects of handlers.</param>
    /// <param name="timeout">How long the caller waits; null is for ever.</param>
    public async Task RunAsync(ServiceRegistry registry, TimeSpan? timeout = null)
    {
        ArgumentNullException.ThrowIfNull(registry);
        if (timeout is { } limit)
            SetDeadline(limit);
        if (!Rpc.Owner.TryEnter())
        {
            await FinishAsync(new Status(StatusCode.Unavailable, $"{Rpc.ServiceName} is being taken away. Try again."));
            return;
        }

        try
        {
            await FinishAsync(await ServeAsync(registry));
        }
        finally
        {
            Rpc.Owner.Exit();
            _ending?.Dispose();
        }
    }

    internal static void RequireAnswer(object? response, string method)
    {
        if (response is null)
            throw new RpcException(new Status(StatusCode.Internal, $"The handler of {method} gave no response."));
    }

    internal ValueTask<T?> ReadAsync<T>(Marshaller<T> marshaller, CancellationToken cancellationToken)
        where T : class => ReadMessageAsync(marshaller, cancellationToken);

    internal async ValueTask WriteAsync<T>(
        T message, Marshaller<T> marshaller, bool flush, CancellationToken cancellationToken)
        where T : class
    {
        if (!_headersSent)
            await SendHeadersOnceAsync(null);
        lock (_gate)
        {
            if (_ended)
                throw new RpcException(new Status(StatusCode.Cancelled, $"The call of {Rpc.Name} has ended."));
            WriteMessage(message, marshaller);
        }

        if (flush)
            await FlushAsync(cancellationToken);
    }

    /// <summary>The next request; null at the end. Waits until the call's token or
    /// <paramref name="cancellationToken"/> is cancelled.</summary>
    protected abstract ValueTask<T?> ReadMessageAsync<T>(Marshaller<T> marshaller, CancellationToken cancellationToken)
        where T : class;

    /// <summary>Puts a response into the buffer. Headers have been sent. Not concurrent with <see cref="EndAsync"/>.
    /// </summary>
    protected abstract void WriteMessage<T>(T message, Marshaller<T> marshaller)
        where T : class;

    /// <summary>Sends the buffer; completes when there is room for more.</summary>
    protected abstract ValueTask FlushAsync(CancellationToken cancellationToken);

    /// <summary>Sends the response headers; called once.</summary>
    protected abstract Task SendHeadersAsync(Metadata? headers);

    /// <summary>Sends the outcome; called once, perhaps without headers, perhaps while a handler still runs
    /// (<paramref name="early"/>): then the transport must be closed here.</summary>
    protected abstract Task EndAsync(Status status, Metadata? trailers, bool early);

    /// <inheritdoc />
    protected override Task WriteResponseHeadersAsyncCore(Metadata responseHeaders)
    {
        ArgumentNullException.ThrowIfNull(responseHeaders);
        return _headersSent
            ? throw new InvalidOperationException("Response headers were sent already.")
            : SendHeadersNowAsync(responseHeaders);
    }

    /// <summary>The token reads and writes obey: the call's own, or one that also heeds another.</summary>
    protected CancellationToken Heed(CancellationToken other, out CancellationTokenSource? owned)
    {
        owned = null;
        var own = CancellationToken;
        if (!other.CanBeCanceled || other == own)
            return own;
        owned = CancellationTokenSource.CreateLinkedTokenSource(own, other);
        return owned.Token;
    }

    private async Task SendHeadersNowAsync(Metadata headers)
    {
        await SendHeadersOnceAsync(headers);
        await FlushAsync(CancellationToken);
    }

    private Task SendHeadersOnceAsync(Metadata? headers)
    {
        lock (_gate)
        {
            if (_ended)
                throw new RpcException(new Status(StatusCode.Cancelled, $"The call of {Rpc.Name} has ended."));
            _headersSent = true;
        }

        return SendHeadersAsync(headers);
    }

    private void SetDeadline(TimeSpan timeout)
    {
        _deadline = _time.GetUtcNow().UtcDateTime + timeout;
        Ending().StartTimer(_time, timeout);
    }

    private CallEnding Ending()
    {
        lock (_gate)
        {
            if (_ending is null)
            {
                _ending = new CallEnding(EndEarly);
                _token = _ending.Token;
                _ending.Link(TransportAborted, Rpc.Owner.RemovedToken);
            }

            return _ending;
        }
    }

    private void EndEarly(Status status)
    {
        lock (_gate)
        {
            if (_ended)
                return;
            _ended = true;
            _earlyEnd = EndAsync(status, _responseTrailers, early: true);
        }
    }

    private async Task<Status> ServeAsync(ServiceRegistry registry)
    {
        try
        {
            await Rpc.Handler.InvokeAsync(this);
            return StatusCore;
        }
        catch (RpcException e)
        {
            foreach (var entry in e.Trailers)
                ResponseTrailers.Add(entry);
            return e.Status;
        }
        catch (OperationCanceledException)
            when (TransportAborted.IsCancellationRequested || _token.IsCancellationRequested)
        {
            return Status.DefaultCancelled;
        }
        catch (Exception) when (TransportAborted.IsCancellationRequested)
        {
            return Status.DefaultCancelled;
        }
        catch (Exception e)
        {
            registry.Report(Rpc, e);
            return new Status(StatusCode.Unknown, $"The handler of {Rpc.Name} failed; the node's log says why.", e);
        }
    }

    private async Task FinishAsync(Status status)
    {
        Task end;
        lock (_gate)
        {
            end = _ended ? _earlyEnd ?? Task.CompletedTask : EndAsync(status, _responseTrailers, early: false);
            _ended = true;
        }

        try
        {
            await end;
        }
        catch (Exception e) when (e is IOException or InvalidOperationException or OperationCanceledException)
        {
            // The caller is gone: there is nobody to tell.
        }
    }
}
