using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Samtala.Storage.Extents;
using Samtala.Storage.Files;

namespace Samtala.Storage.Wal;

/// <summary>One batch as one record of the log: version, checksum, generation, sequence number, operations.</summary>
internal static class BatchRecord
{
    /// <summary>Most bytes of one record.</summary>
    public const int SizeMax = StoreLimits.BatchSizeMax;

    /// <summary>Bytes before the first operation.</summary>
    public const int HeaderSize = 17;

    private const byte Version = 1;
    private const byte OrderedFlag = 0x80;

    /// <summary>Starts a record; its checksum comes last.</summary>
    public static void Begin(ArrayBufferWriter<byte> target, uint generation, ulong sequence)
    {
        var header = target.GetSpan(HeaderSize);
        header[0] = Version;
        BinaryPrimitives.WriteUInt32LittleEndian(header[1..], 0);
        BinaryPrimitives.WriteUInt32LittleEndian(header[5..], generation);
        BinaryPrimitives.WriteUInt64LittleEndian(header[9..], sequence);
        target.Advance(HeaderSize);
    }

    /// <summary>Ends the record that fills <paramref name="record"/>.</summary>
    public static void End(Span<byte> record) =>
        BinaryPrimitives.WriteUInt32LittleEndian(record[1..], Checksum.Of(record[5..]));

    public static bool IsValid(ReadOnlySpan<byte> record, uint generation, ulong sequence) =>
        record.Length >= HeaderSize
        && record[0] == Version
        && BinaryPrimitives.ReadUInt32LittleEndian(record[5..]) == generation
        && BinaryPrimitives.ReadUInt64LittleEndian(record[9..]) == sequence
        && BinaryPrimitives.ReadUInt32LittleEndian(record[1..]) == Checksum.Of(record[5..]);

    public static int SizeOf(in StoreOperation operation) => operation.Kind switch
    {
        OperationKind.Put or OperationKind.Delete =>
            1 + 1 + operation.Keyspace.Length + 2 + operation.Key.Length + 4 + operation.Value.Length,
        OperationKind.AddPayload => 1 + 8 + 4 + operation.Value.Length,
        OperationKind.FreeExtent => 1 + 8,
        _ => 1 + 8 + ExtentPlace.EncodedSize,
    };

    public static void Write(ArrayBufferWriter<byte> target, in StoreOperation operation)
    {
        var size = SizeOf(operation);
        var span = target.GetSpan(size);
        span[0] = (byte)operation.Kind;
        if (operation.Kind is OperationKind.Put or OperationKind.Delete)
        {
            if (operation.IsOrdered)
                span[0] |= OrderedFlag;
            span[1] = (byte)operation.Keyspace.Length;
            var at = 2 + Encoding.ASCII.GetBytes(operation.Keyspace, span[2..]);
            BinaryPrimitives.WriteUInt16LittleEndian(span[at..], (ushort)operation.Key.Length);
            operation.Key.Span.CopyTo(span[(at + 2)..]);
            at += 2 + operation.Key.Length;
            WriteBytes(span[at..], operation.Value.Span);
        }
        else
        {
            BinaryPrimitives.WriteUInt64LittleEndian(span[1..], operation.Extent.Value);
            if (operation.Kind == OperationKind.AddPayload)
                WriteBytes(span[9..], operation.Value.Span);
            else if (operation.Kind != OperationKind.FreeExtent)
                operation.Place.Write(span[9..]);
        }

        target.Advance(size);
    }

    /// <summary>Reads the next operation of a record whose checksum held.</summary>
    /// <returns>False at the end, or where a newer version wrote something unknown.</returns>
    public static bool TryRead(ReadOnlyMemory<byte> record, ref int offset, out StoreOperation operation)
    {
        operation = default;
        if (offset >= record.Length)
            return false;
        var kind = (OperationKind)(record.Span[offset] & ~OrderedFlag);
        var ordered = (record.Span[offset] & OrderedFlag) != 0;
        offset++;
        if (kind is OperationKind.Put or OperationKind.Delete)
        {
            if (!TryTake(record, ref offset, 1, out var size)
                || size.Span[0] is 0 or > StoreLimits.KeyspaceNameSizeMax
                || !TryTake(record, ref offset, size.Span[0], out var name)
                || !TryTake(record, ref offset, 2, out size)
                || !TryTake(record, ref offset, BinaryPrimitives.ReadUInt16LittleEndian(size.Span), out var key)
                || key.Length is 0 or > StoreLimits.KeySizeMax
                || !TryReadBytes(record, ref offset, out var value)
                || value.Length > StoreLimits.ValueSizeMax)
            {
                return false;
            }

            operation = new StoreOperation(
                kind, Encoding.ASCII.GetString(name.Span), ordered, key, value, default, default);
            return true;
        }

        if (!TryTake(record, ref offset, 8, out var id))
            return false;
        ReadOnlyMemory<byte> payload = default;
        ExtentPlace place = default;
        var whole = kind switch
        {
            OperationKind.AddPayload => TryReadBytes(record, ref offset, out payload),
            OperationKind.AddExtent or OperationKind.MoveExtent =>
                TryTake(record, ref offset, ExtentPlace.EncodedSize, out var bytes)
                && ExtentPlace.TryRead(bytes.Span, out place),
            OperationKind.FreeExtent => true,
            _ => false,
        };
        operation = new StoreOperation(
            kind, "", false, default, payload, new(BinaryPrimitives.ReadUInt64LittleEndian(id.Span)), place);
        return whole;
    }

    private static void WriteBytes(Span<byte> target, ReadOnlySpan<byte> bytes)
    {
        BinaryPrimitives.WriteInt32LittleEndian(target, bytes.Length);
        bytes.CopyTo(target[4..]);
    }

    private static bool TryReadBytes(ReadOnlyMemory<byte> record, ref int offset, out ReadOnlyMemory<byte> bytes)
    {
        bytes = default;
        return TryTake(record, ref offset, 4, out var size)
            && TryTake(record, ref offset, BinaryPrimitives.ReadInt32LittleEndian(size.Span), out bytes);
    }

    private static bool TryTake(
        ReadOnlyMemory<byte> record, ref int offset, int count, out ReadOnlyMemory<byte> bytes)
    {
        bytes = default;
        if (count < 0 || count > record.Length - offset)
            return false;
        bytes = record.Slice(offset, count);
        offset += count;
        return true;
    }
}
