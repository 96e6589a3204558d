using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Samtala.Abstractions;

namespace Samtala.Plugins.Registry.Tests.World;

/// <summary>Nodes in memory that reach each other by address.</summary>
internal sealed class MemoryNetwork
{
    public ConcurrentDictionary<string, MemoryMaps> Nodes { get; } = new(StringComparer.Ordinal);

    /// <summary>Addresses nobody answers at now.</summary>
    public ConcurrentDictionary<string, byte> Away { get; } = new(StringComparer.Ordinal);

    public MemoryMaps? Reach(string address) =>
        Away.ContainsKey(address) ? null : Nodes.GetValueOrDefault(address);
}

/// <summary>Maps of a node in memory. Followed ones are read at the other node, whenever they are asked for.</summary>
internal sealed class MemoryMaps(string address, MemoryNetwork network) : IMaps
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Own> _own = new(StringComparer.Ordinal);
    private readonly List<(MapId Id, string[] Peers)> _followed = [];

    /// <summary>Blobs others may read.</summary>
    public ConcurrentDictionary<BlobId, byte> SharedBlobs { get; } = new();

    /// <summary>Look-ups in followed maps.</summary>
    public int LookupCount { get; private set; }

    /// <summary>Fails that many commits.</summary>
    public int CommitFailures { get; set; }

    /// <summary>What following waits for before it tells that it is done.</summary>
    public Task Following { get; set; } = Task.CompletedTask;

    public MemoryNode? Node { get; set; }

    /// <summary>Entries of the one own map.</summary>
    public IReadOnlyList<MapEntry> Entries
    {
        get
        {
            lock (_gate)
                return [.. _own.Values.Single().Entries.Values];
        }
    }

    public ValueTask<MapInfo> CreateAsync(string name, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (!_own.TryGetValue(name, out var own))
                _own[name] = own = new Own(new MapId(SHA256.HashData(Encoding.UTF8.GetBytes($"{address}/{name}"))));
            network.Nodes[address] = this;
            return ValueTask.FromResult(InfoOf(name, own));
        }
    }

    public ValueTask ShareAsync(MapId id, bool isShared, CancellationToken cancellationToken)
    {
        Find(id).IsShared = isShared;
        return ValueTask.CompletedTask;
    }

    public async ValueTask<MapInfo> FollowAsync(
        MapId id, IReadOnlyList<string> peers, CancellationToken cancellationToken)
    {
        if (peers.FirstOrDefault(p => !p.Contains(':', StringComparison.Ordinal)) is { } odd)
            throw new ArgumentException($"'{odd}' is no address.", nameof(peers));
        _followed.RemoveAll(f => f.Id == id);
        _followed.Add((id, [.. peers]));
        var info = InfoOf(_followed[^1]);
        await Following;
        return info;
    }

    public ValueTask UnfollowAsync(MapId id, CancellationToken cancellationToken)
    {
        _followed.RemoveAll(f => f.Id == id);
        return ValueTask.CompletedTask;
    }

    public ValueTask<IReadOnlyList<MapInfo>> ListAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return ValueTask.FromResult<IReadOnlyList<MapInfo>>(
                [.. _own.Select(o => InfoOf(o.Key, o.Value)), .. _followed.Select(InfoOf)]);
        }
    }

    public ValueTask<IReadOnlyList<MapEntry?>> GetAsync(
        MapId id, IReadOnlyList<ReadOnlyMemory<byte>> keys, CancellationToken cancellationToken)
    {
        Assert.InRange(keys.Count, 1, IMaps.KeysMax);
        var entries = Read(id).Entries;
        lock (entries)
        {
            return ValueTask.FromResult<IReadOnlyList<MapEntry?>>(
                [.. keys.Select(k => entries.GetValueOrDefault(Convert.ToHexString(k.Span)))]);
        }
    }

    public ValueTask<IReadOnlyList<MapEntry>> ScanAsync(
        MapId id, MapRange range, CancellationToken cancellationToken)
    {
        Assert.InRange(range.Limit, 1, IMaps.ScanMax);
        var entries = Read(id).Entries;
        lock (entries)
        {
            return ValueTask.FromResult<IReadOnlyList<MapEntry>>([.. entries.Values
                .Where(e => e.Key.Span.SequenceCompareTo(range.From.Span) >= 0
                    && (range.To.IsEmpty || e.Key.Span.SequenceCompareTo(range.To.Span) < 0))
                .Take(range.Limit)]);
        }
    }

    public ValueTask<bool> CommitAsync(
        MapId id, IReadOnlyList<MapWrite> writes, CancellationToken cancellationToken)
    {
        Assert.InRange(writes.Count, 1, IMaps.WritesMax);
        var own = Find(id);
        if (CommitFailures > 0)
        {
            CommitFailures--;
            throw new IOException("The disk refused.");
        }

        lock (own.Entries)
        {
            foreach (var write in writes)
            {
                Assert.InRange(write.Key.Length, 1, IMaps.KeySizeMax);
                own.Length++;
                if (write.Value is { } value)
                    own.Entries[Convert.ToHexString(write.Key.Span)] = new MapEntry(write.Key, value, own.Length);
                else
                    own.Entries.Remove(Convert.ToHexString(write.Key.Span));
            }
        }

        return ValueTask.FromResult(true);
    }

    public async IAsyncEnumerable<MapInfo> WatchAsync(
        MapId id, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        yield break;
    }

    /// <summary>The nodes that share a followed map and answer now.</summary>
    public IEnumerable<MemoryMaps> Holders(MapId id) => _followed.Where(f => f.Id == id)
        .SelectMany(f => f.Peers)
        .Select(network.Reach)
        .OfType<MemoryMaps>()
        .Where(n => n._own.Values.Any(o => o.Id == id && o.IsShared));

    private Own Find(MapId id) => _own.Values.FirstOrDefault(o => o.Id == id)
        ?? throw new MapException(MapFailure.NotHere, "SAM0213: no own map.");

    private Own Read(MapId id)
    {
        if (_own.Values.FirstOrDefault(o => o.Id == id) is { } own)
            return own;
        LookupCount++;
        return Holders(id).FirstOrDefault() is { } holder ? holder.Find(id)
            : throw new MapException(MapFailure.Unreachable, "SAM0214: nobody is connected.");
    }

    private static MapInfo InfoOf(string name, Own own) =>
        new(own.Id, name) { IsShared = own.IsShared, Length = own.Length };

    private MapInfo InfoOf((MapId Id, string[] Peers) followed) => new(followed.Id, "")
    {
        Length = Holders(followed.Id).Select(h => h.Find(followed.Id).Length).FirstOrDefault(),
        Peers = [.. followed.Peers.Select(p => network.Reach(p) is not null
            ? new MapPeer(p, true, DateTimeOffset.UnixEpoch, "")
            : new MapPeer(p, false, DateTimeOffset.UnixEpoch, "Connection refused"))],
    };

    private sealed class Own(MapId id)
    {
        public MapId Id { get; } = id;

        public bool IsShared { get; set; }

        public long Length { get; set; } = 1;

        public SortedDictionary<string, MapEntry> Entries { get; } = new(StringComparer.Ordinal);
    }
}
