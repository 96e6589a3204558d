using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Samtala.Storage.Files;
using Samtala.Storage.Table;

namespace Samtala.Storage.Embedded;

/// <summary>What the store was at one moment; the write-ahead log has the rest.</summary>
internal sealed record StoreCheckpoint
{
    public uint Generation { get; init; }

    public ulong Sequence { get; init; }

    public ulong LastExtent { get; init; }

    public TableCheckpoint? Table { get; init; }

    public IReadOnlyList<(uint Number, long Live)> ExtentFiles { get; init; } = [];

    public IReadOnlyList<(string Keyspace, OrderedEntry Entry)> Ordered { get; init; } = [];
}

/// <summary>The file `checkpoint`: replaced in one step, with a checksum over all of it.</summary>
internal static class CheckpointFile
{
    public const string Name = "checkpoint";
    private const string NewName = "checkpoint.new";
    private const int Version = 1;

    /// <exception cref="IOException">The disk refused; which checkpoint stands is then unknown.</exception>
    public static void Write(IFileSystem files, StoreCheckpoint checkpoint)
    {
        using MemoryStream stream = new();
        using BinaryWriter writer = new(stream);
        writer.Write(Version);
        writer.Write(checkpoint.Generation);
        writer.Write(checkpoint.Sequence);
        writer.Write(checkpoint.LastExtent);
        WriteTable(writer, checkpoint.Table!);
        writer.Write(checkpoint.ExtentFiles.Count);
        foreach (var (number, live) in checkpoint.ExtentFiles)
        {
            writer.Write(number);
            writer.Write(live);
        }

        writer.Write(checkpoint.Ordered.Count);
        foreach (var (keyspace, entry) in checkpoint.Ordered)
        {
            writer.Write(keyspace);
            WriteBytes(writer, entry.Key.Span);
            WriteBytes(writer, entry.Value);
        }

        writer.Flush();
        var sum = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(sum, Checksum.Of(stream.GetBuffer().AsSpan(0, (int)stream.Length)));
        writer.Write(sum);
        writer.Flush();
        files.Delete(NewName);
        using (var file = files.Open(NewName))
        {
            file.Write(0, stream.GetBuffer().AsSpan(0, (int)stream.Length));
            file.Sync();
        }

        files.Replace(NewName, Name);
        files.SyncFolder("");
    }

    /// <returns>Null if there is none yet.</returns>
    /// <exception cref="StoreCorruptException">It is not what was written.</exception>
    public static StoreCheckpoint? Read(IFileSystem files)
    {
        if (!files.Exists(Name))
            return null;
        using var file = files.Open(Name);
        var bytes = new byte[file.Length];
        if (file.Read(0, bytes) != bytes.Length || bytes.Length < 8
            || BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(^4..)) != Checksum.Of(bytes.AsSpan(..^4)))
        {
            throw new StoreCorruptException(
                $"File '{Name}' of the data folder is damaged. Restore the data folder from a backup.");
        }

        using BinaryReader reader = new(new MemoryStream(bytes));
        var version = reader.ReadInt32();
        if (version != Version)
            throw new StoreException($"File '{Name}' has version {version}; this program reads {Version}. Update it.");
        StoreCheckpoint checkpoint = new()
        {
            Generation = reader.ReadUInt32(),
            Sequence = reader.ReadUInt64(),
            LastExtent = reader.ReadUInt64(),
            Table = ReadTable(reader),
        };
        var extentFiles = new (uint, long)[reader.ReadInt32()];
        for (var i = 0; i < extentFiles.Length; i++)
            extentFiles[i] = (reader.ReadUInt32(), reader.ReadInt64());
        var ordered = new (string, OrderedEntry)[reader.ReadInt32()];
        for (var i = 0; i < ordered.Length; i++)
            ordered[i] = (reader.ReadString(), new OrderedEntry(ReadBytes(reader), ReadBytes(reader)));
        return checkpoint with { ExtentFiles = extentFiles, Ordered = ordered };
    }

    private static void WriteTable(BinaryWriter writer, TableCheckpoint table)
    {
        writer.Write(table.Token.ToByteArray());
        WriteBytes(writer, table.IndexMetadata);
        WriteBytes(writer, table.LogMetadata);
        writer.Write(table.IndexBuckets);
        writer.Write(table.EntryCount);
        writer.Write(table.TailAddress);
        writer.Write(table.CompactedSize);
        WriteChecksums(writer, table.LogChecksums);
        WriteChecksums(writer, table.IndexChecksums);
    }

    private static TableCheckpoint ReadTable(BinaryReader reader) => new()
    {
        Token = new Guid(reader.ReadBytes(16)),
        IndexMetadata = ReadBytes(reader),
        LogMetadata = ReadBytes(reader),
        IndexBuckets = reader.ReadInt64(),
        EntryCount = reader.ReadInt64(),
        TailAddress = reader.ReadInt64(),
        CompactedSize = reader.ReadInt64(),
        LogChecksums = ReadChecksums(reader),
        IndexChecksums = ReadChecksums(reader),
    };

    private static void WriteChecksums(BinaryWriter writer, IReadOnlyDictionary<int, uint[]> checksums)
    {
        writer.Write(checksums.Count);
        foreach (var (segment, blocks) in checksums.OrderBy(c => c.Key))
        {
            writer.Write(segment);
            WriteBytes(writer, MemoryMarshal.AsBytes(blocks.AsSpan()));
        }
    }

    private static Dictionary<int, uint[]> ReadChecksums(BinaryReader reader)
    {
        Dictionary<int, uint[]> checksums = [];
        for (var count = reader.ReadInt32(); count > 0; count--)
            checksums.Add(reader.ReadInt32(), MemoryMarshal.Cast<byte, uint>(ReadBytes(reader)).ToArray());
        return checksums;
    }

    private static void WriteBytes(BinaryWriter writer, ReadOnlySpan<byte> bytes)
    {
        writer.Write(bytes.Length);
        writer.Write(bytes);
    }

    private static byte[] ReadBytes(BinaryReader reader) => reader.ReadBytes(reader.ReadInt32());
}
