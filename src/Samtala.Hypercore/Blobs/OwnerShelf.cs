using System.Buffers.Binary;
using Samtala.Storage;

namespace Samtala.Hypercore.Blobs;

/// <summary>
/// Which blobs one owner holds. Exact keys cannot be scanned and sorted ones lie in memory, so an owner's ids are
/// spread by their first bits over a fixed number of buckets, each a short list: adding one rewrites a few hundred
/// bytes, two writers seldom meet, and everything is listed by visiting the buckets.
/// </summary>
internal sealed class OwnerShelf(IStore store)
{
    internal const int BucketCount = 4096;
    private const int BucketBits = 12;
    private const int PageIdsMax = StoreLimits.ValueSizeMax / BlobId.Size;
    private const int PageCountMax = 256;

    /// <summary>Adds to the batch what puts the blob on the owner's shelf.</summary>
    /// <returns>False when it stands there already; then nothing was added.</returns>
    internal async ValueTask<bool> StageAddAsync(WriteBatch batch, OwnerToken owner, BlobId id, CancellationToken ct)
    {
        int bucket = BucketOf(id);
        byte[] added = BlobKeyspaces.IdKey(id);
        byte[]? roomyKey = null;
        byte[] roomy = [];
        for (int page = 0; page < PageCountMax; page++)
        {
            byte[] key = Key(owner, bucket, page);
            byte[]? ids = await store.GetAsync(BlobKeyspaces.Owned, key, ct);
            if (ids is null)
            {
                if (roomyKey is null)
                {
                    batch.ExpectAbsent(BlobKeyspaces.Owned, key);
                    batch.Put(BlobKeyspaces.Owned, key, added);
                    return true;
                }

                break;
            }

            if (Find(ids, added) >= 0)
                return false;
            if (roomyKey is null && ids.Length / BlobId.Size < PageIdsMax)
                (roomyKey, roomy) = (key, ids);
        }

        if (roomyKey is null)
        {
            throw new InvalidOperationException(
                $"SAM0303: one owner cannot hold more than {(long)BucketCount * PageCountMax * PageIdsMax} blobs.");
        }

        batch.Expect(BlobKeyspaces.Owned, roomyKey, roomy);
        batch.Put(BlobKeyspaces.Owned, roomyKey, [.. roomy, .. added]);
        return true;
    }

    /// <summary>Adds to the batch what takes the blob off the owner's shelf. Emptied pages stay as empty values so that
    /// the pages behind them are still found.</summary>
    /// <returns>False when it does not stand there; then nothing was added.</returns>
    internal async ValueTask<bool> StageRemoveAsync(WriteBatch batch, OwnerToken owner, BlobId id, CancellationToken ct)
    {
        int bucket = BucketOf(id);
        byte[] wanted = BlobKeyspaces.IdKey(id);
        for (int page = 0; page < PageCountMax; page++)
        {
            byte[] key = Key(owner, bucket, page);
            byte[]? ids = await store.GetAsync(BlobKeyspaces.Owned, key, ct);
            if (ids is null)
                return false;
            int at = Find(ids, wanted);
            if (at < 0)
                continue;
            batch.Expect(BlobKeyspaces.Owned, key, ids);
            byte[] rest = [.. ids.AsSpan(0, at), .. ids.AsSpan(at + BlobId.Size)];
            await StageShrunkAsync(batch, owner, (bucket, page), rest, ct);
            return true;
        }

        return false;
    }

    /// <summary>The ids of one page; null when the bucket has no such page.</summary>
    internal async ValueTask<IReadOnlyList<BlobId>?> ReadPageAsync(
        OwnerToken owner, int bucket, int page, CancellationToken ct)
    {
        byte[]? ids = await store.GetAsync(BlobKeyspaces.Owned, Key(owner, bucket, page), ct);
        if (ids is null)
            return null;
        List<BlobId> read = new(ids.Length / BlobId.Size);
        for (int at = 0; at + BlobId.Size <= ids.Length; at += BlobId.Size)
            read.Add(new BlobId(ids.AsSpan(at, BlobId.Size)));
        return read;
    }

    private static int BucketOf(BlobId id)
    {
        var key = id.Key;
        return BinaryPrimitives.ReadUInt16BigEndian(key.Bytes) >> (16 - BucketBits);
    }

    private static byte[] Key(OwnerToken owner, int bucket, int page)
    {
        byte[] key = new byte[OwnerToken.Size + sizeof(ushort) + 1];
        owner.Write(key);
        BinaryPrimitives.WriteUInt16BigEndian(key.AsSpan(OwnerToken.Size), (ushort)bucket);
        key[^1] = (byte)page;
        return key;
    }

    private static int Find(ReadOnlySpan<byte> ids, ReadOnlySpan<byte> wanted)
    {
        for (int at = 0; at < ids.Length; at += BlobId.Size)
        {
            if (ids.Slice(at, BlobId.Size).SequenceEqual(wanted))
                return at;
        }

        return -1;
    }

    private async ValueTask StageShrunkAsync(
        WriteBatch batch, OwnerToken owner, (int Bucket, int Page) place, byte[] rest, CancellationToken ct)
    {
        byte[] key = Key(owner, place.Bucket, place.Page);
        if (rest.Length == 0 && place.Page + 1 < PageCountMax)
        {
            byte[] next = Key(owner, place.Bucket, place.Page + 1);
            if (await store.GetAsync(BlobKeyspaces.Owned, next, ct) is null)
            {
                batch.ExpectAbsent(BlobKeyspaces.Owned, next);
                batch.Delete(BlobKeyspaces.Owned, key);
                return;
            }
        }

        batch.Put(BlobKeyspaces.Owned, key, rest);
    }
}
