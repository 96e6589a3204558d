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

    /// <summary>The version.</summary>
    public const int HeaderSize = sizeof(int);
    private const int MinSize = HeaderSize + sizeof(uint);

    /// <summary>Far more than the ordered keyspaces of a node: what is longer is no checkpoint.</summary>
    private const int SizeMax = 1 << 30;

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
        if (stream.Length > SizeMax)
            throw new IOException($"A checkpoint has at most {SizeMax} bytes; the ordered keyspaces are too large.");
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
    /// <exception cref="StoreException">It is not what was written, or a newer program wrote it.</exception>
    public static StoreCheckpoint? Read(IFileSystem files)
    {
        if (!files.Exists(Name))
            return null;
        using var file = files.Open(Name);
        if (file.Length is < MinSize or > SizeMax)
            throw StoreErrors.DamagedCheckpoint(Name, $"it has {file.Length} bytes, not {MinSize} to {SizeMax}");
        var bytes = new byte[file.Length];
        if (file.Read(0, bytes) != bytes.Length
            || BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(^4..)) != Checksum.Of(bytes.AsSpan(..^4)))
        {
            throw StoreErrors.DamagedCheckpoint(
                Name, $"the checksum at byte {bytes.Length - 4} is not that of the bytes before it");
        }

        var version = BinaryPrimitives.ReadInt32LittleEndian(bytes);
        if (version != Version)
        {
            throw StoreErrors.OtherVersion(
                Name, $"has version {version}, and this program reads {Version}", "Install the version that wrote it.");
        }

        return CheckpointReader.TryRead(bytes.AsSpan(HeaderSize..^4), out var checkpoint, out var problem)
            ? checkpoint
            : throw StoreErrors.DamagedCheckpoint(Name, problem);
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

    private static void WriteChecksums(BinaryWriter writer, IReadOnlyDictionary<int, uint[]> checksums)
    {
        writer.Write(checksums.Count);
        foreach (var (segment, blocks) in checksums.OrderBy(c => c.Key))
        {
            writer.Write(segment);
            WriteBytes(writer, MemoryMarshal.AsBytes(blocks.AsSpan()));
        }
    }

    private static void WriteBytes(BinaryWriter writer, ReadOnlySpan<byte> bytes)
    {
        writer.Write(bytes.Length);
        writer.Write(bytes);
    }
}
