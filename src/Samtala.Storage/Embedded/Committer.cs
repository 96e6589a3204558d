using System.Buffers;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Samtala.Storage.Files;
using Samtala.Storage.Wal;

namespace Samtala.Storage.Embedded;

/// <summary>Takes all batches that wait as one group: one fdatasync for all of them, then they become
/// visible.</summary>
/// <remarks>A failed log makes the whole group fail; the store then takes a checkpoint, which starts a new log, and is
/// back in service as soon as that succeeds.</remarks>
internal sealed partial class Committer
{
    private const int RequestsWaitingMax = 4096;
    private const int GroupCountMax = 4096;
    private const long GroupSizeMax = 8 << 20;

    /// <summary>Moves of extents that surely fit one record.</summary>
    private const int OperationsPerRecordMax = 8192;

    private readonly IFileSystem _files;
    private readonly StoreOptions _options;
    private readonly StoreContents _contents;
    private readonly ILogger _log;
    private readonly Channel<CommitRequest> _queue = Channel.CreateBounded<CommitRequest>(
        new BoundedChannelOptions(RequestsWaitingMax) { SingleReader = true });

    private readonly PendingWrites _pending;
    private readonly ArrayBufferWriter<byte> _record = new(BatchRecord.SizeMax + 4096);
    private readonly List<BatchRequest> _group = [];
    private readonly List<BatchRequest> _accepted = [];
    private WriteAheadLog _wal;
    private ulong _sequence;
    private long _walSizeAtFailure = -1;
    private bool _broken;
    private bool _dirty;
    private long _writtenAheadAt;
    private Task _ahead = Task.CompletedTask;
    private Task _loop = Task.CompletedTask;

    public Committer(
        IFileSystem files, StoreOptions options, StoreContents contents, (WriteAheadLog Wal, ulong Sequence) log,
        ILogger logger)
    {
        _files = files;
        _options = options;
        _contents = contents;
        (_wal, _sequence) = log;
        _log = logger;
        _pending = new PendingWrites(contents);
    }

    /// <summary>Something changed that no record tells: the next checkpoint must be taken.</summary>
    public void MarkDirty() => _dirty = true;

    public void Start() => _loop = RunAsync();

    /// <summary>Waits for its turn and for the result.</summary>
    public async ValueTask<CommitResult> EnqueueAsync(CommitRequest request, CancellationToken cancellationToken)
    {
        try
        {
            if (!_queue.Writer.TryWrite(request))
                await _queue.Writer.WriteAsync(request, cancellationToken);
        }
        catch (ChannelClosedException e)
        {
            (request as BatchRequest)?.Ended?.Invoke(false);
            throw new ObjectDisposedException("The store is closed.", e);
        }
        catch (OperationCanceledException)
        {
            (request as BatchRequest)?.Ended?.Invoke(false);
            throw;
        }

        return await (cancellationToken.CanBeCanceled
            ? request.Done.Task.WaitAsync(cancellationToken)
            : request.Done.Task);
    }

    public ValueTask CheckpointAsync(CancellationToken cancellationToken) =>
        RunAloneAsync(TakeCheckpointAsync, cancellationToken);

    /// <summary>Runs work between two groups.</summary>
    public async ValueTask RunAloneAsync(Func<ValueTask> work, CancellationToken cancellationToken) =>
        await EnqueueAsync(new ExclusiveRequest(work), cancellationToken);

    /// <summary>Commits operations that are checked in commit order. Only inside <see cref="RunAloneAsync"/>.</summary>
    /// <exception cref="StoreException">The disk refused; nothing is visible.</exception>
    public async ValueTask CommitAloneAsync(StoreOperation[] operations)
    {
        _group.Clear();
        foreach (var part in operations.Chunk(OperationsPerRecordMax))
            _group.Add(new BatchRequest(isDurable: true) { Operations = part });
        var ends = _group.ConvertAll(r => r.Done.Task);
        await CommitGroupAsync();
        await Task.WhenAll(ends);
    }

