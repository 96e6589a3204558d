using System.Text;

namespace Samtala.Hypercore.Bees;

/// <summary>The first block of a bee.</summary>
public sealed record BeeHeader
{
    /// <summary>What a bee calls itself.</summary>
    public const string BeeProtocol = "hyperbee";

    private const byte ProtocolPrefix = 0x0a;
    private const byte MetadataPrefix = 0x12;
    private const byte ContentFeedPrefix = 0x0a;
    private const byte UserDataPrefix = 0x12;

    /// <summary>What the log holds.</summary>
    /// <value>Default "hyperbee".</value>
    public string Protocol { get; init; } = BeeProtocol;

    /// <summary>The key of a log with contents that the entries point to.</summary>
    /// <value>Default none.</value>
    public ReadOnlyMemory<byte>? ContentFeed { get; init; }

    /// <summary>Bytes of the application.</summary>
    /// <value>Default none.</value>
    public ReadOnlyMemory<byte>? UserData { get; init; }

    internal bool HasMetadata { get; init; }

    /// <summary>Reads a header.</summary>
    /// <param name="source">A stranger's bytes.</param>
    /// <param name="header">Copies of what it says; null when refused.</param>
    /// <returns>False when the bytes are no header.</returns>
    public static bool TryRead(ReadOnlySpan<byte> source, out BeeHeader? header)
    {
        header = null;
        if (!TryReadPair(source, out ReadOnlySpan<byte> protocol, out ReadOnlySpan<byte> metadata, out var found)
            || !found.First)
        {
            return false;
        }

        BeeHeader read = new() { Protocol = Encoding.UTF8.GetString(protocol), HasMetadata = found.Second };
        if (found.Second)
        {
            if (!TryReadPair(metadata, out ReadOnlySpan<byte> feed, out ReadOnlySpan<byte> user, out var present))
                return false;
            read = read with
            {
                ContentFeed = present.First ? feed.ToArray() : (ReadOnlyMemory<byte>?)null,
                UserData = present.Second ? user.ToArray() : (ReadOnlyMemory<byte>?)null,
            };
        }

        header = read;
        return true;
    }

    /// <summary>The bytes of the header.</summary>
    public byte[] Encode()
    {
        byte[] protocol = Encoding.UTF8.GetBytes(Protocol);
        int metadataSize = SizeOf(ContentFeed) + SizeOf(UserData);
        bool hasMetadata = HasMetadata || metadataSize > 0;
        int size = ProtobufWriter.SizeOfBytes(protocol.Length);
        byte[] bytes = new byte[size + (hasMetadata ? ProtobufWriter.SizeOfBytes(metadataSize) : 0)];
        ProtobufWriter writer = new(bytes);
        writer.WriteBytes(ProtocolPrefix, protocol);
        if (!hasMetadata)
            return bytes;
        writer.WriteByte(MetadataPrefix);
        writer.WriteVarint((ulong)metadataSize);
        if (ContentFeed is { } feed)
            writer.WriteBytes(ContentFeedPrefix, feed.Span);
        if (UserData is { } user)
            writer.WriteBytes(UserDataPrefix, user.Span);
        return bytes;
    }

    private static int SizeOf(ReadOnlyMemory<byte>? bytes) =>
        bytes is { } value ? ProtobufWriter.SizeOfBytes(value.Length) : 0;

    private static bool TryReadPair(
        ReadOnlySpan<byte> source,
        out ReadOnlySpan<byte> first,
        out ReadOnlySpan<byte> second,
        out (bool First, bool Second) found)
    {
        first = second = default;
        found = default;
        ProtobufReader reader = new(source);
        while (!reader.IsAtEnd)
        {
            if (!reader.TryReadField(out ulong tag, out int type))
                return false;
            if (tag is not (1 or 2))
            {
                if (!reader.TrySkip(type))
                    return false;
                continue;
            }

            if (type != ProtobufReader.BytesType || !reader.TryReadBytes(out int start, out int length))
                return false;
            if (tag == 1)
            {
                first = source.Slice(start, length);
                found.First = true;
            }
            else
            {
                second = source.Slice(start, length);
                found.Second = true;
            }
        }

        return true;
    }
}
