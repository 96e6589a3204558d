using Grpc.Core;

namespace Samtala.Grpc.Client;

/// <summary>Responses of a call.</summary>
internal sealed class ResponseReader<TRequest, TResponse>(ClientCall<TRequest, TResponse> call)
    : IAsyncStreamReader<TResponse>
    where TRequest : class
    where TResponse : class
{
    private TResponse? _current;

    public TResponse Current =>
        _current ?? throw new InvalidOperationException("Call MoveNext first: there is no message.");

    public async Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        _current = await call.ReadAsync(cancellationToken);
        return _current is not null;
    }
}

/// <summary>Requests of a call.</summary>
internal sealed class RequestWriter<TRequest, TResponse>(ClientCall<TRequest, TResponse> call)
    : IClientStreamWriter<TRequest>
    where TRequest : class
    where TResponse : class
{
    private bool _completed;

    public WriteOptions? WriteOptions { get; set; }

    public Task WriteAsync(TRequest message) => WriteAsync(message, CancellationToken.None);

    public Task WriteAsync(TRequest message, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (_completed)
            throw new InvalidOperationException("The requests were completed: none can follow.");
        var flags = WriteOptions?.Flags ?? call.DefaultFlags;
        return call.WriteAsync(message, !flags.HasFlag(WriteFlags.BufferHint), cancellationToken);
    }

    public Task CompleteAsync()
    {
        _completed = true;
        return call.CompleteAsync();
    }
}
