using System.Buffers.Binary;
using Samtala.Storage;

namespace Samtala.Hypercore.Blobs;

/// <summary>Where blobs lie in the store. Source: docs/blobs.md, "On disk".</summary>
internal static class BlobKeyspaces
{
    /// <summary>id → <see cref="BlobRecord"/>.</summary>
    internal static readonly Keyspace Records = Keyspace.Exact("blob");

    /// <summary>algorithm ‖ digest → id.</summary>
    internal static readonly Keyspace Digests = Keyspace.Exact("blob-digest");

    /// <summary>id → <see cref="BlobHolders"/>.</summary>
    internal static readonly Keyspace Holders = Keyspace.Exact("blob-holders");

    /// <summary>owner ‖ bucket ‖ page → ids. See <see cref="OwnerShelf"/>.</summary>
    internal static readonly Keyspace Owned = Keyspace.Exact("blob-owned");

    /// <summary>release time ‖ id → nothing. Only what waits for the sweep, so it stays small.</summary>
    internal static readonly Keyspace Released = Keyspace.Ordered("blob-released");

    internal static byte[] DigestKey(in BlobDigest digest)
    {
        byte[] key = new byte[1 + digest.Bytes.Length];
        key[0] = (byte)digest.Algorithm;
        digest.Bytes.CopyTo(key.AsSpan(1));
        return key;
    }

    internal static byte[] IdKey(BlobId id)
    {
        var key = id.Key;
        return key.Bytes.ToArray();
    }

    internal static byte[] ReleasedKey(long releasedAtMs, BlobId id)
    {
        byte[] key = new byte[sizeof(long) + BlobId.Size];
        BinaryPrimitives.WriteInt64BigEndian(key, releasedAtMs);
        var idKey = id.Key;
        idKey.Bytes.CopyTo(key.AsSpan(sizeof(long)));
        return key;
    }
}
