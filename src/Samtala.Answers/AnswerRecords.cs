using System.Buffers.Binary;
using Google.Protobuf;
using Samtala.Abstractions;
using Samtala.Storage;

namespace Samtala.Answers;

/// <summary>How answers lie in the store: a head per path that counts the variants, a record per variant, and the paths
/// of each plugin in the order they came, so that all can be found when the plugin goes.</summary>
internal static class AnswerRecords
{
    public const int PathSizeMax = 1000;
    public const int VariantsMax = 32;
    public static readonly Keyspace Heads = Keyspace.Exact("answers/heads");
    public static readonly Keyspace Variants = Keyspace.Exact("answers/variants");
    public static readonly Keyspace Order = Keyspace.Exact("answers/order");
    private const byte Format = 1;
    private const int HeadSize = 10;

    public static byte[] PathKey(string path) => System.Text.Encoding.UTF8.GetBytes(path);

    public static byte[] VariantKey(byte[] path, int index) => [.. path, 0, (byte)index];

    public static byte[] OrderKey(string pluginId, long sequence)
    {
        var key = new byte[pluginId.Length + 9];
        System.Text.Encoding.ASCII.GetBytes(pluginId, key);
        BinaryPrimitives.WriteInt64BigEndian(key.AsSpan(pluginId.Length + 1), sequence);
        return key;
    }

    /// <summary>Where a plugin's reserved sequence numbers are written.</summary>
    public static byte[] CounterKey(string pluginId) => System.Text.Encoding.ASCII.GetBytes(pluginId);

    public static byte[] EncodeNumber(long number)
    {
        var value = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(value, number);
        return value;
    }

    public static long DecodeNumber(byte[]? value) =>
        value is { Length: 8 } ? BinaryPrimitives.ReadInt64BigEndian(value) : 0;

    public static byte[] EncodeHead(long sequence, int count)
    {
        var head = new byte[HeadSize];
        head[0] = Format;
        head[1] = (byte)count;
        BinaryPrimitives.WriteInt64BigEndian(head.AsSpan(2), sequence);
        return head;
    }

    public static (long Sequence, int Count) DecodeHead(string path, byte[] head) =>
        head.Length == HeadSize && head[0] == Format
            ? (BinaryPrimitives.ReadInt64BigEndian(head.AsSpan(2)), head[1])
            : throw Unreadable(path);

    /// <summary>A variant as the message of proto/samtala/host.</summary>
    /// <exception cref="ArgumentException">It is too long for one record.</exception>
    public static byte[] EncodeVariant(PublishedAnswer answer)
    {
        var message = HostMessages.ToMessage(answer);
        var size = message.CalculateSize();
        if (size >= StoreLimits.ValueSizeMax)
        {
            throw new ArgumentException(
                $"The answer at {answer.Path} has {size} bytes with headers; at most {StoreLimits.ValueSizeMax - 1}. "
                + "Put the body in a blob.", nameof(answer));
        }

        var record = new byte[size + 1];
        record[0] = Format;
        message.WriteTo(record.AsSpan(1));
        return record;
    }

    public static PublishedAnswer DecodeVariant(string path, byte[] record)
    {
        if (record.Length == 0 || record[0] != Format)
            throw Unreadable(path);
        return HostMessages.FromMessage(Host.V1.PublishedAnswer.Parser.ParseFrom(record.AsSpan(1)));
    }

    private static StoreCorruptException Unreadable(string path) => new(
        $"SAM0211: the answer at {path} is in a format this version cannot read. Update the node.");
}