    /// <summary>Finishes what waits, takes a last checkpoint and closes the log.</summary>
    /// <returns>Whether everything is in the checkpoint.</returns>
    public async Task<bool> StopAsync()
    {
        _queue.Writer.TryComplete();
        await _loop;
        await EndWriteAheadAsync();
        try
        {
            await TakeCheckpointAsync();
            return true;
        }
        catch (StoreException e)
        {
            LogLastCheckpointFailed(e);
            return false;
        }
        finally
        {
            _wal.Dispose();
        }
    }

    /// <summary>Makes everything applied durable without the log, and starts a new one.</summary>
    /// <exception cref="StoreException">The disk refused; the previous checkpoint and its log still hold.</exception>
    public async ValueTask TakeCheckpointAsync()
    {
        try
        {
            if (!_dirty && !_broken)
                return;

            // Stays so until the checkpoint is in place, however this ends.
            _dirty = true;

            // The new log first: until the checkpoint is in place, recovery replays the old log, then the new one.
            if (!_broken)
                await _wal.SyncAsync();
            StartNewLog();
            await EndWriteAheadAsync();
            _contents.MovePayloads();
            var table = await _contents.Table.CheckpointAsync();
            CheckpointFile.Write(_files, new StoreCheckpoint
            {
                Generation = _wal.Generation,
                Sequence = _sequence,
                LastExtent = _contents.LastExtent,
                Table = table,
                ExtentFiles = [.. _contents.Extents.All.Where(f => f.Live > 0).Select(f => (f.Number, f.Live))],
                Ordered = [.. _contents.Ordered.All()],
            });
            _broken = false;
            _dirty = false;
            _walSizeAtFailure = -1;
            DeleteOutdated(table.Token);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _walSizeAtFailure = _wal.Size;
            _broken |= _wal.Failure is not null;
            throw e as StoreException ?? Refused(e);
        }
    }

    private static StoreException Refused(Exception e) =>
        StoreErrors.Refused("to keep a batch; nothing of it is visible", e);

    private void StartNewLog()
    {
        var next = WriteAheadLog.Create(_files, _wal.Generation + 1, _sequence, _options.WalMemory);
        _wal.Dispose();
        _wal = next;
        _writtenAheadAt = 0;
    }

    /// <summary>Has the disk write beside the commits what a checkpoint would make them wait for.</summary>
    private void WriteAhead()
    {
        if (_wal.Size - _writtenAheadAt < _options.SyncAheadSize || !_ahead.IsCompleted || _broken)
            return;
        _writtenAheadAt = _wal.Size;
        try
        {
            _ahead = Task.Run(_contents.WriteAhead());
        }
        catch (IOException)
        {
            // The checkpoint tries again, and says so if it fails.
        }
    }

    private async Task EndWriteAheadAsync()
    {
        try
        {
            await _ahead;
        }
        catch (IOException)
        {
            // What is not durable is still marked so: the checkpoint tries again, and says so if it fails.
        }

        _ahead = Task.CompletedTask;
    }

    private void DeleteOutdated(Guid tableToken)
    {
        try
        {
            foreach (var name in _files.List(WriteAheadLog.Folder))
            {
                if (WriteAheadLog.TryParse(name, out var generation) && generation < _wal.Generation)
                    _files.Delete(WriteAheadLog.PathOf(generation));
            }

            _contents.Table.DeleteOutdated(_files, tableToken);
            _contents.Extents.DeleteEmpty();
            _contents.Extents.CloseUnused();
        }
        catch (IOException e)
        {
            // Only space is lost, until the next checkpoint.
            LogNotDeleted(e);
        }
    }

    private async Task RunAsync()
    {
        while (await _queue.Reader.WaitToReadAsync())
        {
            ExclusiveRequest? alone = null;
            long size = 0;
            _group.Clear();
            while (_group.Count < GroupCountMax && size < GroupSizeMax && _queue.Reader.TryRead(out var request))
            {
                alone = request as ExclusiveRequest;
                if (alone is not null)
                    break;
                var batch = (BatchRequest)request;
                _group.Add(batch);
                size += batch.Size;
            }

            if (_group.Count > 0)
                await CommitGroupAsync();
            if (alone is not null)
                await RunExclusiveAsync(alone);
            WriteAhead();
            if (_wal.Size > _options.WalSizeMax + Math.Max(0, _walSizeAtFailure))
                await TryCheckpointAsync();
        }
    }

