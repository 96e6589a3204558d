using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Samtala.Storage.Files;

namespace Samtala.Storage.Extents;

/// <summary>How an extent lies in its file: header, data, then one checksum for each 64 KiB of data.</summary>
internal static class ExtentLayout
{
    public const int HeaderSize = 32;
    public const int ChunkSize = 64 * 1024;
    private const uint Magic = 0x31545845; // "EXT1"

    public static int ChunkCount(long length) => checked((int)((length + ChunkSize - 1) / ChunkSize));

    public static long FootprintOf(long length) =>
        HeaderSize + length + ((long)ChunkCount(length) * sizeof(uint));

    public static uint ChecksumOf(ReadOnlySpan<uint> chunks) => Checksum.Of(MemoryMarshal.AsBytes(chunks));

    public static void WriteHeader(Span<byte> target, ExtentId id, long length, uint checksum)
    {
        target[..HeaderSize].Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(target, Magic);
        BinaryPrimitives.WriteUInt32LittleEndian(target[4..], checksum);
        BinaryPrimitives.WriteUInt64LittleEndian(target[8..], id.Value);
        BinaryPrimitives.WriteInt64LittleEndian(target[16..], length);
        BinaryPrimitives.WriteUInt32LittleEndian(target[24..], Checksum.Of(target[..24]));
    }

    public static bool TryReadHeader(ReadOnlySpan<byte> source, out ExtentId id, out long length, out uint checksum)
    {
        id = default;
        length = 0;
        checksum = 0;
        if (source.Length < HeaderSize
            || BinaryPrimitives.ReadUInt32LittleEndian(source) != Magic
            || BinaryPrimitives.ReadUInt32LittleEndian(source[24..]) != Checksum.Of(source[..24]))
        {
            return false;
        }

        checksum = BinaryPrimitives.ReadUInt32LittleEndian(source[4..]);
        id = new ExtentId(BinaryPrimitives.ReadUInt64LittleEndian(source[8..]));
        length = BinaryPrimitives.ReadInt64LittleEndian(source[16..]);
        return length is >= 0 and <= StoreLimits.ExtentSizeMax;
    }
}
