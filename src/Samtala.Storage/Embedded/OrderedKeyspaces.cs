namespace Samtala.Storage.Embedded;

/// <summary>The ordered keyspaces, sorted in memory. Any thread reads; one writes.</summary>
internal sealed class OrderedKeyspaces
{
    private readonly Dictionary<string, SortedSet<OrderedEntry>> _keyspaces = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();

    public byte[]? Get(string keyspace, ReadOnlyMemory<byte> key)
    {
        lock (_gate)
        {
            return _keyspaces.TryGetValue(keyspace, out var entries)
                && entries.TryGetValue(new OrderedEntry(key, []), out var entry)
                    ? entry.Value.ToArray()
                    : null;
        }
    }

    public IReadOnlyList<StoreEntry> Scan(string keyspace, ScanRange range)
    {
        List<StoreEntry> page = [];
        OrderedEntry from = new(range.From, []);
        var to = range.To.IsEmpty ? OrderedEntry.End : new OrderedEntry(range.To, []);
        if (OrderedEntryComparer.Instance.Compare(from, to) >= 0)
            return page;
        lock (_gate)
        {
            if (!_keyspaces.TryGetValue(keyspace, out var entries))
                return page;
            foreach (var entry in entries.GetViewBetween(from, to))
            {
                if (page.Count == range.Limit || OrderedEntryComparer.Instance.Compare(entry, to) >= 0)
                    break;
                page.Add(new StoreEntry(entry.Key.ToArray(), entry.Value.ToArray()));
            }
        }

        return page;
    }

    public void Put(string keyspace, ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> value)
    {
        lock (_gate)
        {
            if (!_keyspaces.TryGetValue(keyspace, out var entries))
                _keyspaces.Add(keyspace, entries = new SortedSet<OrderedEntry>(OrderedEntryComparer.Instance));
            OrderedEntry entry = new(key.ToArray(), value.ToArray());
            if (entries.TryGetValue(entry, out var old))
                old.Value = entry.Value;
            else
                entries.Add(entry);
        }
    }

    public void Delete(string keyspace, ReadOnlyMemory<byte> key)
    {
        lock (_gate)
        {
            if (_keyspaces.TryGetValue(keyspace, out var entries))
                entries.Remove(new OrderedEntry(key, []));
        }
    }

    /// <summary>Everything, sorted, for the checkpoint; no write may run meanwhile.</summary>
    public IEnumerable<(string Keyspace, OrderedEntry Entry)> All() => _keyspaces
        .OrderBy(k => k.Key, StringComparer.Ordinal)
        .SelectMany(k => k.Value.Select(e => (k.Key, e)));
}

internal sealed class OrderedEntry(ReadOnlyMemory<byte> key, byte[] value)
{
    /// <summary>Behind every key.</summary>
    public static OrderedEntry End { get; } = new(default, []);

    public ReadOnlyMemory<byte> Key => key;

    public byte[] Value { get; set; } = value;
}

internal sealed class OrderedEntryComparer : IComparer<OrderedEntry>
{
    public static OrderedEntryComparer Instance { get; } = new();

    public int Compare(OrderedEntry? x, OrderedEntry? y)
    {
        if (ReferenceEquals(x, y))
            return 0;
        if (ReferenceEquals(x, OrderedEntry.End))
            return 1;
        return ReferenceEquals(y, OrderedEntry.End) ? -1 : x!.Key.Span.SequenceCompareTo(y!.Key.Span);
    }
}
