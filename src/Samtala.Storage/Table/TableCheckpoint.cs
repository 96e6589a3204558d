using FASTER.core;
using Samtala.Storage.Files;

namespace Samtala.Storage.Table;

/// <summary>What is needed beside the log and index files to open the table again.</summary>
internal sealed record TableCheckpoint
{
    public Guid Token { get; init; }

    public byte[] IndexMetadata { get; init; } = [];

    public byte[] LogMetadata { get; init; } = [];

    public long IndexBuckets { get; init; }

    public long EntryCount { get; init; }

    public long TailAddress { get; init; }

    public long CompactedSize { get; init; }

    public IReadOnlyDictionary<int, uint[]> LogChecksums { get; init; } = new Dictionary<int, uint[]>();

    public IReadOnlyDictionary<int, uint[]> IndexChecksums { get; init; } = new Dictionary<int, uint[]>();
}

/// <summary>Keeps FASTER's checkpoint metadata in memory: it becomes part of the store's own checkpoint file.</summary>
internal sealed class TableCheckpoints(IFileSystem files) : ICheckpointManager
{
    public byte[] IndexMetadata { get; set; } = [];

    public byte[] LogMetadata { get; set; } = [];

    public BlockDevice? IndexDevice { get; private set; }

    /// <summary>Given to the next index device.</summary>
    public IReadOnlyDictionary<int, uint[]>? IndexChecksums { get; set; }

    public static string IndexPrefix(Guid token) => Path.Combine(TableStore.Folder, $"index-{token:n}");

    public void CommitIndexCheckpoint(Guid indexToken, byte[] commitMetadata) => IndexMetadata = commitMetadata;

    public void CommitLogCheckpoint(Guid logToken, byte[] commitMetadata) => LogMetadata = commitMetadata;

    public byte[] GetIndexCheckpointMetadata(Guid indexToken) => IndexMetadata;

    public byte[] GetLogCheckpointMetadata(
        Guid logToken, DeltaLog deltaLog, bool scanDelta = false, long recoverTo = -1) =>
        LogMetadata;

    public IDevice GetIndexDevice(Guid indexToken)
    {
        IndexDevice = new BlockDevice(files, IndexPrefix(indexToken));
        IndexDevice.Initialize(-1);
        if (IndexChecksums is not null)
            IndexDevice.LoadChecksums(IndexChecksums, unknown: -1);
        return new NotDisposed(IndexDevice);
    }

    public IDevice? GetDeltaLogDevice(Guid token) => null;

    public IDevice GetSnapshotLogDevice(Guid token) => throw new NotSupportedException("Only fold-over checkpoints.");

    public IDevice GetSnapshotObjectLogDevice(Guid token) => GetSnapshotLogDevice(token);

    public void CommitLogIncrementalCheckpoint(Guid logToken, long version, byte[] commitMetadata, DeltaLog deltaLog) =>
        throw new NotSupportedException("Only fold-over checkpoints.");

    public IEnumerable<Guid> GetIndexCheckpointTokens() => [];

    public IEnumerable<Guid> GetLogCheckpointTokens() => [];

    public void InitializeIndexCheckpoint(Guid indexToken)
    {
    }

    public void InitializeLogCheckpoint(Guid logToken)
    {
    }

    public void CheckpointVersionShift(long oldVersion, long newVersion)
    {
    }

    public void Purge(Guid token)
    {
    }

    public void PurgeAll()
    {
    }

    public void OnRecovery(Guid indexToken, Guid logToken)
    {
    }

    public void Dispose() => IndexDevice?.Dispose();

    /// <summary>FASTER disposes the index device when it has written it; its checksums are wanted after that.</summary>
    private sealed class NotDisposed(BlockDevice inner) : StorageDeviceBase("index", BlockDevice.BlockSize, -1)
    {
        public override void WriteAsync(
            IntPtr sourceAddress, int segmentId, ulong destinationAddress, uint numBytesToWrite,
            DeviceIOCompletionCallback callback, object context) =>
            inner.WriteAsync(sourceAddress, segmentId, destinationAddress, numBytesToWrite, callback, context);

        public override void ReadAsync(
            int segmentId, ulong sourceAddress, IntPtr destinationAddress, uint readLength,
            DeviceIOCompletionCallback callback, object context) =>
            inner.ReadAsync(segmentId, sourceAddress, destinationAddress, readLength, callback, context);

        public override void RemoveSegmentAsync(int segment, AsyncCallback callback, IAsyncResult result) =>
            inner.RemoveSegmentAsync(segment, callback, result);

        public override void Dispose()
        {
        }
    }
}
