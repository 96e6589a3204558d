using System.Buffers.Binary;
using System.Text;
using Samtala.Abstractions;

namespace Samtala.Plugins.Registry.Nuget;

/// <summary>
/// The central directory of a zip file in a blob, read in bounded memory. Source: PKWARE APPNOTE 6.3.10, sections 4.3.7
/// to 4.3.16. Not read: zip64, encryption, methods other than store and deflate.
/// </summary>
internal static class ZipDirectory
{
    /// <summary>Most entries.</summary>
    public const int EntryCountMax = 65_534;

    /// <summary>Longest directory in bytes.</summary>
    public const int DirectorySizeMax = 16 * 1024 * 1024;

    /// <summary>Bytes of a local header before the name.</summary>
    public const int LocalHeaderSize = 30;

    private const int EndSize = 22;
    private const int CommentSizeMax = ushort.MaxValue;
    private const int HeaderSize = 46;
    private const uint EndMark = 0x06054b50;
    private const uint HeaderMark = 0x02014b50;
    private const uint LocalMark = 0x04034b50;

    /// <summary>Reads the entries in order of their place in the file.</summary>
    /// <exception cref="InvalidDataException">It is no zip file that this reader takes.</exception>
    public static async Task<IReadOnlyList<ZipEntry>> ReadAsync(
        IBlobs blobs, BlobInfo blob, CancellationToken cancellationToken)
    {
        var tailSize = (int)Math.Min(blob.Length, EndSize + CommentSizeMax);
        var tail = await BytesAsync(blobs, blob, blob.Length - tailSize, tailSize, cancellationToken);
        var (count, size, offset) = ReadEnd(tail);
        if (offset + size > blob.Length - EndSize)
            throw new InvalidDataException("its directory lies outside of the file");
        var entries = Parse(await BytesAsync(blobs, blob, offset, (int)size, cancellationToken), count);
        entries.Sort((a, b) => a.Offset.CompareTo(b.Offset));
        if (entries.Sum(e => e.PackedSize + LocalHeaderSize) > offset)
            throw new InvalidDataException("its entries overlap");
        return entries;
    }

    /// <summary>Reads the local header of an entry and finds where its data begins.</summary>
    /// <exception cref="InvalidDataException">It is not the header of this entry.</exception>
    public static async ValueTask<long> FindDataAsync(
        IBlobs blobs, BlobInfo blob, ZipEntry entry, CancellationToken cancellationToken)
    {
        var name = Encoding.UTF8.GetByteCount(entry.Name);
        if (entry.Offset + LocalHeaderSize + name > blob.Length)
            throw new InvalidDataException($"its entry '{entry.Name}' lies outside of the file");
        var header = await BytesAsync(blobs, blob, entry.Offset, LocalHeaderSize + name, cancellationToken);
        if (BinaryPrimitives.ReadUInt32LittleEndian(header) != LocalMark
            || BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(8)) != entry.Method
            || BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(26)) != name
            || Encoding.UTF8.GetString(header.AsSpan(LocalHeaderSize)) != entry.Name)
        {
            throw new InvalidDataException($"its entry '{entry.Name}' has another header than the directory says");
        }

        var data = entry.Offset + LocalHeaderSize + name + BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(28));
        return data + entry.PackedSize <= blob.Length ? data
            : throw new InvalidDataException($"its entry '{entry.Name}' lies outside of the file");
    }

    private static (int Count, uint Size, uint Offset) ReadEnd(ReadOnlySpan<byte> tail)
    {
        for (var at = tail.Length - EndSize; at >= 0; at--)
        {
            var end = tail[at..];
            if (BinaryPrimitives.ReadUInt32LittleEndian(end) != EndMark
                || BinaryPrimitives.ReadUInt16LittleEndian(end[20..]) != end.Length - EndSize)
            {
                continue;
            }

            var count = BinaryPrimitives.ReadUInt16LittleEndian(end[10..]);
            var size = BinaryPrimitives.ReadUInt32LittleEndian(end[12..]);
            var offset = BinaryPrimitives.ReadUInt32LittleEndian(end[16..]);
            if (BinaryPrimitives.ReadUInt16LittleEndian(end[8..]) != count)
                throw new InvalidDataException("it is one of several volumes");
            if (count > EntryCountMax || size > DirectorySizeMax || offset == uint.MaxValue)
                throw new InvalidDataException($"it has over {EntryCountMax} entries, or needs zip64");
            return (count, size, offset);
        }

        throw new InvalidDataException("the end of the zip file is missing");
    }

    private static List<ZipEntry> Parse(ReadOnlySpan<byte> directory, int count)
    {
        List<ZipEntry> entries = new(Math.Min(count, directory.Length / HeaderSize));
        for (var i = 0; i < count; i++)
        {
            if (directory.Length < HeaderSize || BinaryPrimitives.ReadUInt32LittleEndian(directory) != HeaderMark)
                throw new InvalidDataException("its directory is damaged");
            var name = BinaryPrimitives.ReadUInt16LittleEndian(directory[28..]);
            var rest = BinaryPrimitives.ReadUInt16LittleEndian(directory[30..])
                + BinaryPrimitives.ReadUInt16LittleEndian(directory[32..]);
            if (directory.Length < HeaderSize + name + rest)
                throw new InvalidDataException("its directory is damaged");
            ZipEntry entry = new(
                Encoding.UTF8.GetString(directory.Slice(HeaderSize, name)),
                BinaryPrimitives.ReadUInt16LittleEndian(directory[10..]),
                BinaryPrimitives.ReadUInt32LittleEndian(directory[16..]),
                BinaryPrimitives.ReadUInt32LittleEndian(directory[20..]),
                BinaryPrimitives.ReadUInt32LittleEndian(directory[24..]),
                BinaryPrimitives.ReadUInt32LittleEndian(directory[42..]));
            if ((BinaryPrimitives.ReadUInt16LittleEndian(directory[8..]) & 1) != 0
                || entry.Method is not (ZipEntry.Store or ZipEntry.Deflate) || entry.Offset == uint.MaxValue)
            {
                throw new InvalidDataException($"its entry '{entry.Name}' is encrypted, or packed in an unknown way");
            }

            entries.Add(entry);
            directory = directory[(HeaderSize + name + rest)..];
        }

        return directory.IsEmpty ? entries : throw new InvalidDataException("its directory is damaged");
    }

    private static async ValueTask<byte[]> BytesAsync(
        IBlobs blobs, BlobInfo blob, long offset, int size, CancellationToken cancellationToken)
    {
        var bytes = new byte[size];
        var filled = 0;
        if (size == 0)
            return bytes;
        await foreach (var piece in blobs.ReadAsync(blob.Id, offset, size, cancellationToken))
        {
            piece.Span.CopyTo(bytes.AsSpan(filled));
            filled += piece.Length;
        }

        return filled == size ? bytes : throw new InvalidDataException("it ends early");
    }
}

/// <summary>An entry of a zip file.</summary>
/// <param name="Name">With '/' between folders.</param>
/// <param name="Method">How it is packed.</param>
/// <param name="Crc32">Of the unpacked bytes.</param>
/// <param name="PackedSize">In bytes.</param>
/// <param name="Size">Unpacked, in bytes.</param>
/// <param name="Offset">Of its local header.</param>
internal sealed record ZipEntry(string Name, ushort Method, uint Crc32, long PackedSize, long Size, long Offset)
{
    /// <summary>Not packed.</summary>
    public const ushort Store = 0;

    /// <summary>Packed by deflate.</summary>
    public const ushort Deflate = 8;
}
