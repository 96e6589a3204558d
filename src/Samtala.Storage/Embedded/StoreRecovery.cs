using Microsoft.Extensions.Logging;
using Samtala.Storage.Extents;
using Samtala.Storage.Files;
using Samtala.Storage.Table;
using Samtala.Storage.Wal;

namespace Samtala.Storage.Embedded;

/// <summary>Opens the last checkpoint and replays the log since.</summary>
internal static partial class StoreRecovery
{
    /// <exception cref="StoreException">The folder cannot be read.</exception>
    public static async Task<(StoreContents Contents, Committer Committer)> OpenAsync(
        IFileSystem files, StoreOptions options, ILogger logger)
    {
        StoreContents? contents = null;
        try
        {
            files.CreateFolder(WriteAheadLog.Folder);
            files.CreateFolder(TableStore.Folder);
            files.CreateFolder(ExtentFile.Folder);
            var checkpoint = CheckpointFile.Read(files);
            if (checkpoint is null && HadData(files))
            {
                throw StoreErrors.DamagedCheckpoint(
                    CheckpointFile.Name, "it is missing, and the folder has had data");
            }

            contents = Load(files, checkpoint, options);
            var sequence = checkpoint?.Sequence ?? 0;
            var replayed = 0;
            if (checkpoint is not null)
            {
                sequence = WalReader.Replay(files, checkpoint.Generation, sequence, record =>
                {
                    Apply(contents, record);
                    replayed++;
                });
            }

            var committer = await BeginAsync(files, options, contents, (checkpoint, sequence), logger);
            LogOpened(logger, replayed);
            return (contents, committer);
        }
        catch (Exception e)
        {
            contents?.Dispose();
            if (e is StoreException or not (IOException or UnauthorizedAccessException))
                throw;
            throw StoreErrors.Unusable(options.Folder, e);
        }
    }

    /// <summary>Starts a new log. What was replayed goes into a checkpoint first: a log is never written to again after
    /// a restart, because nobody knows what lies behind its last whole record.</summary>
    private static async Task<Committer> BeginAsync(
        IFileSystem files, StoreOptions options, StoreContents contents,
        (StoreCheckpoint? Checkpoint, ulong Sequence) state, ILogger logger)
    {
        var generations = WalReader.ListFrom(files, 0);
        var nothingReplayed = state.Checkpoint is { } checkpoint && checkpoint.Sequence == state.Sequence
            && generations.Count == 1 && generations[0] == checkpoint.Generation;
        var generation = generations.Count == 0 ? 1 : generations[^1] + (nothingReplayed ? 0u : 1u);
        var wal = WriteAheadLog.Create(files, generation, state.Sequence, options.WalMemory);
        Committer committer = new(files, options, contents, (wal, state.Sequence), logger);
        if (nothingReplayed)
            return committer;
        committer.MarkDirty();
        await committer.TakeCheckpointAsync();
        return committer;
    }

    private static StoreContents Load(IFileSystem files, StoreCheckpoint? checkpoint, StoreOptions options)
    {
        ExtentFiles extents = new(files);
        var table = checkpoint?.Table is null
            ? TableStore.Create(files, options.TableIndexBuckets, options.TableMemory)
            : TableStore.Recover(files, checkpoint.Table, options.TableMemory);
        StoreContents contents = new(table, extents) { LastExtent = checkpoint?.LastExtent ?? 0 };

        // Files that nobody names stay without a live byte, and the next checkpoint deletes them.
        foreach (var name in files.List(ExtentFile.Folder))
        {
            if (ExtentFile.TryParse(name, out var number))
                extents.GetOrAdd(number);
        }

        foreach (var (number, live) in checkpoint?.ExtentFiles ?? [])
            extents.GetOrAdd(number).Live = live;
        foreach (var (keyspace, entry) in checkpoint?.Ordered ?? [])
            contents.Ordered.Put(keyspace, entry.Key, entry.Value);
        return contents;
    }

    private static void Apply(StoreContents contents, ReadOnlyMemory<byte> record)
    {
        var offset = BatchRecord.HeaderSize;
        while (BatchRecord.TryRead(record, ref offset, out var operation))
            contents.Apply(operation);
        if (offset != record.Length)
        {
            throw StoreErrors.OtherVersion(
                WriteAheadLog.Folder, $"has a record whose operation at byte {offset} this program does not know",
                "Install the version that wrote it.");
        }
    }

    /// <summary>A log that has no record and follows none is what a first start leaves that was cut off before its
    /// checkpoint; that start makes the log before the table's files.</summary>
    private static bool HadData(IFileSystem files)
    {
        var generations = WalReader.ListFrom(files, 0);
        return generations.Exists(generation => WalReader.FollowsOrHasRecords(files, generation))
            || (generations.Count == 0 && files.List(TableStore.Folder).Count > 0);
    }

    [LoggerMessage(10, LogLevel.Information, "The store is open; {Replayed} batches replayed from the log")]
    private static partial void LogOpened(ILogger logger, int replayed);
}
