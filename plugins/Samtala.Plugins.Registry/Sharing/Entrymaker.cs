using System.Text.Json;
using Samtala.Abstractions;
using Samtala.Plugins.Registry.Json;
using Samtala.Plugins.Registry.Mirroring;
using Samtala.Plugins.Registry.Npm;
using Samtala.Plugins.Registry.Nuget;

namespace Samtala.Plugins.Registry.Sharing;

/// <summary>Makes the entries of records and writes those that differ. A blob is durable and shared before an entry
/// names it, and is hidden after the last entry that named it is gone. Used by one caller at a time.</summary>
internal sealed class Entrymaker(INode node, Shelf shelf, MapId map)
{
    private const int PageSize = 500;
    private static readonly string[] s_records = ["npm/d/", "npm/f/", "nuget/d/", "nuget/f/", "nuget/r/"];

    // How many entries name a blob. Equal files and equal documents of several packages are one blob.
    private readonly Dictionary<BlobId, int> _named = [];

    /// <summary>The map.</summary>
    public MapId Map => map;

    /// <summary>Makes the map say what the shelf says, whatever it said before.</summary>
    public async Task ReconcileAsync(CancellationToken cancellationToken)
    {
        _named.Clear();
        await RemoveOrphansAsync(cancellationToken);
        foreach (var prefix in s_records)
        {
            var after = "";
            IReadOnlyList<StateEntry> page;
            do
            {
                page = await shelf.ListAsync(prefix, after, PageSize, cancellationToken);
                foreach (var some in page.Select(e => e.Key).Chunk(IMaps.KeysMax / 4))
                    await ApplyAsync(some, cancellationToken);
                after = page.Count > 0 ? page[^1].Key : "";
            }
            while (page.Count == PageSize);
        }
    }

    /// <summary>Brings the entries of some records in step with them.</summary>
    /// <param name="records">Their keys; at most a quarter of <see cref="IMaps.KeysMax"/>.</param>
    /// <param name="cancellationToken">Gives up; call again to go on.</param>
    public async Task ApplyAsync(IReadOnlyList<string> records, CancellationToken cancellationToken)
    {
        if (records.Count == 0)
            return;
        var keys = records.Select(r => (ReadOnlyMemory<byte>)MirrorKeys.OfRecord(r)!).ToList();
        var before = await node.Maps.GetAsync(map, keys, cancellationToken);
        Changes changes = new();
        for (var i = 0; i < records.Count; i++)
            await CompareAsync(records[i], keys[i], before[i], changes, cancellationToken);
        await CommitAsync(changes, cancellationToken);
    }

    /// <summary>Shares no blob of the map any longer.</summary>
    public async Task HideAsync(CancellationToken cancellationToken)
    {
        await foreach (var entry in EntriesAsync(cancellationToken))
        {
            if (BlobOf(entry) is { } blob)
                await node.Blobs.ShareAsync([blob], isShared: false, cancellationToken);
        }

        _named.Clear();
    }

    /// <summary>Removes entries whose record is gone, and counts what the others name.</summary>
    private async Task RemoveOrphansAsync(CancellationToken cancellationToken)
    {
        Changes changes = new();
        await foreach (var entry in EntriesAsync(cancellationToken))
        {
            var blob = entry.Key.Span[0] == 'h' ? null : BlobOf(entry);
            if (await IsOrphanAsync(entry, cancellationToken))
            {
                changes.Remove(entry, blob);
                if (blob is { } orphan)
                    Name(orphan, 1);
            }
            else if (blob is { } named && await node.Blobs.FindAsync(named, cancellationToken) is not null)
            {
                // Shared again: whoever stopped in the middle of hiding or sharing left some that are not.
                changes.Added.Add(named);
            }

            if (Math.Max(changes.Writes.Count, changes.Added.Count) < IMaps.WritesMax / 2)
                continue;
            await CommitAsync(changes, cancellationToken);
            changes = new Changes();
        }

        await CommitAsync(changes, cancellationToken);
    }

    private async ValueTask<bool> IsOrphanAsync(MapEntry entry, CancellationToken cancellationToken)
    {
        var record = (char)entry.Key.Span[0] switch
        {
            'p' => MirrorKeys.ReadDocument(entry.Key.Span),
            'v' when FileEntry.TryRead(entry.Value.Span, out var file) =>
                MirrorKeys.ReadFile(entry.Key.Span, file.File),
            'h' when DigestEntry.TryRead(entry.Value.Span, out var digest) => digest.Record,
            _ => null,
        };
        return record is null || await node.State.GetAsync(record, cancellationToken) is null;
    }

