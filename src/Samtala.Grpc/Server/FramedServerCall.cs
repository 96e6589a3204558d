using System.IO.Pipelines;
using Grpc.Core;
using Samtala.Grpc.Wire;

namespace Samtala.Grpc.Server;

/// <summary>A call whose messages are gRPC frames on two pipes.</summary>
public abstract class FramedServerCall : ServerCall
{
    private readonly PipeWriter _output;
    private readonly FrameReader _reader;
    private readonly FrameSerializationContext _writer;

    /// <summary>A call of <paramref name="method"/>. The pipes stay the caller's.</summary>
    protected FramedServerCall(
        RpcMethod method, PipeReader input, PipeWriter output, GrpcLimits limits, TimeProvider time)
        : base(method, time)
    {
        ArgumentNullException.ThrowIfNull(limits);
        _output = output;
        _reader = new FrameReader(input, limits.ReceiveMessageSizeMax);
        _writer = new FrameSerializationContext(output);
    }

    /// <summary>Whether the end of the request was reached.</summary>
    public bool IsRequestRead => _reader.IsAtEnd;

    /// <inheritdoc />
    protected override ValueTask<T?> ReadMessageAsync<T>(Marshaller<T> marshaller, CancellationToken cancellationToken)
        where T : class
    {
        return Rpc.Type is MethodType.Unary or MethodType.ServerStreaming
            ? _reader.ReadSingleAsync(marshaller, this)
            : ReadHeedingAsync(marshaller, cancellationToken);
    }

    /// <inheritdoc />
    protected override void WriteMessage<T>(T message, Marshaller<T> marshaller)
    {
        ArgumentNullException.ThrowIfNull(marshaller);
        marshaller.ContextualSerializer(message, _writer);
    }

    /// <inheritdoc />
    protected override async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        var token = Heed(cancellationToken, out var owned);
        using (owned)
        {
            var result = await _output.FlushAsync(token);
            if (result.IsCompleted || result.IsCanceled)
                throw new OperationCanceledException("The caller left.", TransportAborted);
        }
    }

    private async ValueTask<T?> ReadHeedingAsync<T>(Marshaller<T> marshaller, CancellationToken cancellationToken)
        where T : class
    {
        var token = Heed(cancellationToken, out var owned);
        using (owned)
            return await _reader.ReadAsync(marshaller, token);
    }
}
