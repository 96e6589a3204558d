using System.Diagnostics.CodeAnalysis;

namespace Samtala.Protocol;

/// <summary>The ids of both sides and what they mean. Used with the lock held, except <see cref="FindRemote"/>.
/// </summary>
internal sealed class ChannelTable(int channelsMax)
{
    private readonly Dictionary<ChannelKey, ChannelEntry> _entries = [];
    private readonly PriorityQueue<int, int> _freeLocal = new();
    private readonly List<LocalSlot?> _local = [];
    private RemoteSlot?[] _remote = [];
    private int _remoteCount;

    /// <summary>How many names are kept.</summary>
    internal int EntryCount => _entries.Count;

    /// <summary>The open channels of this side; a copy.</summary>
    internal Channel[] Open() => [.. _local.Select(slot => slot?.Channel).OfType<Channel>()];

    internal ChannelEntry GetOrAdd(string protocol, ReadOnlyMemory<byte> id, IReadOnlyList<string> aliases)
    {
        ChannelEntry? entry = Find(protocol, id);
        for (int i = 0; i < aliases.Count && entry is null; i++)
            entry = Find(aliases[i], id);
        entry ??= new ChannelEntry();
        Name(entry, new ChannelKey(protocol, id));
        foreach (string alias in aliases)
            Name(entry, new ChannelKey(alias, id));
        return entry;
    }

    /// <summary>Forgets an entry nobody uses any more.</summary>
    internal void Collect(ChannelEntry entry)
    {
        if (!entry.IsUnused)
            return;
        foreach (ChannelKey key in entry.Keys)
            _entries.Remove(key);
        entry.Keys.Clear();
    }

    /// <summary>Takes the lowest free id of this side.</summary>
    /// <returns>False when all are taken.</returns>
    internal bool TryAddLocal([NotNullWhen(true)] out LocalSlot? slot, out int id)
    {
        slot = null;
        id = 0;
        if (_freeLocal.TryDequeue(out int free, out _))
        {
            id = free;
        }
        else
        {
            if (_local.Count >= channelsMax)
                return false;
            _local.Add(null);
            id = _local.Count;
        }

        slot = _local[id - 1] = new LocalSlot();
        return true;
    }

    internal LocalSlot? FindLocal(ulong id) => id - 1 < (ulong)_local.Count ? _local[(int)id - 1] : null;

    /// <summary>Frees an id of this side once it is closed and the other side knows.</summary>
    internal void CollectLocal(int id)
    {
        if (_local[id - 1] is not { Channel: null, Awaiting: null })
            return;
        _local[id - 1] = null;
        _freeLocal.Enqueue(id, id);
    }

    /// <summary>Whether the other side may open this id now: any free one up to one past the highest.</summary>
    internal bool TryClaimRemote(ulong id)
    {
        if (id == 0 || id > (ulong)channelsMax || id > (ulong)_remoteCount + 1)
            return false;
        if (id == (ulong)_remoteCount + 1)
        {
            if (_remoteCount == _remote.Length)
            {
                // A new array, because readers without the lock hold the old one.
                RemoteSlot?[] grown = new RemoteSlot?[Math.Max(8, 2 * _remote.Length)];
                _remote.CopyTo(grown, 0);
                Volatile.Write(ref _remote, grown);
            }

            _remoteCount++;
        }

        return _remote[id - 1] is null;
    }

    internal void SetRemote(int id, RemoteSlot? slot) => Volatile.Write(ref _remote[id - 1], slot);

    /// <summary>Needs no lock: it sees a slot, or that there is none.</summary>
    internal RemoteSlot? FindRemote(ulong id)
    {
        RemoteSlot?[] slots = Volatile.Read(ref _remote);
        return id - 1 < (ulong)slots.Length ? Volatile.Read(ref slots[(int)id - 1]) : null;
    }

    private ChannelEntry? Find(string protocol, ReadOnlyMemory<byte> id) =>
        _entries.GetValueOrDefault(new ChannelKey(protocol, id));

    private void Name(ChannelEntry entry, ChannelKey key)
    {
        if (_entries.TryAdd(key, entry))
            entry.Keys.Add(key);
    }
}
