using System.Collections.Concurrent;
using Samtala.Storage.Extents;
using Samtala.Storage.Wal;

namespace Samtala.Storage.Embedded;

/// <summary>Extents that are complete and wait for the batch that names them, and how a batch becomes operations.
/// </summary>
internal sealed class StagedExtents
{
    /// <summary>Larger extents are written to a file at once.</summary>
    public const int PayloadSizeMax = ExtentLayout.ChunkSize;

    private readonly StoreContents _contents;
    private readonly ConcurrentDictionary<ExtentId, StagedExtent> _staged = [];
    private ulong _lastExtent;

    public StagedExtents(StoreContents contents)
    {
        _contents = contents;
        _lastExtent = contents.LastExtent;
    }

    public IExtentWriter CreateWriter() => new ExtentWriter(
        _contents.Extents, new ExtentId(Interlocked.Increment(ref _lastExtent)), (id, staged) => _staged[id] = staged);

    /// <summary>Turns a batch into what the committer takes.</summary>
    /// <exception cref="ArgumentException">The batch adds an extent that is not staged.</exception>
    /// <exception cref="StoreException">The disk refused.</exception>
    public BatchRequest Prepare(WriteBatch batch, bool isDurable)
    {
        List<WriteOperation>? expectations = null;
        List<(ExtentId Id, StagedExtent Staged)>? claimed = null;
        var operations = new StoreOperation[batch.Operations.Count];
        var count = 0;
        var size = BatchRecord.HeaderSize;

        // The bytes of small extents ride in the record while there is room.
        var room = BatchRecord.SizeMax - BatchRecord.HeaderSize - BatchSize.Of(batch);
        try
        {
            foreach (var operation in batch.Operations)
            {
                if (operation.Kind is WriteKind.Expect or WriteKind.ExpectAbsent)
                {
                    (expectations ??= []).Add(operation);
                    continue;
                }

                var next = ToOperation(batch, operation, ref claimed, ref room);
                size += BatchRecord.SizeOf(next);
                operations[count++] = next;
            }
        }
        catch
        {
            GiveBack(claimed);
            throw;
        }

        return new BatchRequest(isDurable)
        {
            Expectations = expectations is null ? [] : [.. expectations],
            Operations = count == operations.Length ? operations : operations[..count],
            Size = size,
            MakeReady = claimed is { } added && added.Exists(c => c.Staged.Payload is null) ? () => Sync(added) : null,
            Ended = claimed is null ? null : committed => End(claimed, committed),
        };
    }

    private StoreOperation ToOperation(
        WriteBatch batch, in WriteOperation operation, ref List<(ExtentId Id, StagedExtent Staged)>? claimed,
        ref int room)
    {
        switch (operation.Kind)
        {
            case WriteKind.Put or WriteKind.Delete:
                return new StoreOperation(
                    operation.Kind == WriteKind.Put ? OperationKind.Put : OperationKind.Delete,
                    operation.Keyspace!.Name, operation.Keyspace.IsOrdered, operation.Key, operation.Value,
                    default, default);
            case WriteKind.FreeExtent:
                if (_staged.TryRemove(operation.Extent, out var discarded))
                    (claimed ??= []).Add((operation.Extent, discarded));
                return Extent(OperationKind.FreeExtent, operation.Extent, default, default);
            case WriteKind.AddExtent:
                if (!_staged.TryRemove(operation.Extent, out var staged))
                {
                    throw new ArgumentException(
                        $"Extent {operation.Extent.Value} is not complete or was added before.", nameof(batch));
                }

                (claimed ??= []).Add((operation.Extent, staged));
                return Add(operation.Extent, staged, claimed, ref room);
            default:
                throw new ArgumentException($"Operation {operation.Kind} is unknown.", nameof(batch));
        }
    }

    private StoreOperation Add(
        ExtentId id, StagedExtent staged, List<(ExtentId Id, StagedExtent Staged)> claimed, ref int room)
    {
        try
        {
            if (staged.Payload is { } payload)
            {
                if (payload.Length <= room)
                {
                    room -= payload.Length;
                    return Extent(OperationKind.AddPayload, id, payload, default);
                }

                staged = Spill(id, payload);
                claimed[^1] = (id, staged);
            }

            return Extent(OperationKind.AddExtent, id, default, staged.Place);
        }
        catch (IOException e) when (e is not StoreException)
        {
            throw StoreErrors.Refused($"the bytes of extent {id.Value}", e);
        }
    }

    private StagedExtent Spill(ExtentId id, byte[] payload)
    {
        var file = _contents.Extents.Rent(ExtentLayout.FootprintOf(payload.Length));
        try
        {
            var place = ExtentFiles.Append(file, id, payload);
            file.AddStaged(place.Footprint);
            return new StagedExtent(null, place);
        }
        finally
        {
            _contents.Extents.Return(file);
        }
    }

    /// <summary>Makes extents in files durable. The committer does so, beside the one who fills the next batch.
    /// </summary>
    private void Sync(List<(ExtentId Id, StagedExtent Staged)> claimed)
    {
        foreach (var (id, staged) in claimed)
        {
            if (staged.Payload is not null)
                continue;
            try
            {
                _contents.Extents.FileOf(staged.Place).Sync(staged.Place.End);
            }
            catch (IOException e) when (e is not StoreException)
            {
                throw StoreErrors.Refused($"the bytes of extent {id.Value}", e);
            }
        }
    }

    private void End(List<(ExtentId Id, StagedExtent Staged)> claimed, bool committed)
    {
        if (!committed)
        {
            GiveBack(claimed);
            return;
        }

        foreach (var (_, staged) in claimed)
        {
            if (staged.Payload is null)
                _contents.Extents.FileOf(staged.Place).AddStaged(-staged.Place.Footprint);
        }
    }

    private void GiveBack(List<(ExtentId Id, StagedExtent Staged)>? claimed)
    {
        if (claimed is null)
            return;
        foreach (var (id, staged) in claimed)
            _staged[id] = staged;
    }

    private static StoreOperation Extent(
        OperationKind kind, ExtentId id, ReadOnlyMemory<byte> payload, ExtentPlace place) =>
        new(kind, "", false, default, payload, id, place);
}
