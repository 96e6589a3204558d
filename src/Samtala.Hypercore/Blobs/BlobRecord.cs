using Samtala.Crypto;
using Samtala.Encodings;
using Samtala.Storage;

namespace Samtala.Hypercore.Blobs;

/// <summary>The value stored under a blob's id.</summary>
internal sealed record BlobRecord
{
    private const byte Version = 1;
    private const int DigestsSize = 20 + 32 + 64;

    internal enum Place : byte
    {
        /// <summary>The bytes follow in the record.</summary>
        Inline = 0,

        /// <summary>Bytes, then leaf hashes when there is more than one block, in one extent.</summary>
        Extent = 1,

        /// <summary>Bytes in one extent, leaf hashes in another.</summary>
        TwoExtents = 2,
    }

    internal required BlobInfo Info { get; init; }

    /// <summary>Found damaged: treated as absent until the same bytes are put again.</summary>
    internal bool IsDamaged { get; init; }

    internal ReadOnlyMemory<byte> Inline { get; init; }

    internal ExtentId? Data { get; init; }

    internal ExtentId? Leaves { get; init; }

    internal byte[] Encode()
    {
        const int HeadSizeMax = 3 + 9 + Hash32.Size + DigestsSize + (2 * sizeof(ulong));
        byte[] target = new byte[HeadSizeMax + Inline.Length];
        CompactWriter writer = new(target);
        writer.WriteFixedUInt(1, Version);
        Place place = Data is null ? Place.Inline : Leaves is null ? Place.Extent : Place.TwoExtents;
        writer.WriteFixedUInt(1, (ulong)place);
        writer.WriteBool(IsDamaged);
        writer.WriteUInt((ulong)Info.Length);
        Hash32 tree = Info.TreeHash;
        writer.WriteFixed(tree.Bytes);
        WriteDigest(ref writer, Info.Sha1);
        WriteDigest(ref writer, Info.Sha256);
        WriteDigest(ref writer, Info.Sha512);
        if (Data is { } data)
            writer.WriteFixedUInt(sizeof(ulong), data.Value);
        else
            writer.WriteFixed(Inline.Span);
        if (Leaves is { } leaves)
            writer.WriteFixedUInt(sizeof(ulong), leaves.Value);
        return target[..writer.Position];
    }

    internal static BlobRecord Decode(BlobId id, byte[] value) =>
        TryDecode(id, value)
        ?? throw new StoreCorruptException(
            $"SAM0302: the record of blob {id} has no form this version knows. If a newer version wrote it, use that "
            + "one; otherwise put the blob again.");

    private static BlobRecord? TryDecode(BlobId id, byte[] value)
    {
        CompactReader reader = new(value);
        if (!reader.TryReadFixedUInt(1, out ulong version) || version != Version
            || !reader.TryReadFixedUInt(1, out ulong place) || place > (ulong)Place.TwoExtents
            || !reader.TryReadBool(out bool isDamaged)
            || !reader.TryReadUInt((ulong)BlobLimits.LengthMax, out ulong length)
            || !reader.TryReadFixed(Hash32.Size, out ReadOnlySpan<byte> tree)
            || !reader.TryReadFixed(20, out ReadOnlySpan<byte> sha1)
            || !reader.TryReadFixed(32, out ReadOnlySpan<byte> sha256)
            || !reader.TryReadFixed(64, out ReadOnlySpan<byte> sha512))
        {
            return null;
        }

        ExtentId? data = null;
        ExtentId? leaves = null;
        if (place != (ulong)Place.Inline && !TryReadExtent(ref reader, out data))
            return null;
        if (place == (ulong)Place.TwoExtents && !TryReadExtent(ref reader, out leaves))
            return null;
        if (data is null && (ulong)reader.RemainingBytes != length)
            return null;
        return new BlobRecord
        {
            Info = new BlobInfo
            {
                Id = id,
                Length = (long)length,
                TreeHash = new Hash32(tree),
                Sha1 = new BlobDigest(DigestAlgorithm.Sha1, sha1),
                Sha256 = new BlobDigest(DigestAlgorithm.Sha256, sha256),
                Sha512 = new BlobDigest(DigestAlgorithm.Sha512, sha512),
            },
            IsDamaged = isDamaged,
            Inline = data is null ? value.AsMemory(reader.Position) : default,
            Data = data,
            Leaves = leaves,
        };
    }

    private static bool TryReadExtent(ref CompactReader reader, out ExtentId? extent)
    {
        bool read = reader.TryReadFixedUInt(sizeof(ulong), out ulong value);
        extent = read ? new ExtentId(value) : null;
        return read;
    }

    private static void WriteDigest(ref CompactWriter writer, BlobDigest digest) => writer.WriteFixed(digest.Bytes);
}
