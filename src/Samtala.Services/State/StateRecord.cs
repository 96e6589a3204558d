using System.Buffers.Binary;
using System.Globalization;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Samtala.Node.V1;

namespace Samtala.Services.State;

/// <summary>A stored value: version byte, kind byte, revision, time of writing, content.</summary>
/// <param name="Revision">Rises with every write of the node; the etag.</param>
/// <param name="TimeMs">Unix milliseconds of the write.</param>
/// <param name="IsText">Whether the caller wrote text.</param>
/// <param name="Content">At most <see cref="ContentSizeMax"/> bytes.</param>
internal readonly record struct StateRecord(long Revision, long TimeMs, bool IsText, ByteString Content)
{
    public const int ContentSizeMax = 7 * 1024;
    private const int HeaderSize = 2 + 8 + 8;
    private const byte Version = 1;

    public string Etag => EtagOf(Revision);

    public static string EtagOf(long revision) => revision.ToString(CultureInfo.InvariantCulture);

    public byte[] Encode()
    {
        var bytes = new byte[HeaderSize + Content.Length];
        bytes[0] = Version;
        bytes[1] = IsText ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(2), Revision);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(10), TimeMs);
        Content.Span.CopyTo(bytes.AsSpan(HeaderSize));
        return bytes;
    }

    /// <returns>False when the bytes were not written by <see cref="Encode"/>.</returns>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, out StateRecord record)
    {
        record = default;
        if (bytes.Length < HeaderSize || bytes[0] != Version || bytes[1] > 1)
            return false;
        record = new StateRecord(
            BinaryPrimitives.ReadInt64LittleEndian(bytes[2..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[10..]),
            bytes[1] == 1,
            ByteString.CopyFrom(bytes[HeaderSize..]));
        return true;
    }

    public StateEntry ToEntry(string name)
    {
        var entry = new StateEntry
        {
            Name = name,
            Etag = Etag,
            UpdateTime = Timestamp.FromDateTimeOffset(DateTimeOffset.FromUnixTimeMilliseconds(TimeMs)),
        };
        if (IsText)
            entry.Text = Content.ToStringUtf8();
        else
            entry.Data = Content;
        return entry;
    }
}
