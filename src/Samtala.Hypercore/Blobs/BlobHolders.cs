using Samtala.Encodings;
using Samtala.Storage;

namespace Samtala.Hypercore.Blobs;

/// <summary>How many owners one blob has, and since when it has none. Who they are stands on their shelves.</summary>
/// <param name="Stamp">Rises with every change, so that two changes that cancel out are not taken for none.</param>
/// <param name="Count">Owners.</param>
/// <param name="ReleasedAtMs">When the last one left; 0 while there is one.</param>
internal readonly record struct BlobHolders(ulong Stamp, ulong Count, long ReleasedAtMs)
{
    private const byte Version = 2;

    internal BlobHolders Add() => new(Stamp + 1, Count + 1, 0);

    internal BlobHolders Remove(long nowMs) => new(Stamp + 1, Count - 1, Count == 1 ? nowMs : 0);

    internal byte[] Encode()
    {
        Span<byte> value = stackalloc byte[1 + (3 * 9)];
        CompactWriter writer = new(value);
        writer.WriteFixedUInt(1, Version);
        writer.WriteUInt(Stamp);
        writer.WriteUInt(Count);
        writer.WriteInt(ReleasedAtMs);
        return writer.Written.ToArray();
    }

    internal static BlobHolders Decode(BlobId id, byte[]? value)
    {
        if (value is null)
            return default;
        CompactReader reader = new(value);
        return reader.TryReadFixedUInt(1, out ulong version) && version == Version
            && reader.TryReadUInt(out ulong stamp)
            && reader.TryReadUInt(out ulong count)
            && reader.TryReadInt(out long releasedAt)
            ? new BlobHolders(stamp, count, releasedAt)
            : throw new StoreCorruptException(
                $"SAM0302: the owners of blob {id} have no form this version knows. If a newer version wrote them, "
                + "use that one.");
    }
}
