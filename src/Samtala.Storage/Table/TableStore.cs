using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using FASTER.core;
using Samtala.Storage.Files;
using Session = FASTER.core.ClientSession<
    FASTER.core.SpanByte, FASTER.core.SpanByte, FASTER.core.SpanByte, byte[]?, FASTER.core.Empty,
    Samtala.Storage.Table.TableFunctions>;

namespace Samtala.Storage.Table;

/// <summary>Exact keys on FasterKV. One thread writes at a time, any number read.</summary>
/// <remarks>Durable only by <see cref="CheckpointAsync"/>; what came after is replayed from the write-ahead log.
/// </remarks>
internal sealed class TableStore : IDisposable
{
    public const string Folder = "table";
    public const int PageSize = 64 * 1024;
    public const int SegmentSize = 16 << 20;
    /// <summary>A bucket is a cache line of seven entries. Beyond this mean the next start makes a larger index from
    /// the log; until then look-ups walk longer chains. (FASTER's GrowIndex was tried: it leaks its overflow buckets.)
    /// </summary>
    private const long EntriesPerBucketMax = 7;

    private const byte ValueVersion = 1;

    /// <summary>First byte of keys that only fill pages; no keyspace name is that long.</summary>
    private const byte FillerKey = 0xFF;

    /// <summary>Longest key here: length of the keyspace's name, the name, the key.</summary>
    private const int KeySizeMax = 1 + StoreLimits.KeyspaceNameSizeMax + StoreLimits.KeySizeMax;

    private static readonly string s_logPrefix = Path.Combine(Folder, "log");

    private readonly IFileSystem _files;
    private readonly BlockDevice _device;
    private readonly TableCheckpoints _checkpoints;
    private readonly FasterKV<SpanByte, SpanByte> _kv;
    private readonly Session _writer;
    private readonly ConcurrentBag<Session> _readers = [];
    private readonly byte[] _value = new byte[StoreLimits.ValueSizeMax + 1];
    private readonly byte[] _filler = new byte[(PageSize / 2) + 1];

    private TableStore(IFileSystem files, long indexBuckets, int memorySize)
    {
        _files = files;
        _device = new BlockDevice(files, s_logPrefix);
        _checkpoints = new TableCheckpoints(files);
        _kv = new FasterKV<SpanByte, SpanByte>(new FasterKVSettings<SpanByte, SpanByte>
        {
            IndexSize = indexBuckets * 64,
            LogDevice = _device,
            PageSize = PageSize,
            SegmentSize = SegmentSize,
            MemorySize = memorySize,
            CheckpointManager = _checkpoints,
        });
        _writer = NewSession();
    }

    /// <summary>Bytes of log on disk and in memory, dead ones included.</summary>
    public long Size => _kv.Log.TailAddress - _kv.Log.BeginAddress;

    /// <summary>What <see cref="Size"/> was after the last whole compaction.</summary>
    public long CompactedSize { get; private set; }

    public static TableStore Create(IFileSystem files, long indexBuckets, int memorySize)
    {
        foreach (var name in files.List(Folder))
            files.Delete(Path.Combine(Folder, name));
        return new TableStore(files, indexBuckets, memorySize);
    }

    /// <summary>Opens the table as it was at a checkpoint.</summary>
    /// <exception cref="StoreCorruptException">A file is not what was written.</exception>
    public static TableStore Recover(IFileSystem files, TableCheckpoint checkpoint, int memorySize)
    {
        var buckets = checkpoint.IndexBuckets;
        while (checkpoint.EntryCount > buckets * EntriesPerBucketMax)
            buckets *= 2;
        TableStore table = new(files, buckets, memorySize) { CompactedSize = checkpoint.CompactedSize };
        _ = BlockDevice.TakeReadFailure();
        try
        {
            table._device.LoadChecksums(checkpoint.LogChecksums, checkpoint.TailAddress);
            table._checkpoints.IndexMetadata = checkpoint.IndexMetadata;
            table._checkpoints.LogMetadata = checkpoint.LogMetadata;
            table._checkpoints.IndexChecksums = checkpoint.IndexChecksums;
            table._kv.Recover(buckets == checkpoint.IndexBuckets ? checkpoint.Token : default, checkpoint.Token);
            table._checkpoints.IndexChecksums = null;
            table._device.EndRecovery();
            BlockDevice.ThrowReadFailure();
            return table;
        }
        catch (Exception e)
        {
            // FASTER got zeros for what could not be read and may stumble over them: the reason is the read.
            var reason = BlockDevice.TakeReadFailure() ?? e;
            table.Dispose();
            throw reason as StoreException ?? (reason is IOException
                ? StoreErrors.Refused("to read the table", reason)
                : StoreErrors.DamagedTable(s_logPrefix, 0, reason.Message));
        }
    }

