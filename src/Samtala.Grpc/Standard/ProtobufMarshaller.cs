using Google.Protobuf;
using Grpc.Core;

namespace Samtala.Grpc.Standard;

/// <summary>Marshallers for methods that are described by hand.</summary>
public static class ProtobufMarshaller
{
    /// <summary>Reads and writes <typeparamref name="T"/> without an array in between.</summary>
    public static Marshaller<T> Create<T>(MessageParser<T> parser)
        where T : class, IMessage<T>
    {
        ArgumentNullException.ThrowIfNull(parser);
        return Marshallers.Create<T>(
            static (message, context) =>
            {
                context.SetPayloadLength(message.CalculateSize());
                message.WriteTo(context.GetBufferWriter());
                context.Complete();
            },
            context => parser.ParseFrom(context.PayloadAsReadOnlySequence()));
    }
}
