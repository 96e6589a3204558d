using Grpc.Core;

namespace Samtala.Grpc.Server;

/// <summary>What a handler reads a stream of requests from.</summary>
internal sealed class RequestReader<T>(ServerCall call, Marshaller<T> marshaller) : IAsyncStreamReader<T>
    where T : class
{
    private T? _current;

    public T Current => _current ?? throw new InvalidOperationException("Call MoveNext first: there is no message.");

    public async Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _current = await call.ReadAsync(marshaller, cancellationToken);
        return _current is not null;
    }
}

/// <summary>What a handler writes a stream of responses to.</summary>
internal sealed class ResponseWriter<T>(ServerCall call, Marshaller<T> marshaller) : IServerStreamWriter<T>
    where T : class
{
    private int _writing;

    public WriteOptions? WriteOptions { get; set; }

    public Task WriteAsync(T message) => WriteAsync(message, CancellationToken.None);

    public async Task WriteAsync(T message, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (Interlocked.Exchange(ref _writing, 1) == 1)
            throw new InvalidOperationException("A write is under way: await it before the next one.");
        try
        {
            var flags = (WriteOptions ?? call.WriteOptions)?.Flags ?? WriteFlags.None;
            await call.WriteAsync(message, marshaller, !flags.HasFlag(WriteFlags.BufferHint), cancellationToken);
        }
        finally
        {
            Volatile.Write(ref _writing, 0);
        }
    }
}
