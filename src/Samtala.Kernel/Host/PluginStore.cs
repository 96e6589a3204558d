using System.Security.Cryptography;
using Samtala.Abstractions;
using Samtala.Storage;

namespace Samtala.Kernel;

/// <summary>A plugin's small values: key to version byte, 8-byte etag, value; sorted, durable.</summary>
internal sealed class PluginStore : IState
{
    private const byte Format = 1;
    private const int HeadSize = 9;
    private readonly IStore _store;
    private readonly RandomNumberGenerator _random;
    private readonly Keyspace _keyspace;

    public PluginStore(IStore store, RandomNumberGenerator random, string pluginId)
    {
        _store = store;
        _random = random;
        _keyspace = Keyspace.Ordered($"plugin/{pluginId}/state");
    }

    public async ValueTask<StateEntry?> GetAsync(string key, CancellationToken cancellationToken) =>
        await _store.GetAsync(_keyspace, KeyOf(key), cancellationToken) is { } record ? Decode(key, record) : null;

    public async ValueTask<bool> CommitAsync(IReadOnlyList<StateWrite> writes, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(writes);
        if (writes.Count is 0 or > IState.WritesMax)
        {
            throw new ArgumentException($"A commit has 1 to {IState.WritesMax} writes, not {writes.Count}.",
                nameof(writes));
        }

        var batch = new WriteBatch();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var size = 0;
        foreach (var write in writes)
        {
            var key = KeyOf(write.Key);
            if (!seen.Add(write.Key))
                throw new ArgumentException($"'{write.Key}' is written twice in one commit.", nameof(writes));
            if (!await ExpectAsync(batch, key, write.ExpectedEtag, cancellationToken))
                return false;
            size += key.Length + (write.Value?.Length ?? 0);
            if (write.Value is { } value)
                batch.Put(_keyspace, key, Encode(write.Key, value));
            else
                batch.Delete(_keyspace, key);
        }

        if (size > StoreLimits.BatchSizeMax / 2)
        {
            throw new ArgumentException($"A commit has at most {StoreLimits.BatchSizeMax / 2} bytes, not {size}.",
                nameof(writes));
        }

        var result = await _store.CommitAsync(batch, Durability.Durable, cancellationToken);
        return result.Committed;
    }

    public async ValueTask<IReadOnlyList<StateEntry>> ListAsync(
        string prefix, string after, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, 1000);
        ArgumentNullException.ThrowIfNull(prefix);
        ArgumentNullException.ThrowIfNull(after);
        var from = System.Text.Encoding.UTF8.GetBytes(prefix);
        var to = End(from);
        // The first key after another is that key and a zero byte.
        byte[] next = after.Length == 0 ? [] : [.. System.Text.Encoding.UTF8.GetBytes(after), 0];
        if (next.AsSpan().SequenceCompareTo(from) > 0)
            from = next;
        var entries = await _store.ScanAsync(_keyspace, new ScanRange(from, to, limit), cancellationToken);
        return [.. entries.Select(e => Decode(System.Text.Encoding.UTF8.GetString(e.Key), e.Value))];
    }

    /// <summary>Deletes everything; for a plugin that was removed.</summary>
    public async ValueTask ClearAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var page = await _store.ScanAsync(_keyspace, new ScanRange(default, default, 256), cancellationToken);
            if (page.Count == 0)
                return;
            var batch = new WriteBatch();
            foreach (var entry in page)
                batch.Delete(_keyspace, entry.Key);
            await _store.CommitAsync(batch, Durability.Durable, cancellationToken);
        }
    }

    /// <summary>False when the etag is another; else the batch holds the store to what was seen.</summary>
    private async ValueTask<bool> ExpectAsync(
        WriteBatch batch, byte[] key, string? etag, CancellationToken cancellationToken)
    {
        if (etag is null)
            return true;
        var record = await _store.GetAsync(_keyspace, key, cancellationToken);
        if (!string.Equals(etag, record is null ? "" : EtagOf(record), StringComparison.Ordinal))
            return false;
        if (record is null)
            batch.ExpectAbsent(_keyspace, key);
        else
            batch.Expect(_keyspace, key, record);
        return true;
    }

    private byte[] Encode(string key, ReadOnlyMemory<byte> value)
    {
        if (value.Length > IState.ValueSizeMax)
        {
            throw new ArgumentException(
                $"The value of '{key}' has {value.Length} bytes; at most {IState.ValueSizeMax}. Use a blob.",
                    nameof(value));
        }

        var record = new byte[HeadSize + value.Length];
        record[0] = Format;
        _random.GetBytes(record.AsSpan(1, HeadSize - 1));
        value.Span.CopyTo(record.AsSpan(HeadSize));
        return record;
    }

    private static StateEntry Decode(string key, byte[] record) =>
        record.Length >= HeadSize && record[0] == Format
            ? new StateEntry(key, record.AsMemory(HeadSize), EtagOf(record))
            : throw new StoreCorruptException(
                $"SAM0210: state '{key}' is in a format this version cannot read. Update the node.");

    private static string EtagOf(byte[] record) => Convert.ToHexStringLower(record.AsSpan(1, HeadSize - 1));

    private static byte[] KeyOf(string key)
    {
        var size = string.IsNullOrEmpty(key) ? 0 : System.Text.Encoding.UTF8.GetByteCount(key);
        return size is > 0 and <= IState.KeySizeMax
            ? System.Text.Encoding.UTF8.GetBytes(key)
            : throw new ArgumentException($"A key has 1 to {IState.KeySizeMax} bytes of UTF-8, not {size}.",
                nameof(key));
    }

    /// <summary>The first key that no longer begins with the prefix; empty for no end.</summary>
    private static byte[] End(byte[] prefix)
    {
        var last = prefix.AsSpan().LastIndexOfAnyExcept((byte)0xff);
        if (last < 0)
            return [];
        var end = prefix[..(last + 1)];
        end[last]++;
        return end;
    }
}