    private async IAsyncEnumerable<MapEntry> EntriesAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ReadOnlyMemory<byte> from = default;
        IReadOnlyList<MapEntry> page;
        do
        {
            page = await node.Maps.ScanAsync(map, new MapRange(from, default, PageSize), cancellationToken);
            foreach (var entry in page)
                yield return entry;
            if (page.Count > 0)
                from = new ReadOnlyMemory<byte>([.. page[^1].Key.Span, 0]);
        }
        while (page.Count == PageSize);
    }

    private async ValueTask CompareAsync(
        string record, ReadOnlyMemory<byte> key, MapEntry? before, Changes changes, CancellationToken cancellationToken)
    {
        var isFile = key.Span[0] == 'v';
        if (!isFile)
        {
            var document = await DocumentAsync(record, cancellationToken);
            changes.Replace(before, key, document?.Write(), before is null ? null : BlobOf(before), document?.Blob);
            return;
        }

        var file = await FileAsync(record, cancellationToken);
        FileEntry? old = null;
        if (before is not null)
            FileEntry.TryRead(before.Value.Span, out old);
        if (!changes.Replace(before, key, file?.Write(), old?.Blob, file?.Blob))
            return;
        if (old is not null && old.Blob != file?.Blob)
            await RemoveDigestsAsync(record, old, changes, cancellationToken);
        if (file is null)
            return;
        var found = new DigestEntry(file.Blob, file.Length, record).Write();
        changes.Put(MirrorKeys.OfDigest(file.Sha512), found);
        changes.Put(MirrorKeys.OfDigest(file.Sha256), found);
    }

    private async ValueTask RemoveDigestsAsync(
        string record, FileEntry old, Changes changes, CancellationToken cancellationToken)
    {
        byte[][] keys = [MirrorKeys.OfDigest(old.Sha512), MirrorKeys.OfDigest(old.Sha256)];
        var present = await node.Maps.GetAsync(map, [.. keys.Select(k => (ReadOnlyMemory<byte>)k)], cancellationToken);
        foreach (var entry in present)
        {
            // Another file with the same bytes may have taken it over.
            if (entry is not null && DigestEntry.TryRead(entry.Value.Span, out var found) && found.Record == record)
                changes.Remove(entry, null);
        }
    }

    private async ValueTask CommitAsync(Changes changes, CancellationToken cancellationToken)
    {
        foreach (var some in changes.Added.Distinct().Chunk(IBlobs.SharesMax))
            await node.Blobs.ShareAsync(some, isShared: true, cancellationToken);
        foreach (var some in changes.Writes.Values.Chunk(IMaps.WritesMax))
            await node.Maps.CommitAsync(map, some, cancellationToken);
        foreach (var blob in changes.Added)
            Name(blob, 1);
        var gone = changes.Removed.Where(blob => Name(blob, -1) == 0).Distinct().ToList();
        foreach (var some in gone.Chunk(IBlobs.SharesMax))
            await node.Blobs.ShareAsync(some, isShared: false, cancellationToken);
    }

    private int Name(BlobId blob, int change)
    {
        var count = Math.Max(0, _named.GetValueOrDefault(blob) + change);
        if (count == 0)
            _named.Remove(blob);
        else
            _named[blob] = count;
        return count;
    }

    private async ValueTask<FileEntry?> FileAsync(string record, CancellationToken cancellationToken)
    {
        var kept = await shelf.FindAsync(record, RegistryJson.Default.FileRecord, cancellationToken);
        if (kept is null || !BlobId.TryParse(kept.Blob, out var id)
            || await node.Blobs.FindAsync(id, cancellationToken) is not { } blob)
        {
            return null;
        }

        var parts = record.Split('/', 3);
        var mark = parts[2].IndexOf('!', StringComparison.Ordinal);
        var (name, file) = (parts[2][..mark], parts[2][(mark + 1)..]);
        return new FileEntry(
            id,
            blob.Length,
            blob.Sha512,
            blob.Sha256,
            blob.Sha1,
            file,
            MirrorKeys.VersionOf(parts[0], name, file),
            kept.FetchedAt);
    }

    private async ValueTask<DocumentEntry?> DocumentAsync(string record, CancellationToken cancellationToken)
    {
        var kept = await shelf.FindAsync(record, RegistryJson.Default.DocumentRecord, cancellationToken);
        if (kept is null || await NeutralAsync(record, kept, cancellationToken) is not { } blob)
            return null;
        return new DocumentEntry(blob.Id, blob.Length, blob.Sha256, kept.FetchedAt);
    }

    /// <summary>The document with neutral links; made when it is first shared.</summary>
    private async ValueTask<BlobInfo?> NeutralAsync(
        string key, DocumentRecord record, CancellationToken cancellationToken)
    {
        if (BlobId.TryParse(record.Shared, out var ready)
            && await node.Blobs.FindAsync(ready, cancellationToken) is { } held)
        {
            return held;
        }

        if (!BlobId.TryParse(record.Source, out var source)
            || await node.Blobs.FindAsync(source, cancellationToken) is not { } found)
        {
            return null;
        }

        using var walker = WalkerOf(key, record);
        if (walker is not null)
        {
            try
            {
                var plain = Pieces.GunzipAsync(
                    node.Blobs.ReadAsync(source, 0, -1, cancellationToken), cancellationToken);
                found = await node.Blobs.PutAsync(
                    Pieces.RenderAsync(plain, walker, cancellationToken), [], cancellationToken);
            }
            catch (Exception e) when (e is JsonException or InvalidDataException or KeyNotFoundException)
            {
                return null;
            }
        }

        var kept = await shelf.ChangeAsync(
            key,
            RegistryJson.Default.DocumentRecord,
            r => r is not null && r.Source == record.Source ? r with { Shared = found.Id.ToString() } : null,
            cancellationToken);
        if (kept is not null && kept.Source == record.Source)
            return found;

        // A newer document came meanwhile; its own change is noted.
        if (walker is not null)
            await node.Blobs.ReleaseAsync(found.Id, cancellationToken);
        return null;
    }

    private static JsonWalker? WalkerOf(string key, DocumentRecord record) =>
        key.StartsWith("npm/d/", StringComparison.Ordinal)
            ? new TarballRewriter(key["npm/d/".Length..], NeutralLinks.Npm)
            : key.StartsWith("nuget/r/", StringComparison.Ordinal)
                ? new RegistrationRewriter([(record.SourceBase, NeutralLinks.Nuget)])
                : null;

    private static BlobId? BlobOf(MapEntry entry) => (char)entry.Key.Span[0] switch
    {
        'p' when DocumentEntry.TryRead(entry.Value.Span, out var document) => document.Blob,
        'v' when FileEntry.TryRead(entry.Value.Span, out var file) => file.Blob,
        'h' when DigestEntry.TryRead(entry.Value.Span, out var digest) => digest.Blob,
        _ => null,
    };

    /// <summary>What is to be written, and which blobs entries begin or cease to name.</summary>
    private sealed class Changes
    {
        public Dictionary<string, MapWrite> Writes { get; } = new(StringComparer.Ordinal);

        public List<BlobId> Added { get; } = [];

        public List<BlobId> Removed { get; } = [];

        /// <summary>Replaces an entry.</summary>
        /// <returns>False when it is the same.</returns>
        public bool Replace(
            MapEntry? before, ReadOnlyMemory<byte> key, byte[]? value, BlobId? oldBlob, BlobId? newBlob)
        {
            if (value is null ? before is null : before is not null && before.Value.Span.SequenceEqual(value))
                return false;
            Writes[Convert.ToHexString(key.Span)] = new MapWrite(
                key, value is null ? default(ReadOnlyMemory<byte>?) : value);
            if (oldBlob == newBlob)
                return true;
            if (newBlob is { } added)
                Added.Add(added);
            if (oldBlob is { } removed)
                Removed.Add(removed);
            return true;
        }

        public void Put(byte[] key, byte[] value) => Writes[Convert.ToHexString(key)] = new MapWrite(key, value);

        public void Remove(MapEntry entry, BlobId? blob)
        {
            Writes[Convert.ToHexString(entry.Key.Span)] = new MapWrite(entry.Key, null);
            if (blob is { } removed)
                Removed.Add(removed);
        }
    }
}
