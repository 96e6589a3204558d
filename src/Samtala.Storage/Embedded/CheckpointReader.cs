using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.InteropServices;
using Samtala.Storage.Files;
using Samtala.Storage.Table;

namespace Samtala.Storage.Embedded;

/// <summary>Reads the body of a checkpoint. Its checksum held, which says nothing about who wrote it: an earlier layout
/// must not be taken for this one.</summary>
internal static class CheckpointReader
{
    private const int MetadataSizeMax = 1 << 20;
    private const int BlockSize = BlockDevice.BlockSize;

    /// <summary>The smallest entry of the table's log: a header of 8 bytes, a key and a value with their lengths.
    /// </summary>
    private const int EntrySizeMin = 16;

    /// <summary>The longest table: one segment for each number an index of segments can have.</summary>
    private const long TableSizeMax = (long)TableStore.SegmentSize * int.MaxValue;

    /// <summary>64 GiB of index.</summary>
    private const long BucketsMax = 1L << 30;

    public static bool TryRead(
        ReadOnlySpan<byte> body, [NotNullWhen(true)] out StoreCheckpoint? checkpoint, out string problem)
    {
        ByteReader reader = new(body, CheckpointFile.HeaderSize);
        checkpoint = new StoreCheckpoint
        {
            Generation = reader.ReadUInt32(),
            Sequence = reader.ReadUInt64(),
            LastExtent = reader.ReadUInt64(),
            Table = ReadTable(ref reader),
            ExtentFiles = ReadExtentFiles(ref reader),
            Ordered = ReadOrdered(ref reader),
        };
        if (reader.Remaining > 0)
            reader.Fail(reader.Offset, $"{reader.Remaining} bytes follow its end");

        problem = reader.Problem ?? "";
        if (reader.Problem is not null)
            checkpoint = null;
        return checkpoint is not null;
    }

    private static TableCheckpoint ReadTable(ref ByteReader reader)
    {
        TableCheckpoint table = new()
        {
            Token = reader.ReadGuid(),
            IndexMetadata = reader.ReadBytes(1, MetadataSizeMax).ToArray(),
            LogMetadata = reader.ReadBytes(1, MetadataSizeMax).ToArray(),
            IndexBuckets = reader.ReadInt64(BucketsMax),
            EntryCount = reader.ReadInt64(TableSizeMax),
            TailAddress = reader.ReadInt64(TableSizeMax),
            CompactedSize = reader.ReadInt64(TableSizeMax),
            LogChecksums = ReadChecksums(ref reader, TableStore.SegmentSize / BlockSize),
            IndexChecksums = ReadChecksums(ref reader, int.MaxValue / sizeof(uint)),
        };

        // These decide how much memory the table takes, so they must agree with each other.
        var indexSize = table.IndexChecksums.Sum(s => (long)s.Value.Length) * BlockSize;
        if (!BitOperations.IsPow2(table.IndexBuckets) || table.IndexBuckets * 64 > indexSize)
            reader.Fail(reader.Offset, $"an index of {indexSize} bytes has no {table.IndexBuckets} buckets");
        if (table.EntryCount > table.TailAddress / EntrySizeMin)
            reader.Fail(reader.Offset, $"a table of {table.TailAddress} bytes has no {table.EntryCount} entries");
        return table;
    }

    private static Dictionary<int, uint[]> ReadChecksums(ref ByteReader reader, int blocksMax)
    {
        Dictionary<int, uint[]> checksums = [];
        for (var count = reader.ReadCount(2 * sizeof(int)); count > 0 && reader.Problem is null; count--)
        {
            var at = reader.Offset;
            var segment = reader.ReadInt32();
            var blocks = MemoryMarshal.Cast<byte, uint>(reader.ReadBytes(0, blocksMax * sizeof(uint)));
            if (segment < 0 || !checksums.TryAdd(segment, blocks.ToArray()))
                reader.Fail(at, $"segment {segment} is there twice or is none");
        }

        return checksums;
    }

    private static (uint Number, long Live)[] ReadExtentFiles(ref ByteReader reader)
    {
        var files = new (uint Number, long Live)[reader.ReadCount(sizeof(uint) + sizeof(long))];
        for (var i = 0; i < files.Length; i++)
            files[i] = (reader.ReadUInt32(), reader.ReadInt64(long.MaxValue));
        return files;
    }

    private static (string Keyspace, OrderedEntry Entry)[] ReadOrdered(ref ByteReader reader)
    {
        var entries = new (string Keyspace, OrderedEntry Entry)[reader.ReadCount(1 + sizeof(int) + sizeof(int))];
        for (var i = 0; i < entries.Length && reader.Problem is null; i++)
        {
            var keyspace = reader.ReadName(StoreLimits.KeyspaceNameSizeMax);
            var key = reader.ReadBytes(1, StoreLimits.KeySizeMax).ToArray();
            entries[i] = (keyspace, new OrderedEntry(key, reader.ReadBytes(0, StoreLimits.ValueSizeMax).ToArray()));
        }

        return entries;
    }
}
