using Samtala.Abstractions;
using Samtala.Hypercore.Blobs;
using Samtala.Peers;
using Samtala.PluginPackages;
using StoredId = Samtala.Hypercore.Blobs.BlobId;
using StoredInfo = Samtala.Hypercore.Blobs.BlobInfo;

namespace Samtala.Kernel;

/// <summary>Blobs that one plugin lets other nodes read, and those it fetches from them.</summary>
internal sealed class PluginBlobSharing(PeerNode? peers, PluginEntry entry)
{
    private const string Grant = "logs";

    /// <summary>Shares none of a plugin's blobs any longer; for one that was removed.</summary>
    public static async ValueTask ClearAsync(
        PeerNode peers, BlobStore blobs, string pluginId, CancellationToken cancellationToken)
    {
        const int PageSize = 256;
        var owner = OwnerOf(pluginId);
        for (long? cursor = 0; cursor is { } at;)
        {
            var page = await blobs.ListAsync(owner, at, PageSize, cancellationToken);
            await Task.WhenAll(page.Ids.Select(
                id => peers.ShareBlobAsync(id, isShared: false, cancellationToken).AsTask()));
            cursor = page.NextCursor;
        }

        await blobs.ReleaseOwnerAsync(owner, cancellationToken);
    }

    /// <summary>Shares blobs, each held for as long as it is shared, or ends that.</summary>
    public async ValueTask SetAsync(
        BlobStore blobs, IReadOnlyList<StoredId> ids, bool isShared, CancellationToken cancellationToken)
    {
        var node = Require();
        var owner = OwnerOf(entry.Id);
        if (!isShared)
        {
            await Task.WhenAll(ids.Select(id => HideAsync(id)));
            return;
        }

        // All at once: they share the disk's flushes.
        var held = await Task.WhenAll(ids.Select(id => blobs.AddOwnerAsync(id, owner, cancellationToken).AsTask()));
        var missing = Array.IndexOf(held, false);
        if (missing >= 0)
        {
            throw new KeyNotFoundException(
                $"Blob {ids[missing]} is not stored here. Put it again, or fetch it; then share it.");
        }

        await Task.WhenAll(ids.Select(id => node.ShareBlobAsync(id, isShared: true, cancellationToken).AsTask()));

        async Task HideAsync(StoredId id)
        {
            await node.ShareBlobAsync(id, isShared: false, cancellationToken);
            await blobs.RemoveOwnerAsync(id, owner, cancellationToken);
        }
    }

    /// <summary>Fetches a blob; one that is here already is only checked against what is expected.</summary>
    public async ValueTask<StoredInfo> FetchAsync(
        BlobStore blobs,
        WantedBlob wanted,
        BlobExpectation expected,
        string owner,
        CancellationToken cancellationToken)
    {
        var node = Require();
        var id = PluginBlobs.ToStored(wanted.Id);
        if (await blobs.StatAsync(id, cancellationToken) is { } held)
        {
            Check(held, expected);
            if (await blobs.AddOwnerAsync(id, owner, cancellationToken))
                return held;
        }

        try
        {
            var fetched = await node.FetchBlobAsync(
                id,
                MapReading.KeyOf(wanted.From),
                new BlobDownloadOptions { Owner = owner, Expected = expected, LengthMax = wanted.LengthMax },
                cancellationToken);

            // Another may have begun to fetch it, expecting something else.
            Check(fetched, expected);
            return fetched;
        }
        catch (InvalidDataException e)
        {
            throw MapErrors.Refused(e.Message, e);
        }
        catch (PeerException e)
        {
            throw new MapException(
                e.Problem == PeerProblem.Unavailable ? MapFailure.Unreachable : MapFailure.Missing,
                $"{e.Code}: {e.Message}",
                e);
        }
    }

    private static string OwnerOf(string pluginId) => $"share/{pluginId}";

    private static void Check(StoredInfo held, BlobExpectation expected)
    {
        foreach (var digest in expected.Digests)
        {
            var seen = held.Digest(digest.Algorithm);
            if (seen != digest && Digest.TryParse(digest.ToString(), out var promised)
                && Digest.TryParse(seen.ToString(), out var found))
            {
                throw new DigestMismatchException(promised, found);
            }
        }
    }

    private PeerNode Require() =>
        !PluginPackages.Grant.Covers(entry.Grants, Grant) ? throw new GrantMissingException(entry.Id, Grant)
            : peers ?? throw MapErrors.NoLogs();
}