    private static async Task RunExclusiveAsync(ExclusiveRequest request)
    {
        try
        {
            await request.Work();
            request.Done.TrySetResult(CommitResult.Ok);
        }
        catch (Exception e)
        {
            request.Done.TrySetException(e);
        }
    }

    private async Task<StoreException?> TryCheckpointAsync()
    {
        try
        {
            await TakeCheckpointAsync();
            return null;
        }
        catch (StoreException e)
        {
            LogCheckpointFailed(e);
            return e;
        }
    }

    private async Task CommitGroupAsync()
    {
        _accepted.Clear();
        if (_broken && await TryCheckpointAsync() is { } stillBroken)
        {
            foreach (var request in _group)
                request.Fail(stillBroken);
            return;
        }

        var sequenceBefore = _sequence;
        try
        {
            AppendGroup();
            if (_accepted.Exists(r => r.IsDurable))
                await _wal.SyncAsync();
            if (_wal.Failure is { } failure)
                throw new IOException(failure.Message, failure);
        }
        catch (IOException e)
        {
            // Some records of the group may be on disk: the log ends before them once the checkpoint has replaced it.
            _sequence = sequenceBefore;
            _broken = true;
            foreach (var request in _accepted)
                request.Fail(Refused(e));
            LogRefused(e);
            await TryCheckpointAsync();
            return;
        }

        foreach (var request in _accepted)
        {
            foreach (ref readonly var operation in request.Operations.AsSpan())
                _contents.Apply(operation);
            request.Finish(CommitResult.Ok);
        }
    }

    private void AppendGroup()
    {
        var hasExpectations = _group.Exists(r => r.Expectations.Length > 0);
        _pending.Clear();
        foreach (var request in _group)
        {
            if ((request.Expectations.Length > 0 && !Holds(request)) || !IsReady(request))
                continue;
            _accepted.Add(request);
            if (request.Operations.Length == 0)
                continue;
            _record.ResetWrittenCount();
            BatchRecord.Begin(_record, _wal.Generation, _sequence + 1);
            foreach (ref readonly var operation in request.Operations.AsSpan())
            {
                BatchRecord.Write(_record, operation);
                if (hasExpectations)
                    _pending.Add(operation);
            }

            BatchRecord.End(System.Runtime.InteropServices.MemoryMarshal.AsMemory(_record.WrittenMemory).Span);
            _wal.Append(_record.WrittenSpan);
            _sequence++;
            _dirty = true;
        }
    }

    private static bool IsReady(BatchRequest request)
    {
        try
        {
            request.MakeReady?.Invoke();
            return true;
        }
        catch (StoreException e)
        {
            request.Fail(e);
            return false;
        }
    }

    private bool Holds(BatchRequest request)
    {
        try
        {
            var conflict = _pending.FindConflict(request.Expectations);
            if (conflict < 0)
                return true;
            request.Finish(new CommitResult(false, conflict));
        }
        catch (StoreException e)
        {
            request.Fail(e);
        }

        return false;
    }

    [LoggerMessage(1, LogLevel.Error, "The disk refused the write-ahead log")]
    private partial void LogRefused(Exception error);

    [LoggerMessage(2, LogLevel.Error, "No checkpoint could be taken; it is tried again")]
    private partial void LogCheckpointFailed(Exception error);

    [LoggerMessage(3, LogLevel.Error, "The last checkpoint failed; the next start replays the log")]
    private partial void LogLastCheckpointFailed(Exception error);

    [LoggerMessage(4, LogLevel.Warning, "Outdated files could not be deleted")]
    private partial void LogNotDeleted(Exception error);
}
