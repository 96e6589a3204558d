using System.Collections.Concurrent;
using System.Security.Cryptography;
using Samtala.Abstractions;
using Samtala.Hypercore.Blobs;
using Samtala.Storage;
using BlobId = Samtala.Abstractions.BlobId;

namespace Samtala.Answers;

/// <summary>
/// Published answers: kept in the store, found by path, the newest used ones decoded in memory. A blob an answer names
/// is owned by that answer's path, so it stays for as long as the answer stands.
/// </summary>
/// <remarks>Thread-safe.</remarks>
#pragma warning disable CA1001 // semaphores whose wait handle is never asked for hold nothing to dispose
public sealed class AnswerStore
#pragma warning restore CA1001
{
    private const int StripeCount = 64;
    private const int SequenceStep = 1000;
    private readonly IStore _store;
    private readonly BlobStore _blobs;
    private readonly TimeProvider _time;
    private readonly AnswerCache _cache;
    private readonly Stripe[] _stripes = [.. Enumerable.Range(0, StripeCount).Select(_ => new Stripe())];
    private readonly ConcurrentDictionary<string, AnswerTrafficLog> _traffic = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (long Next, long End)> _sequences = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _sequencing = new(1, 1);

    /// <summary>Answers kept in a store.</summary>
    /// <param name="store">Owned by the caller.</param>
    /// <param name="blobs">Whose blobs answers name; on the same store.</param>
    /// <param name="time">Tells when an answer was served.</param>
    /// <param name="cacheSize">Memory for answers kept decoded, in bytes; 64 KiB to 4 GiB.</param>
    public AnswerStore(IStore store, BlobStore blobs, TimeProvider time, long cacheSize)
    {
        _store = store;
        _blobs = blobs;
        _time = time;
        _cache = new AnswerCache(cacheSize);
    }

    /// <summary>Told after what is published at a path changed; called on any thread, must not block.</summary>
    public Action<string>? Changed { get; set; }

    /// <summary>Finds what is published at a path if it is in memory: one look-up, no lock.</summary>
    /// <param name="path">As the client sent it, without the query.</param>
    /// <returns>Null when it is not in memory; then ask <see cref="FindAsync"/>.</returns>
    public AnswerSet? FindCached(string path) => _cache.Find(path);

    /// <summary>Finds what is published at a path.</summary>
    /// <param name="path">As the client sent it, without the query.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>Null when nothing is.</returns>
    /// <exception cref="StoreException">The store could not be read.</exception>
    public async ValueTask<AnswerSet?> FindAsync(string path, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (_cache.Find(path) is { } cached)
            return cached;
        if (path.Length > AnswerRecords.PathSizeMax || AnswerSet.PluginOf(path).Length == 0)
            return null;
        var stripe = StripeOf(path);
        var seen = stripe.Version;
        var set = await ReadAsync(path, cancellationToken);
        if (set is not null)
        {
            lock (stripe)
            {
                // A change in between has put its own, newer set.
                if (stripe.Version == seen)
                    _cache.Put(set);
            }
        }

        return set;
    }

    /// <summary>Counts one request served from an answer.</summary>
    /// <param name="pluginId">Whose answer.</param>
    /// <param name="path">Where it is published.</param>
    /// <param name="status">200, 206, 304 or the answer's own.</param>
    /// <param name="bytes">Bytes of body.</param>
    public void RecordHit(string pluginId, string path, int status, long bytes) =>
        TrafficOf(pluginId).Record(path, status, bytes);

    /// <summary>The answers of one plugin, held to their limits and to its own prefix.</summary>
    /// <param name="pluginId">Which plugin.</param>
    public IAnswers Of(string pluginId) => new PluginAnswers(this, pluginId);

    /// <summary>Bytes of body served from answers since the start.</summary>
    public long ServedBytes => _traffic.Values.Sum(t => t.Bytes);

    internal AnswerTrafficLog TrafficOf(string pluginId) =>
        _traffic.GetOrAdd(pluginId, static (_, time) => new AnswerTrafficLog(time), _time);

    /// <summary>Publishes checked answers, all or none.</summary>
    internal async ValueTask PublishAsync(
        string pluginId, IReadOnlyList<PublishedAnswer> answers, CancellationToken cancellationToken)
    {
        var groups = answers.GroupBy(a => a.Path, StringComparer.Ordinal).ToArray();
        using var locks = await LockAsync(groups.Select(g => g.Key), cancellationToken);
        var batch = new WriteBatch();
        var changes = new List<(AnswerSet? Old, AnswerSet New)>(groups.Length);
        var size = 0;
        foreach (var group in groups)
        {
            var old = await ReadAsync(group.Key, cancellationToken);
            var sequence = old?.Sequence ?? await NextSequenceAsync(pluginId, cancellationToken);
            var set = new AnswerSet(group.Key, sequence, Merge(old?.Answers ?? [], group));
            size += Put(batch, pluginId, set, old?.Answers.Count ?? 0);
            changes.Add((old, set));
        }

        if (size > StoreLimits.BatchSizeMax - (16 * 1024))
        {
            throw new ArgumentException(
                $"The answers have {size} bytes together; at most {(StoreLimits.BatchSizeMax / 1024) - 16} KiB.",
                    nameof(answers));
        }

        await OwnAsync(changes, cancellationToken);
        await _store.CommitAsync(batch, Durability.Durable, cancellationToken);
        foreach (var (_, set) in changes)
            Replace(set.Path, set);
        await DisownAsync(changes.Select(c => (c.Old, (AnswerSet?)c.New)), CancellationToken.None);
    }

    internal async ValueTask WithdrawAsync(string path, CancellationToken cancellationToken)
    {
        using var locks = await LockAsync([path], cancellationToken);
        if (await ReadAsync(path, cancellationToken) is not { } old)
            return;
        var batch = new WriteBatch();
        var key = AnswerRecords.PathKey(path);
        batch.Delete(AnswerRecords.Heads, key);
        batch.Delete(AnswerRecords.Order, AnswerRecords.OrderKey(old.PluginId, old.Sequence));
        for (var i = 0; i < old.Answers.Count; i++)
            batch.Delete(AnswerRecords.Variants, AnswerRecords.VariantKey(key, i));
        await _store.CommitAsync(batch, Durability.Durable, cancellationToken);
        Replace(path, null);
        await DisownAsync([(old, null)], CancellationToken.None);
    }

    /// <summary>Withdraws everything a plugin published; for one that was removed.</summary>
    /// <param name="pluginId">Whose answers.</param>
    /// <param name="cancellationToken">Gives up; call again to go on.</param>
    public async ValueTask ClearAsync(string pluginId, CancellationToken cancellationToken)
    {
        var end = AnswerRecords.DecodeNumber(
            await _store.GetAsync(AnswerRecords.Order, AnswerRecords.CounterKey(pluginId), cancellationToken));
        for (long sequence = 1; sequence <= end; sequence++)
        {
            var key = AnswerRecords.OrderKey(pluginId, sequence);
            if (await _store.GetAsync(AnswerRecords.Order, key, cancellationToken) is { } path)
                await WithdrawAsync(System.Text.Encoding.UTF8.GetString(path), cancellationToken);
        }
    }

    /// <summary>The new answers, then the old ones they do not replace.</summary>
    private static List<PublishedAnswer> Merge(IReadOnlyList<PublishedAnswer> old, IEnumerable<PublishedAnswer> added)
    {
        static (string, string, string) KeyOf(PublishedAnswer a) => (a.Authority, a.Accept, a.Encoding);
        var merged = added.Reverse().Concat(old).DistinctBy(KeyOf).ToList();
        return merged.Count <= AnswerRecords.VariantsMax
            ? merged
            : throw new ArgumentException(
                $"{merged[0].Path} has {merged.Count} variants; at most {AnswerRecords.VariantsMax}.", nameof(added));
    }

    private static int Put(WriteBatch batch, string pluginId, AnswerSet set, int oldCount)
    {
        var key = AnswerRecords.PathKey(set.Path);
        batch.Put(AnswerRecords.Heads, key, AnswerRecords.EncodeHead(set.Sequence, set.Answers.Count));
        batch.Put(AnswerRecords.Order, AnswerRecords.OrderKey(pluginId, set.Sequence), key);
        var size = 3 * (key.Length + 64);
        for (var i = 0; i < set.Answers.Count; i++)
        {
            var record = AnswerRecords.EncodeVariant(set.Answers[i]);
            batch.Put(AnswerRecords.Variants, AnswerRecords.VariantKey(key, i), record);
            size += record.Length + key.Length + 64;
        }

        for (var i = set.Answers.Count; i < oldCount; i++)
            batch.Delete(AnswerRecords.Variants, AnswerRecords.VariantKey(key, i));
        return size;
    }

    private async ValueTask<AnswerSet?> ReadAsync(string path, CancellationToken cancellationToken)
    {
        var key = AnswerRecords.PathKey(path);
        for (var attempt = 0; attempt < 3; attempt++)
        {
            if (await _store.GetAsync(AnswerRecords.Heads, key, cancellationToken) is not { } head)
                return null;
            var (sequence, count) = AnswerRecords.DecodeHead(path, head);
            var answers = new List<PublishedAnswer>(count);
            for (var i = 0; i < count; i++)
            {
                if (await _store.GetAsync(AnswerRecords.Variants, AnswerRecords.VariantKey(key, i),
                    cancellationToken) is { } record)
                {
                    answers.Add(AnswerRecords.DecodeVariant(path, record));
                }
            }

            // Fewer when they were withdrawn between the two reads.
            if (answers.Count == count)
                return new AnswerSet(path, sequence, answers);
        }

        return null;
    }

    private async Task OwnAsync(List<(AnswerSet? Old, AnswerSet New)> changes, CancellationToken cancellationToken)
    {
        // At once: the holds then share the disk's flushes.
        await Task.WhenAll(changes.SelectMany(c => c.New.Blobs.Except(c.Old?.Blobs ?? [])
            .Select(id => OwnAsync(c.New.Path, id, cancellationToken))));
    }

    private async Task OwnAsync(string path, BlobId id, CancellationToken cancellationToken)
    {
        if (!await _blobs.AddOwnerAsync(ToStored(id), OwnerOf(path), cancellationToken))
        {
            throw new ArgumentException(
                $"The answer at {path} names blob {id}, which is not stored here. Put it first.", nameof(id));
        }
    }

    private Task DisownAsync(IEnumerable<(AnswerSet? Old, AnswerSet? New)> changes,
        CancellationToken cancellationToken) =>
        Task.WhenAll(changes.SelectMany(c => (c.Old?.Blobs ?? []).Except(c.New?.Blobs ?? [])
            .Select(id => _blobs.RemoveOwnerAsync(
                ToStored(id), OwnerOf(c.Old!.Path), cancellationToken).AsTask())));

    private void Replace(string path, AnswerSet? set)
    {
        var stripe = StripeOf(path);
        lock (stripe)
        {
            stripe.Version++;
            if (set is null)
                _cache.Remove(path);
            else
                _cache.Put(set);
        }

        Changed?.Invoke(path);
    }

    private async ValueTask<long> NextSequenceAsync(string pluginId, CancellationToken cancellationToken)
    {
        await _sequencing.WaitAsync(cancellationToken);
        try
        {
            if (!_sequences.TryGetValue(pluginId, out var range) || range.Next > range.End)
                range = await ReserveAsync(pluginId, cancellationToken);
            _sequences[pluginId] = (range.Next + 1, range.End);
            return range.Next;
        }
        finally
        {
            _sequencing.Release();
        }
    }

    private async ValueTask<(long Next, long End)> ReserveAsync(string pluginId, CancellationToken cancellationToken)
    {
        var key = AnswerRecords.CounterKey(pluginId);
        var used = AnswerRecords.DecodeNumber(await _store.GetAsync(AnswerRecords.Order, key, cancellationToken));
        var batch = new WriteBatch().Put(AnswerRecords.Order, key, AnswerRecords.EncodeNumber(used + SequenceStep));
        await _store.CommitAsync(batch, Durability.Durable, cancellationToken);
        return (used + 1, used + SequenceStep);
    }

    private static Hypercore.Blobs.BlobId ToStored(BlobId id)
    {
        Span<byte> bytes = stackalloc byte[BlobId.Size];
        id.CopyTo(bytes);
        return new Hypercore.Blobs.BlobId(bytes);
    }

    private static string OwnerOf(string path) =>
        $"answer/{Convert.ToHexStringLower(SHA256.HashData(AnswerRecords.PathKey(path)))}";

    private Stripe StripeOf(string path) => _stripes[IndexOf(path)];

    private static int IndexOf(string path) =>
        (string.GetHashCode(path, StringComparison.Ordinal) & int.MaxValue) % StripeCount;

    private async ValueTask<Locks> LockAsync(IEnumerable<string> paths, CancellationToken cancellationToken)
    {
        var locks = new Locks();
        try
        {
            // In one order, so that two writers never wait for each other.
            foreach (var index in paths.Select(IndexOf).Distinct().Order())
            {
                var writers = _stripes[index].Writers;
                await writers.WaitAsync(cancellationToken);
                locks.All.Add(writers);
            }

            return locks;
        }
        catch
        {
            locks.Dispose();
            throw;
        }
    }

    private sealed class Stripe
    {
        public SemaphoreSlim Writers { get; } = new(1, 1);

        public long Version { get; set; }
    }

    private sealed class Locks : IDisposable
    {
        public List<SemaphoreSlim> All { get; } = [];

        public void Dispose() => All.ForEach(held => held.Release());
    }
}
