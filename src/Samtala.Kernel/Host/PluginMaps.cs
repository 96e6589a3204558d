using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Samtala.Abstractions;
using Samtala.Crypto;
using Samtala.Hypercore.Bees;
using Samtala.Hypercore.Logs;
using Samtala.Peers;
using Samtala.Storage;

namespace Samtala.Kernel;

/// <summary>The maps of one plugin: own ones in logs labelled <c>plugin/{id}/map/{name}</c>, and those it follows.
/// </summary>
internal sealed class PluginMaps(PeerNode peers, string pluginId, TimeProvider time) : IMaps
{
    private const int CacheSize = 8 * 1024 * 1024;
    private static readonly TimeSpan s_glance = TimeSpan.FromMilliseconds(500);
    private readonly ConcurrentDictionary<Hash32, Lazy<Task<Bee>>> _bees = new();
    private readonly MapReading _reading = new(peers, time);

    public async ValueTask<MapInfo> CreateAsync(string name, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(name) || name.Length > IMaps.NameSizeMax
            || name.Any(c => !char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '-'))
        {
            throw new ArgumentException(
                $"A map's name has 1 to {IMaps.NameSizeMax} of a-z, 0-9 and '-', not '{name}'.", nameof(name));
        }

        try
        {
            var kept = peers.Find(OwnLabel + name)
                ?? await peers.CreateAsync(OwnLabel + name, isShared: false, isEncrypted: false, cancellationToken);
            return await DescribeAsync(kept);
        }
        catch (LogException e)
        {
            throw MapErrors.Of(e);
        }
    }

    public async ValueTask ShareAsync(MapId id, bool isShared, CancellationToken cancellationToken)
    {
        var kept = FindOwn(id);
        if (kept.IsShared != isShared)
            await peers.ShareAsync(kept, isShared, cancellationToken);
    }

    public async ValueTask<MapInfo> FollowAsync(
        MapId id, IReadOnlyList<string> addresses, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(addresses);
        if (addresses.Count > IMaps.PeersMax)
        {
            throw new ArgumentException(
                $"A map has at most {IMaps.PeersMax} addresses, not {addresses.Count}.", nameof(addresses));
        }

        var key = MapReading.KeyOf(id);
        if (peers.Find(key) is { } before && before.Label != FollowLabel(key))
            throw MapErrors.Taken(key);
        if (Mine.Count(l => !l.IsOwn) >= IMaps.FollowedMax && peers.Find(key) is null)
        {
            throw new ArgumentException(
                $"{IMaps.FollowedMax} maps are followed already. Unfollow one.", nameof(id));
        }

        KeptLog wanted = new() { Key = key, Label = FollowLabel(key), Peers = [.. addresses] };
        try
        {
            return await DescribeAsync(await peers.FollowAsync(wanted, default, cancellationToken));
        }
        catch (PeerException e) when (e.Problem == PeerProblem.Invalid)
        {
            throw new ArgumentException(e.Message, nameof(addresses), e);
        }
        finally
        {
            // Not before: a reader could open it once more on the log that is closed meanwhile.
            _bees.TryRemove(key, out _);
        }
    }

    public async ValueTask UnfollowAsync(MapId id, CancellationToken cancellationToken)
    {
        if (Find(id) is not { IsOwn: false } kept)
            return;
        try
        {
            await peers.DeleteAsync(kept, cancellationToken);
        }
        finally
        {
            _bees.TryRemove(kept.Key, out _);
        }
    }

    public async ValueTask<IReadOnlyList<MapInfo>> ListAsync(CancellationToken cancellationToken)
    {
        List<MapInfo> maps = [];
        foreach (var kept in Mine.OrderBy(l => !l.IsOwn).ThenBy(l => l.Label, StringComparer.Ordinal))
            maps.Add(await DescribeAsync(kept));
        return maps;
    }

    public async ValueTask<IReadOnlyList<MapEntry?>> GetAsync(
        MapId id, IReadOnlyList<ReadOnlyMemory<byte>> keys, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(keys);
        if (keys.Count is 0 or > IMaps.KeysMax)
            throw new ArgumentException($"1 to {IMaps.KeysMax} keys are read at once, not {keys.Count}.", nameof(keys));
        foreach (var key in keys)
            CheckKey(key);
        return await ReadAsync<IReadOnlyList<MapEntry?>>(
            id,
            async (bee, token) =>
            {
                // One state of the map for all, and all asked for before the first is awaited.
                var now = bee.Snapshot();
                var found = await Task.WhenAll(keys.Select(k => now.GetAsync(k, token).AsTask()));
                return [.. found.Select(e => e is null ? null : ToEntry(e))];
            },
            cancellationToken);
    }

    public ValueTask<IReadOnlyList<MapEntry>> ScanAsync(
        MapId id, MapRange range, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(range);
        ArgumentOutOfRangeException.ThrowIfLessThan(range.Limit, 1, nameof(range));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(range.Limit, IMaps.ScanMax, nameof(range));
        BeeRange wanted = new()
        {
            AtLeast = range.From,
            Below = range.To.IsEmpty ? default(ReadOnlyMemory<byte>?) : range.To,
            Limit = range.Limit,
            Reverse = range.IsDescending,
        };
        return ReadAsync<IReadOnlyList<MapEntry>>(
            id,
            async (bee, token) =>
            {
                List<MapEntry> entries = [];
                await foreach (var entry in bee.RangeAsync(wanted, token))
                    entries.Add(ToEntry(entry));
                return entries;
            },
            cancellationToken);
    }

    public async ValueTask<bool> CommitAsync(
        MapId id, IReadOnlyList<MapWrite> writes, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(writes);
        Check(writes);
        var bee = await BeeOfAsync(FindOwn(id));
        try
        {
            await using var batch = bee.BeginBatch();
            foreach (var write in writes)
            {
                if (write.ExpectedSequence is { } expected
                    && (long)((await batch.GetAsync(write.Key, cancellationToken))?.Seq ?? 0) != expected)
                {
                    return false;
                }

                if (write.Value is { } value)
                    await batch.PutAsync(write.Key, value, null, cancellationToken);
                else
                    await batch.DeleteAsync(write.Key, null, cancellationToken);
            }

            await batch.FlushAsync(Durability.Durable, cancellationToken);
            return true;
        }
        catch (Exception e) when (MapErrors.IsKnown(e))
        {
            throw MapErrors.Of(e);
        }
    }

    public async IAsyncEnumerable<MapInfo> WatchAsync(
        MapId id, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var kept = Find(id) ?? throw MapErrors.NotHere(id);
        var log = await peers.OpenAsync(kept);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var changes = log.WatchAsync(over.Token).GetAsyncEnumerator(over.Token);
        var next = changes.MoveNextAsync().AsTask();
        try
        {
            MapInfo? told = null;
            while (Find(id) is { } present)
            {
                var now = await DescribeAsync(present);
                if (told is null || !IsSame(told, now))
                    yield return told = now;

                // Peers come and go without a sound.
                await Task.WhenAny(next, Task.Delay(s_glance, time, cancellationToken));
                cancellationToken.ThrowIfCancellationRequested();
                if (!next.IsCompleted)
                    continue;
                if (!await next)
                    yield break;
                next = changes.MoveNextAsync().AsTask();
            }
        }
        finally
        {
            // Nothing may wait in what is disposed.
            await over.CancelAsync();
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await changes.DisposeAsync();
        }
    }

    /// <summary>Forgets every map; for a plugin that was removed.</summary>
    public async ValueTask ClearAsync(CancellationToken cancellationToken)
    {
        foreach (var kept in Mine.ToList())
            await peers.DeleteAsync(kept, cancellationToken);
        _bees.Clear();
    }

    private string OwnLabel => $"plugin/{pluginId}/map/";

    private IEnumerable<KeptLog> Mine => peers.Kept.Where(l =>
        l.Label.StartsWith(l.IsOwn ? OwnLabel : $"plugin/{pluginId}/follow/", StringComparison.Ordinal));

    private string FollowLabel(Hash32 key) => $"plugin/{pluginId}/follow/{key}";

    private KeptLog? Find(MapId id)
    {
        var kept = peers.Find(MapReading.KeyOf(id));
        return kept is not null && kept.Label.StartsWith(
            kept.IsOwn ? OwnLabel : FollowLabel(kept.Key), StringComparison.Ordinal) ? kept : null;
    }

    private KeptLog FindOwn(MapId id) => Find(id) switch
    {
        null => throw MapErrors.NotHere(id),
        { IsOwn: false } => throw MapErrors.NotOwn(id),
        { } own => own,
    };

    private async ValueTask<T> ReadAsync<T>(
        MapId id, Func<Bee, CancellationToken, Task<T>> read, CancellationToken cancellationToken)
    {
        var kept = Find(id) ?? throw MapErrors.NotHere(id);
        try
        {
            var bee = await BeeOfAsync(kept);
            return kept.IsOwn ? await read(bee, cancellationToken)
                : await _reading.ReadAsync(kept, token => read(bee, token), cancellationToken);
        }
        catch (Exception e) when (MapErrors.IsKnown(e))
        {
            throw MapErrors.Of(e);
        }
    }

    private async Task<Bee> BeeOfAsync(KeptLog kept)
    {
        // One bee for each log: its writers wait for each other, and what was read stays in its cache.
        var bee = _bees.GetOrAdd(kept.Key, _ => new Lazy<Task<Bee>>(async () =>
            new Bee(await peers.OpenAsync(kept), new BeeOptions { CacheSize = CacheSize })));
        try
        {
            return await bee.Value;
        }
        catch
        {
            _bees.TryRemove(new KeyValuePair<Hash32, Lazy<Task<Bee>>>(kept.Key, bee));
            throw;
        }
    }

    private async ValueTask<MapInfo> DescribeAsync(KeptLog kept)
    {
        MapInfo map = new(MapReading.IdOf(kept.Key), kept.IsOwn ? kept.Label[OwnLabel.Length..] : "")
        {
            IsShared = kept.IsShared,
            Peers = [.. kept.Peers.Select(a => _reading.Describe(kept.Key, a))],
        };
        try
        {
            var log = await peers.OpenAsync(kept);
            return map with
            {
                Length = (long)(kept.IsOwn ? log.Length : log.AppliedLength),
                Error = log.IsFrozen ? "its writer signed two different contents" : "",
            };
        }
        catch (Exception e) when (e is LogException or PeerException)
        {
            return map with { Error = e.Message };
        }
    }

    private static bool IsSame(MapInfo left, MapInfo right) =>
        left.Peers.SequenceEqual(right.Peers) && left with { Peers = right.Peers } == right;

    private static MapEntry ToEntry(BeeEntry entry) => new(entry.Key, entry.Value ?? default, (long)entry.Seq);

    private static void Check(IReadOnlyList<MapWrite> writes)
    {
        if (writes.Count is 0 or > IMaps.WritesMax)
        {
            throw new ArgumentException(
                $"A commit has 1 to {IMaps.WritesMax} writes, not {writes.Count}.", nameof(writes));
        }

        HashSet<string> seen = new(StringComparer.Ordinal);
        long size = 0;
        foreach (var write in writes)
        {
            CheckKey(write.Key);
            if (write.Value is { Length: > IMaps.ValueSizeMax } value)
            {
                throw new ArgumentException(
                    $"A value has at most {IMaps.ValueSizeMax} bytes, not {value.Length}. Use a blob.", nameof(writes));
            }

            size += write.Key.Length + (write.Value?.Length ?? 0);
            if (!seen.Add(Convert.ToHexString(write.Key.Span)))
                throw new ArgumentException("A key is written twice in one commit.", nameof(writes));
        }

        if (size > IMaps.CommitSizeMax)
        {
            throw new ArgumentException(
                $"A commit has at most {IMaps.CommitSizeMax} bytes, not {size}.", nameof(writes));
        }
    }

    private static void CheckKey(ReadOnlyMemory<byte> key)
    {
        if (key.Length is 0 or > IMaps.KeySizeMax)
            throw new ArgumentException($"A key has 1 to {IMaps.KeySizeMax} bytes, not {key.Length}.", nameof(key));
    }
}
