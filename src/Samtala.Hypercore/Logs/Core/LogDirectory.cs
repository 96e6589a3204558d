using System.Buffers.Binary;
using Samtala.Crypto;
using Samtala.Encodings;
using Samtala.Hypercore.Logs.Pages;
using Samtala.Hypercore.Manifests;
using Samtala.Storage;

namespace Samtala.Hypercore.Logs.Core;

/// <summary>Which logs there are, under which numbers.</summary>
/// <remarks>One caller at a time changes it.</remarks>
internal sealed class LogDirectory(IStore store)
{
    private const byte Version = 1;
    private const byte Present = 0;
    private const byte Deleting = 1;
    private const int EntrySize = 2 + sizeof(ulong);
    private const int PageSize = 1000;

    private static readonly byte[] s_common = "numbers"u8.ToArray();

    private ulong _nextNumber = 1;
    private ulong _era;

    /// <summary>Reads the era; a new one begins when the data folder may be an older copy.</summary>
    public async ValueTask<ulong> BeginEraAsync(bool isContinuous, CancellationToken cancellationToken)
    {
        byte[]? value = await store.GetAsync(LogKeyspaces.Common, s_common, cancellationToken);
        if (value is not null)
        {
            CompactReader reader = new(value);
            if (!reader.TryReadUInt(Version, out ulong version) || version != Version
                || !reader.TryReadUInt(out _nextNumber) || !reader.TryReadUInt(out _era))
            {
                throw LogErrors.DamagedRecord(LogKeyspaces.Common.Name, 0);
            }
        }

        if (isContinuous)
            return _era;
        _era++;
        WriteBatch batch = new();
        PutCommon(batch);
        await store.CommitAsync(batch, Durability.Durable, cancellationToken);
        return _era;
    }

    /// <summary>The number of a log; null when there is none.</summary>
    public async ValueTask<ulong?> FindAsync(Hash32 key, CancellationToken cancellationToken)
    {
        byte[]? value = await store.GetAsync(LogKeyspaces.Directory, LogKeyspaces.KeyBytes(key), cancellationToken);
        return value is null ? null : NumberOf(value);
    }

    public async ValueTask<ulong> AddAsync(
        Hash32 key, Manifest? manifest, ulong era, CancellationToken cancellationToken)
    {
        ulong number = _nextNumber++;
        WriteBatch batch = new();
        PutCommon(batch);
        PutEntry(batch, key, number, Present);
        Hash32 discovery = Manifest.DiscoveryKey(key);
        batch.Put(LogKeyspaces.Discovery, discovery.Bytes, key.Bytes);
        if (manifest is not null)
            ChunkedValue.Put(batch, LogKeyspaces.Manifests, number, manifest.Encode());
        ChunkedValue.Put(batch, LogKeyspaces.Heads, number, new LogRecord { Era = era }.Encode());
        await store.CommitAsync(batch, Durability.Durable, cancellationToken);
        return number;
    }

    public async ValueTask<LogRecord> ReadHeadAsync(ulong number, CancellationToken cancellationToken)
    {
        byte[]? value = await ChunkedValue.GetAsync(store, LogKeyspaces.Heads, number, cancellationToken);
        return value is not null && LogRecord.TryDecode(value, out LogRecord? record)
            ? record!
            : throw LogErrors.DamagedRecord(LogKeyspaces.Heads.Name, number);
    }

    public async ValueTask<Manifest?> ReadManifestAsync(ulong number, CancellationToken cancellationToken)
    {
        byte[]? value = await ChunkedValue.GetAsync(store, LogKeyspaces.Manifests, number, cancellationToken);
        if (value is null)
            return null;
        return Manifest.TryDecode(value, out Manifest? manifest)
            ? manifest
            : throw LogErrors.DamagedRecord(LogKeyspaces.Manifests.Name, number);
    }

