using System.Buffers;
using System.IO.Pipelines;
using Grpc.Core;

namespace Samtala.Grpc.Wire;

/// <summary>Writes one framed message straight into a buffer writer. Reused from message to message.</summary>
internal sealed class FrameSerializationContext(IBufferWriter<byte> target) : SerializationContext
{
    private int? _length;
    private ArrayBufferWriter<byte>? _unknownLength;

    public override void SetPayloadLength(int payloadLength) => _length = payloadLength;

    public override void Complete(byte[] payload)
    {
        WriteHeader(payload.Length);
        target.Write(payload);
        _length = null;
    }

    public override IBufferWriter<byte> GetBufferWriter()
    {
        if (_length is not { } length)
            return _unknownLength ??= new ArrayBufferWriter<byte>();
        WriteHeader(length);
        return target;
    }

    public override void Complete()
    {
        if (_length is null)
        {
            WriteHeader(_unknownLength?.WrittenCount ?? 0);
            if (_unknownLength is not null)
                target.Write(_unknownLength.WrittenSpan);
            _unknownLength?.ResetWrittenCount();
        }

        _length = null;
    }

    private void WriteHeader(int length)
    {
        Frame.WriteHeader(target.GetSpan(GrpcLimits.FrameHeaderSize), length);
        target.Advance(GrpcLimits.FrameHeaderSize);
    }
}

/// <summary>Reads one payload where it lies. Reused from message to message.</summary>
internal sealed class FrameDeserializationContext : DeserializationContext
{
    private ReadOnlySequence<byte> _payload;

    public override int PayloadLength => (int)_payload.Length;

    public override byte[] PayloadAsNewBuffer() => _payload.ToArray();

    public override ReadOnlySequence<byte> PayloadAsReadOnlySequence() => _payload;

    /// <summary>The message in <paramref name="payload"/>.</summary>
    /// <exception cref="RpcException">The payload is no such message.</exception>
    public T Read<T>(in ReadOnlySequence<byte> payload, Marshaller<T> marshaller)
    {
        _payload = payload;
        try
        {
            return marshaller.ContextualDeserializer(this);
        }
        catch (Exception e) when (e is not RpcException)
        {
            throw new RpcException(new Status(
                StatusCode.Internal, $"A payload of {payload.Length} bytes is no {typeof(T).Name}: {e.Message}", e));
        }
        finally
        {
            _payload = default;
        }
    }
}

/// <summary>Takes framed messages off a pipe. One reader at a time.</summary>
internal sealed class FrameReader(PipeReader input, int payloadLengthMax)
{
    private readonly FrameDeserializationContext _context = new();

    /// <summary>Whether the end of the stream was seen.</summary>
    public bool IsAtEnd { get; private set; }

    /// <summary>The only message of a stream, after its end has come; null when there is none.</summary>
    /// <param name="marshaller">How it is read.</param>
    /// <param name="call">Asked for its token only when there is something to wait for: few calls then need one.
    /// </param>
    /// <exception cref="RpcException">What arrived is not one whole message.</exception>
    public async ValueTask<T?> ReadSingleAsync<T>(Marshaller<T> marshaller, ServerCallContext call)
        where T : class
    {
        var message = await ReadAsync(marshaller, call, default);
        while (message is not null)
        {
            if (!input.TryRead(out var result))
                result = await input.ReadAsync(call.CancellationToken);
            var isMore = !result.Buffer.IsEmpty;
            input.AdvanceTo(result.Buffer.End);
            if (isMore)
                throw new RpcException(new Status(StatusCode.Internal, "More than one request came; one is expected."));
            IsAtEnd = result.IsCompleted;
            if (IsAtEnd)
                break;
        }

        return message;
    }

    /// <summary>The next message; null at the end.</summary>
    /// <exception cref="RpcException">What arrived is no message, is too long, or was cut off.</exception>
    public ValueTask<T?> ReadAsync<T>(Marshaller<T> marshaller, CancellationToken cancellationToken)
        where T : class => ReadAsync(marshaller, null, cancellationToken);

    private async ValueTask<T?> ReadAsync<T>(
        Marshaller<T> marshaller, ServerCallContext? call, CancellationToken cancellationToken)
        where T : class
    {
        while (true)
        {
            if (!input.TryRead(out var result))
                result = await input.ReadAsync(call?.CancellationToken ?? cancellationToken);
            if (TryTake(result, marshaller, out var message))
                return message;
            if (result.IsCanceled)
                throw new OperationCanceledException();
            IsAtEnd = result.IsCompleted;
            if (IsAtEnd)
                return null;
        }
    }

    private bool TryTake<T>(in ReadResult result, Marshaller<T> marshaller, out T? message)
        where T : class
    {
        var rest = result.Buffer;
        if (Frame.TryRead(ref rest, payloadLengthMax, out var payload))
        {
            try
            {
                message = _context.Read(payload, marshaller);
            }
            finally
            {
                input.AdvanceTo(rest.Start);
            }

            return true;
        }

        message = null;
        input.AdvanceTo(rest.Start, rest.End);
        if (result.IsCompleted && !rest.IsEmpty)
        {
            throw new RpcException(new Status(
                StatusCode.Internal, $"The stream ended inside a message, after {rest.Length} of its bytes."));
        }

        return false;
    }
}
