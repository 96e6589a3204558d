using System.Buffers.Binary;
using System.Collections.Immutable;
using Samtala.Storage;

namespace Samtala.Hypercore.Blobs;

/// <summary>Who holds one blob, and since when nobody does.</summary>
internal sealed record BlobHolders(ImmutableArray<OwnerToken> Owners, long ReleasedAtMs)
{
    private const byte Version = 1;
    private const int HeadSize = 1 + sizeof(long);

    internal static BlobHolders Nobody { get; } = new([], 0);

    internal byte[] Encode()
    {
        byte[] value = new byte[HeadSize + (Owners.Length * OwnerToken.Size)];
        value[0] = Version;
        BinaryPrimitives.WriteInt64LittleEndian(value.AsSpan(1), ReleasedAtMs);
        for (int i = 0; i < Owners.Length; i++)
            Owners[i].Write(value.AsSpan(HeadSize + (i * OwnerToken.Size)));
        return value;
    }

    internal static BlobHolders Decode(BlobId id, byte[]? value)
    {
        if (value is null)
            return Nobody;
        if (value.Length < HeadSize || value[0] != Version || (value.Length - HeadSize) % OwnerToken.Size != 0)
        {
            throw new StoreCorruptException(
                $"SAM0302: the owners of blob {id} have no form this version knows. If a newer version wrote them, "
                + "use that one.");
        }

        var owners = ImmutableArray.CreateBuilder<OwnerToken>((value.Length - HeadSize) / OwnerToken.Size);
        for (int at = HeadSize; at < value.Length; at += OwnerToken.Size)
            owners.Add(new OwnerToken(BinaryPrimitives.ReadUInt128BigEndian(value.AsSpan(at))));
        return new BlobHolders(owners.MoveToImmutable(), BinaryPrimitives.ReadInt64LittleEndian(value.AsSpan(1)));
    }
}