    public async ValueTask<Hash32?> FindByDiscoveryKeyAsync(
        Hash32 discoveryKey, CancellationToken cancellationToken)
    {
        byte[]? value = await store.GetAsync(
            LogKeyspaces.Discovery, LogKeyspaces.KeyBytes(discoveryKey), cancellationToken);
        return value is { Length: Hash32.Size } ? new Hash32(value) : null;
    }

    public async ValueTask<IReadOnlyList<Hash32>> ListAsync(
        Hash32? after, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        List<Hash32> keys = [];
        byte[] from = after is { } last ? [.. LogKeyspaces.KeyBytes(last), 0] : [];
        while (keys.Count < limit)
        {
            IReadOnlyList<StoreEntry> page = await store.ScanAsync(
                LogKeyspaces.Directory, new ScanRange(from, default, limit - keys.Count), cancellationToken);
            if (page.Count == 0)
                break;
            keys.AddRange(page.Where(e => e.Value[1] == Present).Select(e => new Hash32(e.Key)));
            from = [.. page[^1].Key, 0];
        }

        return keys;
    }

    public async ValueTask<IReadOnlyList<(Hash32 Key, ulong Number)>> ListDeletingAsync(
        CancellationToken cancellationToken)
    {
        List<(Hash32, ulong)> found = [];
        byte[] from = [];
        while (true)
        {
            IReadOnlyList<StoreEntry> page = await store.ScanAsync(
                LogKeyspaces.Directory, new ScanRange(from, default, PageSize), cancellationToken);
            if (page.Count == 0)
                return found;
            found.AddRange(
                page.Where(e => e.Value[1] == Deleting).Select(e => (new Hash32(e.Key), NumberOf(e.Value))));
            from = [.. page[^1].Key, 0];
        }
    }

    /// <summary>From now on the log is gone; what is left of it goes next, or after a restart.</summary>
    public async ValueTask MarkDeletingAsync(Hash32 key, ulong number, CancellationToken cancellationToken)
    {
        WriteBatch batch = new();
        PutEntry(batch, key, number, Deleting);
        await store.CommitAsync(batch, Durability.Durable, cancellationToken);
    }

    public async ValueTask RemoveAsync(Hash32 key, Hash32 discoveryKey, ulong number)
    {
        WriteBatch batch = new();
        batch.Delete(LogKeyspaces.Directory, key.Bytes);
        batch.Delete(LogKeyspaces.Discovery, discoveryKey.Bytes);
        batch.Delete(LogKeyspaces.UserData, LogKeyspaces.NumberKey(number));
        ChunkedValue.Delete(batch, LogKeyspaces.Heads, number);
        ChunkedValue.Delete(batch, LogKeyspaces.Manifests, number);
        ChunkedValue.Delete(batch, LogKeyspaces.Conflicts, number);
        await store.CommitAsync(batch, Durability.Durable, CancellationToken.None);
    }

    private static ulong NumberOf(byte[] value) => value.Length == EntrySize && value[0] == Version
        ? BinaryPrimitives.ReadUInt64LittleEndian(value.AsSpan(2))
        : throw LogErrors.DamagedRecord(LogKeyspaces.Directory.Name, 0);

    private static void PutEntry(WriteBatch batch, in Hash32 key, ulong number, byte state)
    {
        Span<byte> entry = stackalloc byte[EntrySize];
        entry[0] = Version;
        entry[1] = state;
        BinaryPrimitives.WriteUInt64LittleEndian(entry[2..], number);
        batch.Put(LogKeyspaces.Directory, key.Bytes, entry);
    }

    private void PutCommon(WriteBatch batch)
    {
        Span<byte> value = stackalloc byte[1 + 9 + 9];
        CompactWriter writer = new(value);
        writer.WriteUInt(Version);
        writer.WriteUInt(_nextNumber);
        writer.WriteUInt(_era);
        batch.Put(LogKeyspaces.Common, s_common, value[..writer.Position]);
    }
}
