using System.Buffers;
using System.Buffers.Binary;
using Grpc.Core;

namespace Samtala.Grpc.Wire;

/// <summary>A message on the wire: one flag byte, four bytes of length (big endian), the payload.</summary>
internal static class Frame
{
    private const byte NotCompressed = 0;
    private const byte Compressed = 1;

    public static void WriteHeader(Span<byte> target, int payloadLength)
    {
        target[0] = NotCompressed;
        BinaryPrimitives.WriteUInt32BigEndian(target[1..], (uint)payloadLength);
    }

    /// <summary>Takes one message off the front of <paramref name="buffer"/>.</summary>
    /// <returns>False while the message is not whole.</returns>
    /// <exception cref="RpcException">The flag is unknown, or the length is over the limit. Nothing was allocated.
    /// </exception>
    public static bool TryRead(
        ref ReadOnlySequence<byte> buffer, int payloadLengthMax, out ReadOnlySequence<byte> payload)
    {
        payload = default;
        if (buffer.Length < GrpcLimits.FrameHeaderSize)
            return false;

        Span<byte> header = stackalloc byte[GrpcLimits.FrameHeaderSize];
        if (buffer.FirstSpan.Length >= GrpcLimits.FrameHeaderSize)
            buffer.FirstSpan[..GrpcLimits.FrameHeaderSize].CopyTo(header);
        else
            buffer.Slice(0, GrpcLimits.FrameHeaderSize).CopyTo(header);

        var length = CheckHeader(header, payloadLengthMax);
        if (buffer.Length - GrpcLimits.FrameHeaderSize < length)
            return false;

        payload = buffer.Slice(GrpcLimits.FrameHeaderSize, length);
        buffer = buffer.Slice(payload.End);
        return true;
    }

    private static uint CheckHeader(ReadOnlySpan<byte> header, int payloadLengthMax)
    {
        if (header[0] == Compressed)
        {
            throw new RpcException(new Status(
                StatusCode.Unimplemented, "Compressed messages are not supported here: send grpc-encoding identity."));
        }

        if (header[0] != NotCompressed)
        {
            throw new RpcException(new Status(
                StatusCode.Internal, $"A message began with flag {header[0]}; only 0 and 1 exist."));
        }

        var length = BinaryPrimitives.ReadUInt32BigEndian(header[1..]);
        if (length > (uint)payloadLengthMax)
        {
            throw new RpcException(new Status(
                StatusCode.ResourceExhausted,
                $"A message has {length} bytes; at most {payloadLengthMax} are accepted. Send it in pieces."));
        }

        return length;
    }
}
