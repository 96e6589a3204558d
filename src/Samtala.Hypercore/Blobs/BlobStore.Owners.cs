using System.Buffers.Binary;
using Samtala.Storage;

namespace Samtala.Hypercore.Blobs;

/// <summary>What a sweep gave back.</summary>
/// <param name="Count">Blobs.</param>
/// <param name="Bytes">Their bytes.</param>
public readonly record struct BlobSweepResult(long Count, long Bytes);

public sealed partial class BlobStore
{
    private const int SweepPageSize = 256;

    /// <summary>Makes an owner hold a stored blob, durably. Holding it already is fine.</summary>
    /// <param name="id">Which.</param>
    /// <param name="owner">Who.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>False when the blob is not stored.</returns>
    public ValueTask<bool> AddOwnerAsync(BlobId id, string owner, CancellationToken cancellationToken) =>
        TryAddOwnerAsync(id, OwnerToken.Of(owner), cancellationToken);

    /// <summary>Ends an owner's hold, durably. A blob without owners is swept after a grace.</summary>
    /// <param name="id">Which.</param>
    /// <param name="owner">Who.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>False when the owner did not hold it.</returns>
    public ValueTask<bool> RemoveOwnerAsync(BlobId id, string owner, CancellationToken cancellationToken) =>
        RemoveOwnerAsync(id, OwnerToken.Of(owner), Durability.Durable, cancellationToken);

    /// <summary>Ends every hold of an owner, durably: a plugin was removed, a space was left.</summary>
    /// <param name="owner">Who.</param>
    /// <param name="cancellationToken">Stops between two blobs; call again to go on.</param>
    /// <returns>How many blobs it held.</returns>
    public async ValueTask<long> ReleaseOwnerAsync(string owner, CancellationToken cancellationToken)
    {
        OwnerToken token = OwnerToken.Of(owner);
        long count = 0;
        for (int bucket = 0; bucket < OwnerShelf.BucketCount; bucket++)
        {
            foreach (BlobId id in await ReadBucketAsync(token, bucket, cancellationToken))
            {
                if (await RemoveOwnerAsync(id, token, Durability.Later, cancellationToken))
                    count++;
            }
        }

        await Store.FlushAsync(cancellationToken);
        return count;
    }

    /// <summary>Lists the blobs an owner holds.</summary>
    /// <param name="owner">Who.</param>
    /// <param name="cursor">0 to begin, then what the last page said.</param>
    /// <param name="limit">About how many; a page ends with the group of ids that reaches it, at most 255 more.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>A page; every blob held during the whole listing is on exactly one.</returns>
    public async ValueTask<BlobPage> ListAsync(
        string owner, long cursor, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(cursor);
        OwnerToken token = OwnerToken.Of(owner);
        List<BlobId> ids = [];
        int bucket = (int)Math.Min(cursor, OwnerShelf.BucketCount);
        while (bucket < OwnerShelf.BucketCount && ids.Count < limit)
            ids.AddRange(await ReadBucketAsync(token, bucket++, cancellationToken));
        return new BlobPage(ids, bucket < OwnerShelf.BucketCount ? bucket : null);
    }

    /// <summary>Deletes blobs that have had no owner for some time and that nobody is reading.</summary>
    /// <param name="grace">How long a blob may be without an owner; long enough for whoever moves it from one to the
    /// next.</param>
    /// <param name="cancellationToken">Stops between two blobs.</param>
    /// <returns>What was given back.</returns>
    public async ValueTask<BlobSweepResult> SweepAsync(TimeSpan grace, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(grace, TimeSpan.Zero);
        long cutoff = _time.GetUtcNow().Subtract(grace).ToUnixTimeMilliseconds();
        byte[] from = [];
        byte[] to = BlobKeyspaces.ReleasedKey(cutoff + 1, default);
        long count = 0;
        long bytes = 0;
        while (true)
        {
            var page = await Store.ScanAsync(
                BlobKeyspaces.Released, new ScanRange(from, to, SweepPageSize), cancellationToken);
            foreach (StoreEntry entry in page)
            {
                long? freed = await SweepAsync(entry.Key, cancellationToken);
                count += freed is null ? 0 : 1;
                bytes += freed ?? 0;
            }

            if (page.Count < SweepPageSize)
                break;
            from = [.. page[^1].Key, 0];
        }

        await Store.FlushAsync(cancellationToken);
        return new BlobSweepResult(count, bytes);
    }

