using System.Buffers.Binary;

namespace Samtala.Storage.Extents;

/// <summary>Where an extent's bytes are.</summary>
/// <param name="File">Number of the extent file.</param>
/// <param name="Offset">Of the first byte of data.</param>
/// <param name="Length">Bytes of data.</param>
/// <param name="Checksum">Over the list of the checksums of its chunks.</param>
internal readonly record struct ExtentPlace(uint File, long Offset, long Length, uint Checksum)
{
    public const int EncodedSize = 24;

    /// <summary>Beyond any file: sums with lengths do not overflow.</summary>
    private const long OffsetMax = long.MaxValue / 2;

    /// <summary>Bytes the extent takes in its file, with header and checksums.</summary>
    public long Footprint => ExtentLayout.FootprintOf(Length);

    /// <summary>Where the extent with its checksums ends in the file.</summary>
    public long End => Offset - ExtentLayout.HeaderSize + Footprint;

    public static bool TryRead(ReadOnlySpan<byte> source, out ExtentPlace place)
    {
        place = default;
        if (source.Length < EncodedSize)
            return false;
        place = new ExtentPlace(
            BinaryPrimitives.ReadUInt32LittleEndian(source),
            BinaryPrimitives.ReadInt64LittleEndian(source[4..]),
            BinaryPrimitives.ReadInt64LittleEndian(source[12..]),
            BinaryPrimitives.ReadUInt32LittleEndian(source[20..]));
        return place is
        {
            Offset: >= ExtentLayout.HeaderSize and <= OffsetMax, Length: >= 0 and <= StoreLimits.ExtentSizeMax,
        };
    }

    public void Write(Span<byte> target)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(target, File);
        BinaryPrimitives.WriteInt64LittleEndian(target[4..], Offset);
        BinaryPrimitives.WriteInt64LittleEndian(target[12..], Length);
        BinaryPrimitives.WriteUInt32LittleEndian(target[20..], Checksum);
    }
}
