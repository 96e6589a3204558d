using Samtala.Storage;

namespace Samtala.Hypercore.Blobs;

public sealed partial class BlobStore
{
    /// <summary>Stores a record whose extents are complete and gives it its first owner, in one commit.</summary>
    internal async ValueTask CommitAsync(BlobRecord record, OwnerToken owner, CancellationToken ct)
    {
        byte[] key = BlobKeyspaces.IdKey(record.Info.Id);
        WriteBatch batch = new();
        while (true)
        {
            batch.Clear();
            byte[]? stored = await Store.GetAsync(BlobKeyspaces.Records, key, ct);
            if (stored is null)
            {
                batch.ExpectAbsent(BlobKeyspaces.Records, key);
            }
            else
            {
                BlobRecord old = BlobRecord.Decode(record.Info.Id, stored);
                if (!old.IsDamaged)
                {
                    // Another writer was faster with the same bytes; ours are given back.
                    if (!await TryAddOwnerAsync(record.Info.Id, owner, ct))
                        continue;
                    await DiscardAsync(record);
                    return;
                }

                batch.Expect(BlobKeyspaces.Records, key, stored);
                StageFreeExtents(batch, old);
            }

            StageRecord(batch, key, record);
            await StageOwnerAsync(batch, record.Info.Id, owner, ct);
            CommitResult result = await Store.CommitAsync(batch, Durability.Durable, ct);
            if (result.Committed)
                return;
        }
    }

    /// <summary>Makes an owner hold a stored blob. False when there is no such blob.</summary>
    internal async ValueTask<bool> TryAddOwnerAsync(BlobId id, OwnerToken owner, CancellationToken ct)
    {
        byte[] key = BlobKeyspaces.IdKey(id);
        WriteBatch batch = new();
        while (true)
        {
            batch.Clear();
            byte[]? stored = await Store.GetAsync(BlobKeyspaces.Records, key, ct);
            if (stored is null || BlobRecord.Decode(id, stored).IsDamaged)
                return false;
            if (!await StageOwnerAsync(batch, id, owner, ct))
            {
                // The owner may have been added by a commit that is applied but not yet on the disk.
                await Store.FlushAsync(ct);
                return true;
            }

            batch.Expect(BlobKeyspaces.Records, key, stored);
            CommitResult result = await Store.CommitAsync(batch, Durability.Durable, ct);
            if (result.Committed)
                return true;
        }
    }

    /// <summary>From now on the blob counts as absent; putting the same bytes heals it and keeps its owners.</summary>
    internal async ValueTask MarkDamagedAsync(BlobRecord record)
    {
        byte[] key = BlobKeyspaces.IdKey(record.Info.Id);
        byte[] seen = record.Encode();
        byte[] marked = (record with { IsDamaged = true }).Encode();
        WriteBatch batch = new();
        while (true)
        {
            batch.Clear();
            byte[]? stored = await Store.GetAsync(BlobKeyspaces.Records, key, CancellationToken.None);
            if (stored is null || !stored.AsSpan().SequenceEqual(seen))
                return; // Somebody marked, healed or swept it meanwhile.
            batch.Expect(BlobKeyspaces.Records, key, seen);
            batch.Put(BlobKeyspaces.Records, key, marked);
            await StageForgetDigestsAsync(batch, record.Info, CancellationToken.None);
            CommitResult result = await Store.CommitAsync(batch, Durability.Durable, CancellationToken.None);
            if (result.Committed)
                return;
        }
    }

    /// <summary>Gives back extents that are complete and that no batch has named.</summary>
    private async ValueTask DiscardAsync(BlobRecord record)
    {
        WriteBatch batch = new();
        StageFreeExtents(batch, record);
        if (!batch.IsEmpty)
            await Store.CommitAsync(batch, Durability.Later, CancellationToken.None);
    }

    private static void StageRecord(WriteBatch batch, byte[] key, BlobRecord record)
    {
        batch.Put(BlobKeyspaces.Records, key, record.Encode());
        BlobInfo info = record.Info;
        foreach (BlobDigest digest in (ReadOnlySpan<BlobDigest>)[info.Sha1, info.Sha256, info.Sha512])
            batch.Put(BlobKeyspaces.Digests, BlobKeyspaces.DigestKey(digest), key);
        if (record.Data is { } data)
            batch.AddExtent(data);
        if (record.Leaves is { } leaves)
            batch.AddExtent(leaves);
    }

    private static void StageFreeExtents(WriteBatch batch, BlobRecord record)
    {
        if (record.Data is { } data)
            batch.FreeExtent(data);
        if (record.Leaves is { } leaves)
            batch.FreeExtent(leaves);
    }

    /// <summary>False when the owner holds the blob already; then nothing was added to the batch.</summary>
    private async ValueTask<bool> StageOwnerAsync(WriteBatch batch, BlobId id, OwnerToken owner, CancellationToken ct)
    {
        byte[] key = BlobKeyspaces.IdKey(id);
        byte[]? stored = await Store.GetAsync(BlobKeyspaces.Holders, key, ct);
        if (!await _shelf.StageAddAsync(batch, owner, id, ct))
            return false;
        if (stored is null)
            batch.ExpectAbsent(BlobKeyspaces.Holders, key);
        else
            batch.Expect(BlobKeyspaces.Holders, key, stored);
        batch.Put(BlobKeyspaces.Holders, key, BlobHolders.Decode(id, stored).Add().Encode());
        return true;
    }

    /// <summary>Removes the digests that lead to this blob, and not those another blob has taken over.</summary>
    private async ValueTask StageForgetDigestsAsync(WriteBatch batch, BlobInfo info, CancellationToken ct)
    {
        byte[] id = BlobKeyspaces.IdKey(info.Id);
        foreach (BlobDigest digest in (BlobDigest[])[info.Sha1, info.Sha256, info.Sha512])
        {
            byte[] key = BlobKeyspaces.DigestKey(digest);
            byte[]? found = await Store.GetAsync(BlobKeyspaces.Digests, key, ct);
            if (found is null || !found.AsSpan().SequenceEqual(id))
                continue;
            batch.Expect(BlobKeyspaces.Digests, key, found);
            batch.Delete(BlobKeyspaces.Digests, key);
        }
    }
}