    private async ValueTask<List<BlobId>> ReadBucketAsync(OwnerToken owner, int bucket, CancellationToken ct)
    {
        List<BlobId> ids = [];
        for (int page = 0; await _shelf.ReadPageAsync(owner, bucket, page, ct) is { } found; page++)
            ids.AddRange(found);
        return ids;
    }

    private async ValueTask<bool> RemoveOwnerAsync(
        BlobId id, OwnerToken owner, Durability durability, CancellationToken ct)
    {
        byte[] key = BlobKeyspaces.IdKey(id);
        WriteBatch batch = new();
        while (true)
        {
            batch.Clear();
            byte[]? stored = await Store.GetAsync(BlobKeyspaces.Holders, key, ct);
            if (stored is null || !await _shelf.StageRemoveAsync(batch, owner, id, ct))
                return false;
            BlobHolders holders = BlobHolders.Decode(id, stored).Remove(_time.GetUtcNow().ToUnixTimeMilliseconds());
            batch.Expect(BlobKeyspaces.Holders, key, stored);
            batch.Put(BlobKeyspaces.Holders, key, holders.Encode());
            if (holders.Count == 0)
                batch.Put(BlobKeyspaces.Released, BlobKeyspaces.ReleasedKey(holders.ReleasedAtMs, id), []);
            CommitResult result = await Store.CommitAsync(batch, durability, ct);
            if (result.Committed)
                return true;
        }
    }

    /// <summary>Deletes what one entry of the released list names, if it is still free; null when it is not.</summary>
    private async ValueTask<long?> SweepAsync(byte[] releasedKey, CancellationToken ct)
    {
        BlobId id = new(releasedKey.AsSpan(sizeof(long)));
        if (!_pins.TryBeginDelete(id))
            return null;
        try
        {
            return await DeleteAsync(id, releasedKey, ct);
        }
        finally
        {
            _pins.EndDelete(id);
        }
    }

    private async ValueTask<long?> DeleteAsync(BlobId id, byte[] releasedKey, CancellationToken ct)
    {
        long releasedAt = BinaryPrimitives.ReadInt64BigEndian(releasedKey);
        byte[] key = BlobKeyspaces.IdKey(id);
        WriteBatch batch = new();
        batch.Delete(BlobKeyspaces.Released, releasedKey);
        byte[]? held = await Store.GetAsync(BlobKeyspaces.Holders, key, ct);
        byte[]? stored = await Store.GetAsync(BlobKeyspaces.Records, key, ct);
        BlobHolders holders = BlobHolders.Decode(id, held);
        if (held is null || stored is null || holders.Count > 0 || holders.ReleasedAtMs != releasedAt)
        {
            // It was taken up again, perhaps released again later under another entry: only this entry goes.
            await Store.CommitAsync(batch, Durability.Later, ct);
            return null;
        }

        BlobRecord record = BlobRecord.Decode(id, stored);
        batch.Expect(BlobKeyspaces.Holders, key, held);
        batch.Expect(BlobKeyspaces.Records, key, stored);
        batch.Delete(BlobKeyspaces.Holders, key);
        batch.Delete(BlobKeyspaces.Records, key);
        StageFreeExtents(batch, record);
        await StageForgetDigestsAsync(batch, record.Info, ct);
        CommitResult result = await Store.CommitAsync(batch, Durability.Later, ct);
        return result.Committed ? record.Info.Length : null;
    }
}
