using System.Buffers.Binary;
using System.Collections.Concurrent;
using Samtala.Storage.Extents;
using Samtala.Storage.Table;
using Samtala.Storage.Wal;

namespace Samtala.Storage.Embedded;

/// <summary>What is applied: table, ordered keyspaces, extents. The committer alone changes it; anybody
/// reads.</summary>
internal sealed class StoreContents : IDisposable
{
    /// <summary>No keyspace of a caller has an empty name.</summary>
    private const string ExtentKeyspace = "";

    private readonly ConcurrentDictionary<ulong, Payload> _payloads = [];

    public StoreContents(TableStore table, ExtentFiles extents)
    {
        Table = table;
        Extents = extents;
    }

    public TableStore Table { get; private set; }

    public OrderedKeyspaces Ordered { get; } = new();

    public ExtentFiles Extents { get; }

    public ulong LastExtent { get; set; }

    public byte[]? Get(string keyspace, bool isOrdered, ReadOnlyMemory<byte> key) =>
        isOrdered ? Ordered.Get(keyspace, key) : Table.Get(keyspace, key.Span);

    /// <summary>The bytes of an extent that is still in the log, or its place in a file.</summary>
    /// <returns>False if there is no such extent.</returns>
    public bool TryFind(ExtentId id, out Payload? payload, out ExtentPlace place)
    {
        place = default;
        return _payloads.TryGetValue(id.Value, out payload) || TryFindPlace(id, out place);
    }

    public bool TryFindPlace(ExtentId id, out ExtentPlace place)
    {
        place = default;
        return Table.Get(ExtentKeyspace, KeyOf(id)) is { } bytes && ExtentPlace.TryRead(bytes, out place);
    }

    public void Apply(in StoreOperation operation)
    {
        switch (operation.Kind)
        {
            case OperationKind.Put when operation.IsOrdered:
                Ordered.Put(operation.Keyspace, operation.Key, operation.Value);
                break;
            case OperationKind.Put:
                Table.Put(operation.Keyspace, operation.Key.Span, operation.Value.Span);
                break;
            case OperationKind.Delete when operation.IsOrdered:
                Ordered.Delete(operation.Keyspace, operation.Key);
                break;
            case OperationKind.Delete:
                Table.Delete(operation.Keyspace, operation.Key.Span);
                break;
            case OperationKind.AddPayload:
                _payloads[operation.Extent.Value] = new Payload(operation.Value.ToArray());
                LastExtent = Math.Max(LastExtent, operation.Extent.Value);
                break;
            case OperationKind.AddExtent:
                AddPlace(operation.Extent, operation.Place);
                LastExtent = Math.Max(LastExtent, operation.Extent.Value);
                break;
            case OperationKind.FreeExtent:
                Free(operation.Extent);
                break;
            case OperationKind.MoveExtent:
                Free(operation.Extent);
                AddPlace(operation.Extent, operation.Place);
                break;
        }
    }

    /// <summary>Gives the bytes that ride in the log a place in a file, so that they can be read by handle. The log
    /// keeps them too, so nothing needs to be durable here.</summary>
    /// <exception cref="IOException">The disk refused.</exception>
    public void PlacePayloads()
    {
        ExtentFile? file = null;
        try
        {
            foreach (var (id, payload) in _payloads.Where(p => p.Value.Place is null).OrderBy(p => p.Key))
            {
                var size = ExtentLayout.FootprintOf(payload.Bytes.Length);
                if (file is null || file.Length + size > ExtentFiles.FileSizeMax)
                {
                    if (file is not null)
                        Extents.Return(file);
                    file = Extents.Rent(size);
                }

                payload.Place = ExtentFiles.Append(file, new ExtentId(id), payload.Bytes);
            }
        }
        finally
        {
            if (file is not null)
                Extents.Return(file);
        }
    }

    /// <summary>Writes what the next checkpoint must have on disk. Only between groups.</summary>
    /// <returns>Makes it durable; may run beside commits, not beside a checkpoint.</returns>
    /// <exception cref="IOException">The disk refused.</exception>
    public Action WriteAhead()
    {
        PlacePayloads();
        var ends = _payloads.Values.GroupBy(p => p.Place!.Value.File)
            .Select(g => g.MaxBy(p => p.Place!.Value.End)!.Place!.Value)
            .Select(place => (File: Extents.FileOf(place), place.End)).ToList();
        var syncTable = Table.WriteAhead();
        return () =>
        {
            syncTable();
            foreach (var (file, end) in ends)
                file.Sync(end);
        };
    }

    /// <summary>Moves the bytes that ride in the log to extent files, durably.</summary>
    /// <exception cref="IOException">The disk refused; they stay in the log and in memory.</exception>
    public void MovePayloads()
    {
        foreach (var payload in _payloads.Values)
        {
            if (payload.Place is { } place && Extents.FileOf(place).HasFailed)
                payload.Place = null;
        }

        PlacePayloads();
        foreach (var payload in _payloads.Values)
        {
            var place = payload.Place!.Value;
            Extents.FileOf(place).Sync(place.End);
        }

        foreach (var (id, payload) in _payloads.OrderBy(p => p.Key))
        {
            AddPlace(new ExtentId(id), payload.Place!.Value);
            _payloads.TryRemove(id, out _);
        }
    }

    public void Dispose()
    {
        Table.Dispose();
        Extents.Dispose();
    }

    private static byte[] KeyOf(ExtentId id)
    {
        var key = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(key, id.Value);
        return key;
    }

    private void AddPlace(ExtentId id, ExtentPlace place)
    {
        Span<byte> value = stackalloc byte[ExtentPlace.EncodedSize];
        place.Write(value);
        Table.Put(ExtentKeyspace, KeyOf(id), value);
        Extents.GetOrAdd(place.File).Live += place.Footprint;
    }

    private void Free(ExtentId id)
    {
        Extents.Forget(id);
        if (_payloads.TryRemove(id.Value, out _) || !TryFindPlace(id, out var place))
            return;
        Table.Delete(ExtentKeyspace, KeyOf(id));
        Extents.GetOrAdd(place.File).Live -= place.Footprint;
    }
}

/// <summary>The bytes of a small extent whose only durable copy is in the log.</summary>
internal sealed class Payload(byte[] bytes)
{
    public byte[] Bytes => bytes;

    /// <summary>A copy in a file, not yet durable.</summary>
    public ExtentPlace? Place { get; set; }
}
