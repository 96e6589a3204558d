using System.Buffers;

namespace Grpc.Core;

/// <summary>Where a message is written.</summary>
public abstract class SerializationContext
{
    /// <summary>The whole payload at once. Ownership of <paramref name="payload"/> passes to the call.</summary>
    public virtual void Complete(byte[] payload) => throw new NotSupportedException();

    /// <summary>The buffer to write to, before <see cref="Complete()"/>.</summary>
    public virtual IBufferWriter<byte> GetBufferWriter() => throw new NotSupportedException();

    /// <summary>Says how many bytes will be written, before <see cref="GetBufferWriter"/>.</summary>
    public virtual void SetPayloadLength(int payloadLength)
    {
    }

    /// <summary>What was written to the buffer is the payload.</summary>
    public virtual void Complete() => throw new NotSupportedException();
}

/// <summary>Where a message is read from.</summary>
public abstract class DeserializationContext
{
    /// <summary>Bytes of the payload.</summary>
    public abstract int PayloadLength { get; }

    /// <summary>The payload in an array of its own, which the caller owns.</summary>
    public virtual byte[] PayloadAsNewBuffer() => throw new NotSupportedException();

    /// <summary>The payload without a copy; valid until the deserializer returns.</summary>
    public virtual ReadOnlySequence<byte> PayloadAsReadOnlySequence() => throw new NotSupportedException();
}

/// <summary>Writes into memory.</summary>
internal sealed class ArraySerializationContext : SerializationContext
{
    private readonly ArrayBufferWriter<byte> _buffer = new();
    private byte[]? _whole;

    public override void Complete(byte[] payload) => _whole = payload;

    public override IBufferWriter<byte> GetBufferWriter() => _buffer;

    public override void Complete()
    {
    }

    public byte[] ToArray() => _whole ?? _buffer.WrittenSpan.ToArray();
}

/// <summary>Reads from memory.</summary>
internal sealed class ArrayDeserializationContext(byte[] payload) : DeserializationContext
{
    public override int PayloadLength => payload.Length;

    public override byte[] PayloadAsNewBuffer() => payload.ToArray();

    public override ReadOnlySequence<byte> PayloadAsReadOnlySequence() => new(payload);
}