    /// <summary>The value of a key.</summary>
    /// <exception cref="StoreException">The disk refused or holds other bytes than were written.</exception>
    [SkipLocalsInit]
    public byte[]? Get(string keyspace, ReadOnlySpan<byte> key)
    {
        Span<byte> bytes = stackalloc byte[KeySizeMax];
        var whole = bytes[..WriteKey(bytes, keyspace, key)];
        if (!_readers.TryTake(out var session))
            session = NewSession();
        try
        {
            return Get(session, whole, out _);
        }
        finally
        {
            _readers.Add(session);
        }
    }

    [SkipLocalsInit]
    public unsafe void Put(string keyspace, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        Span<byte> bytes = stackalloc byte[KeySizeMax];
        var whole = bytes[..WriteKey(bytes, keyspace, key)];
        _value[0] = ValueVersion;
        value.CopyTo(_value.AsSpan(1));
        fixed (byte* keyPointer = whole)
        fixed (byte* valuePointer = _value)
            Upsert(new(whole.Length, (IntPtr)keyPointer), new(value.Length + 1, (IntPtr)valuePointer));
    }

    [SkipLocalsInit]
    public unsafe void Delete(string keyspace, ReadOnlySpan<byte> key)
    {
        Span<byte> bytes = stackalloc byte[KeySizeMax];
        var whole = bytes[..WriteKey(bytes, keyspace, key)];
        fixed (byte* keyPointer = whole)
        {
            SpanByte spanKey = new(whole.Length, (IntPtr)keyPointer);
            var status = _writer.Delete(ref spanKey);
            if (status.IsPending)
                _writer.CompletePending(wait: true);
        }
    }

    /// <summary>Makes the table as it is now durable; no write may run meanwhile.</summary>
    /// <exception cref="IOException">The disk refused; the previous checkpoint still stands.</exception>
    public async Task<TableCheckpoint> CheckpointAsync()
    {
        FillPage();
        var (success, token) = await _kv.TakeFullCheckpointAsync(CheckpointType.FoldOver);
        if (!success)
            throw new IOException("The table is busy with another checkpoint.");
        var tail = _kv.Log.TailAddress;
        _device.Sync();
        var index = _checkpoints.IndexDevice!;
        index.Sync();
        _files.SyncFolder(Folder);
        TableCheckpoint checkpoint = new()
        {
            Token = token,
            IndexMetadata = _checkpoints.IndexMetadata,
            LogMetadata = _checkpoints.LogMetadata,
            IndexBuckets = _kv.IndexSize,
            EntryCount = _kv.EntryCount,
            TailAddress = tail,
            CompactedSize = CompactedSize,
            LogChecksums = _device.CopyChecksums(_kv.Log.BeginAddress),
            IndexChecksums = index.CopyChecksums(),
        };
        index.Dispose();
        return checkpoint;
    }

    /// <summary>Writes what is in memory, so that the next checkpoint need not. Only between writes.</summary>
    /// <returns>The rest, which may run beside anything but a checkpoint.</returns>
    public Action WriteAhead()
    {
        _kv.Log.ShiftReadOnlyAddress(_kv.Log.TailAddress, wait: false);
        return _device.SyncAhead;
    }

    /// <summary>Deletes what only earlier checkpoints needed.</summary>
    public void DeleteOutdated(IFileSystem files, Guid token)
    {
        _device.DeleteBefore(_kv.Log.BeginAddress);
        var current = Path.GetFileName(TableCheckpoints.IndexPrefix(token));
        foreach (var name in files.List(Folder))
        {
            if (name.StartsWith("index-", StringComparison.Ordinal)
                && !name.StartsWith(current, StringComparison.Ordinal))
            {
                files.Delete(Path.Combine(Folder, name));
            }
        }
    }

