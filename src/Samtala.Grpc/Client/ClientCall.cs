using System.Buffers;
using Grpc.Core;
using Samtala.Grpc.Wire;

namespace Samtala.Grpc.Client;

/// <summary>One call as the client sees it: what is common to the four kinds.</summary>
internal sealed class ClientCall<TRequest, TResponse> : IDisposable
    where TRequest : class
    where TResponse : class
{
    private readonly Method<TRequest, TResponse> _method;
    private readonly ClientTransport _transport;
    private readonly CallOptions _options;
    private readonly CallClock _clock;
    private readonly Task<ClientAnswer> _answer;
    private readonly int _receiveMax;
    private FrameReader? _reader;
    private Status? _status;
    private Metadata _trailers = Metadata.Empty;

    public ClientCall(
        Method<TRequest, TResponse> method,
        ClientTransport transport,
        CallOptions options,
        CallClock clock,
        (TRequest? Whole, GrpcLimits Limits) request)
    {
        _method = method;
        _transport = transport;
        _options = options;
        _clock = clock;
        _receiveMax = request.Limits.ReceiveMessageSizeMax;
        _answer = StartAsync(request.Whole);
    }

    public CancellationToken Token => _clock.Token;

    public WriteFlags DefaultFlags => _options.WriteOptions?.Flags ?? WriteFlags.None;

    public async Task<TResponse> ReadSingleAsync()
    {
        var response = await ReadAsync(CancellationToken.None);
        if (response is null)
            throw Failed(new Status(StatusCode.Internal, $"{_method.FullName} ended without a response."));
        if (await ReadAsync(CancellationToken.None) is not null)
            throw Failed(new Status(StatusCode.Internal, $"{_method.FullName} gave more than one response."));
        return response;
    }

    /// <summary>The next response; null when the call ended with OK.</summary>
    public async Task<TResponse?> ReadAsync(CancellationToken cancellationToken)
    {
        using var stop = cancellationToken.UnsafeRegister(static s => ((CallClock)s!).Cancel(), _clock);
        try
        {
            if (_status is { } ended)
                return ended.StatusCode == StatusCode.OK ? null : throw new RpcException(ended, _trailers);
            var answer = await _answer;
            _reader ??= new FrameReader(answer.Messages, _receiveMax);
            if (await _reader.ReadAsync(_method.ResponseMarshaller, _clock.Token) is { } response)
                return response;
            var (status, trailers) = answer.Outcome();
            End(status, trailers);
            return status.StatusCode == StatusCode.OK ? null : throw new RpcException(status, trailers);
        }
        catch (Exception e)
        {
            throw Translate(e);
        }
    }

    public async Task WriteAsync(TRequest request, bool flush, CancellationToken cancellationToken)
    {
        using var stop = cancellationToken.UnsafeRegister(static s => ((CallClock)s!).Cancel(), _clock);
        try
        {
            var requests = await _transport.RequestsAsync(_clock.Token);
            _method.RequestMarshaller.ContextualSerializer(request, new FrameSerializationContext(requests));
            if (flush && (await requests.FlushAsync(_clock.Token)).IsCompleted)
                throw new RpcException(await OutcomeOfEndedCallAsync());
        }
        catch (Exception e)
        {
            throw Translate(e);
        }
    }

    public async Task CompleteAsync()
    {
        try
        {
            await (await _transport.RequestsAsync(_clock.Token)).CompleteAsync();
        }
        catch (Exception e) when (e is IOException or HttpRequestException or OperationCanceledException)
        {
            // The server ended the call first; the reader tells why.
        }
    }

    public Status GetStatus() => _status ??
        throw new InvalidOperationException("The call has not ended: its status is not known yet.");

    public Metadata GetTrailers() => _status is null
        ? throw new InvalidOperationException("The call has not ended: its trailers are not known yet.")
        : _trailers;

    public void Dispose()
    {
        _status ??= Status.DefaultCancelled;
        _clock.Cancel();
        _transport.Dispose();
    }

    private static ReadOnlyMemory<byte> ToFrame(TRequest request, Marshaller<TRequest> marshaller)
    {
        var buffer = new ArrayBufferWriter<byte>();
        marshaller.ContextualSerializer(request, new FrameSerializationContext(buffer));
        return buffer.WrittenMemory;
    }

    private async Task<ClientAnswer> StartAsync(TRequest? whole)
    {
        // Not a conditional expression: there, null would become empty memory.
        ReadOnlyMemory<byte>? frame = null;
        if (whole is not null)
            frame = ToFrame(whole, _method.RequestMarshaller);
        return await _transport.StartAsync(frame, _clock.Token);
    }

    public async Task<Metadata> ReadHeadersAsync()
    {
        try
        {
            return (await _answer).Headers;
        }
        catch (Exception e)
        {
            throw Translate(e);
        }
    }

    private async Task<Status> OutcomeOfEndedCallAsync()
    {
        if (_status is null && _answer.IsCompletedSuccessfully)
        {
            var (status, trailers) = (await _answer).Outcome();
            End(status, trailers);
        }

        return _status ?? new Status(StatusCode.Unavailable, "The server ended the call.");
    }

    private RpcException Translate(Exception exception)
    {
        if (exception is RpcException known)
        {
            if (_status is null)
                End(known.Status, known.Trailers);
            return known;
        }

        return Failed(_clock.Explain(exception));
    }

    private RpcException Failed(Status status)
    {
        End(status, Metadata.Empty);
        _clock.Cancel();
        return new RpcException(status);
    }

    private void End(Status status, Metadata trailers)
    {
        _trailers = trailers;
        _status = status;
        _clock.Stop();
        _transport.Dispose();
    }
}