    /// <summary>Copies what is live in the oldest part of the log to its end and drops that part.</summary>
    /// <param name="until">End of the compaction: what is younger stays. Give the tail at its beginning.</param>
    /// <param name="chunkSize">About how many bytes to look at.</param>
    /// <returns>Whether <paramref name="until"/> was reached.</returns>
    /// <exception cref="StoreException">The disk refused or holds other bytes than were written.</exception>
    public bool CompactChunk(long until, long chunkSize)
    {
        var begin = _kv.Log.BeginAddress;
        var end = Math.Min(until, (begin + chunkSize) & ~(PageSize - 1L));
        if (end <= begin)
            return true;
        List<(long Address, byte[] Key, byte[] Value)> live = [];
        using (var scan = _kv.Log.Scan(begin, end))
        {
            while (scan.GetNext(out var info))
            {
                var key = scan.GetKey().ToByteArray();
                if (!info.Tombstone && key[0] != FillerKey)
                    live.Add((scan.CurrentAddress, key, scan.GetValue().AsReadOnlySpan()[1..].ToArray()));
            }
        }

        BlockDevice.ThrowReadFailure();
        foreach (var (address, key, value) in live)
        {
            if (Get(_writer, key, out var current) is not null && current == address)
                PutWhole(key, value);
        }

        _kv.Log.ShiftBeginAddress(end);
        return end >= until;
    }

    /// <summary>One sentence for every damaged block on disk; no write may run meanwhile.</summary>
    public IReadOnlyList<string> FindDamage() => _device.FindDamage();

    /// <summary>Where a compaction that begins now must stop.</summary>
    public long CompactionEnd() => _kv.Log.TailAddress & ~(PageSize - 1L);

    public void EndCompaction() => CompactedSize = Size;

    public void Dispose()
    {
        _writer.Dispose();
        while (_readers.TryTake(out var session))
            session.Dispose();
        _kv.Dispose();
        _device.Dispose();
        _checkpoints.Dispose();
    }

    private static int WriteKey(Span<byte> target, string keyspace, ReadOnlySpan<byte> key)
    {
        target[0] = (byte)keyspace.Length;
        for (var i = 0; i < keyspace.Length; i++)
            target[1 + i] = (byte)keyspace[i];
        key.CopyTo(target[(1 + keyspace.Length)..]);
        return 1 + keyspace.Length + key.Length;
    }

    /// <param name="session">Used by this thread only.</param>
    /// <param name="key">With the keyspace before it.</param>
    /// <param name="address">Where the value's record is in the log.</param>
    private static unsafe byte[]? Get(Session session, ReadOnlySpan<byte> key, out long address)
    {
        fixed (byte* keyPointer = key)
        {
            SpanByte spanKey = new(key.Length, (IntPtr)keyPointer);
            SpanByte input = default;
            byte[]? output = null;
            ReadOptions options = default;
            var status = session.Read(ref spanKey, ref input, ref output, ref options, out var metadata);
            address = metadata.Address;
            if (!status.IsPending)
                return status.Found ? output : null;

            session.CompletePendingWithOutputs(out var outputs, wait: true);
            while (outputs.Next())
            {
                output = outputs.Current.Status.Found ? outputs.Current.Output : null;
                address = outputs.Current.RecordMetadata.Address;
            }

            outputs.Dispose();
            BlockDevice.ThrowReadFailure();
            return output;
        }
    }

    private unsafe void PutWhole(byte[] key, byte[] value)
    {
        _value[0] = ValueVersion;
        value.CopyTo(_value.AsSpan(1));
        fixed (byte* keyPointer = key)
        fixed (byte* valuePointer = _value)
            Upsert(new(key.Length, (IntPtr)keyPointer), new(value.Length + 1, (IntPtr)valuePointer));
    }

    private void Upsert(SpanByte key, SpanByte value)
    {
        var status = _writer.Upsert(ref key, ref value);
        if (status.IsPending)
            _writer.CompletePending(wait: true);
    }

    /// <summary>Moves the tail to a page that holds nothing yet but filler.</summary>
    /// <remarks>After a checkpoint FASTER writes the block of its tail again. A power cut may tear that write, so
    /// nothing of the checkpoint may share the block.</remarks>
    private unsafe void FillPage()
    {
        var page = _kv.Log.TailAddress / PageSize;
        Span<byte> key = stackalloc byte[1 + sizeof(long)];
        key[0] = FillerKey;
        while (_kv.Log.TailAddress / PageSize == page)
        {
            BitConverter.TryWriteBytes(key[1..], _kv.Log.TailAddress);
            fixed (byte* keyPointer = key)
            fixed (byte* valuePointer = _filler)
                Upsert(new(key.Length, (IntPtr)keyPointer), new(_filler.Length, (IntPtr)valuePointer));
        }
    }

    private Session NewSession() => _kv.For(new TableFunctions()).NewSession<TableFunctions>();
}
