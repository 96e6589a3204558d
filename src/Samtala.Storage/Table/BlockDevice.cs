using System.Globalization;
using FASTER.core;
using Samtala.Storage.Files;

namespace Samtala.Storage.Table;

/// <summary>FasterKV's device: files of a few MiB, with a checksum for every 4 KiB block that is checked at every read.
/// </summary>
/// <remarks>A write that fails is kept in memory and tried again at the next <see cref="Sync"/>, so FASTER never sees
/// an error; nothing is acknowledged from here. A flush that fails is not tried again: the system may have dropped the
/// bytes and say yes the second time. The log then keeps everything until the next start, which replays it.
/// Reads fail on the calling thread: ask <see cref="TakeReadFailure"/>.
/// FASTER drops segments some time after a checkpoint, on another thread; what no checkpoint needs is deleted by
/// <see cref="DeleteBefore"/> instead.
/// </remarks>
internal sealed class BlockDevice : StorageDeviceBase
{
    public const int BlockSize = 4096;
    private const int CopySize = 64 * 1024;

    [ThreadStatic]
    private static Exception? s_readFailure;

    private readonly IFileSystem _files;
    private readonly string _prefix;
    private readonly Lock _gate = new();
    private readonly Dictionary<int, Segment> _segments = [];
    private readonly SortedDictionary<(int Segment, long Offset), byte[]> _retained = [];
    private readonly byte[] _copy = new byte[CopySize];
    private long _recoveringUntil = long.MaxValue;
    private volatile bool _flushFailed;

    public BlockDevice(IFileSystem files, string prefix)
        : base(prefix, BlockSize, -1)
    {
        _files = files;
        _prefix = prefix;
    }

    /// <summary>What went wrong with reads on this thread since the last call.</summary>
    public static Exception? TakeReadFailure()
    {
        var failure = s_readFailure;
        s_readFailure = null;
        return failure;
    }

    /// <summary>As <see cref="TakeReadFailure"/>, thrown.</summary>
    /// <exception cref="StoreException">The disk refused or holds other bytes than were written.</exception>
    public static void ThrowReadFailure()
    {
        if (TakeReadFailure() is { } failure)
            throw failure as StoreException ?? StoreErrors.Refused("a read of the table", failure);
    }

    public static string PathOf(string prefix, int segment) =>
        string.Create(CultureInfo.InvariantCulture, $"{prefix}.{segment:d6}");

    public override unsafe void WriteAsync(
        IntPtr sourceAddress, int segmentId, ulong destinationAddress, uint numBytesToWrite,
        DeviceIOCompletionCallback callback, object context)
    {
        lock (_gate)
        {
            var segment = SegmentOf(segmentId);
            for (long done = 0; done < numBytesToWrite; done += CopySize)
            {
                // FASTER changes latches and appends while it flushes: what is checksummed must be what is written.
                var piece = _copy.AsSpan(0, (int)Math.Min(CopySize, numBytesToWrite - done));
                new ReadOnlySpan<byte>((byte*)sourceAddress + done, piece.Length).CopyTo(piece);
                Write(segment, segmentId, (long)destinationAddress + done, piece);
            }
        }

        callback(0, numBytesToWrite, context);
    }

    public override unsafe void ReadAsync(
        int segmentId, ulong sourceAddress, IntPtr destinationAddress, uint readLength,
        DeviceIOCompletionCallback callback, object context)
    {
        // In pieces, as the length may be that of an index of many gigabytes.
        for (long done = 0; done < readLength; done += 1 << 30)
        {
            Span<byte> target = new((byte*)destinationAddress + done, (int)Math.Min(1 << 30, readLength - done));
            target.Clear();
            try
            {
                Read(segmentId, (long)sourceAddress + done, target);
                HideTail((segmentId * segmentSize) + (long)sourceAddress + done, target);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                target.Clear();
                s_readFailure = e;
            }
        }

        callback(0, readLength, context);
    }

    public override void RemoveSegmentAsync(int segment, AsyncCallback callback, IAsyncResult result) =>
        callback(result);

    /// <summary>Makes everything written durable.</summary>
    /// <exception cref="IOException">The disk refused a write: try again later. Or it refused a flush, now or before:
    /// only the next start mends that.</exception>
    public void Sync()
    {
        lock (_gate)
        {
            foreach (var ((segmentId, offset), bytes) in _retained.ToArray())
            {
                SegmentOf(segmentId).Open(_files).Write(offset, bytes);
                _retained.Remove((segmentId, offset));
            }

            foreach (var segment in _segments.Values.Where(s => s.IsDirty))
            {
                Flush(segment.Open(_files));
                segment.IsDirty = false;
            }
        }
    }

    /// <summary>Makes what is written by now durable beside reads and writes, so that <see cref="Sync"/> has less to
    /// do. Must have ended before <see cref="Sync"/> or <see cref="DeleteBefore"/>.</summary>
    /// <exception cref="IOException">The disk refused; so will <see cref="Sync"/>.</exception>
    public void SyncAhead()
    {
        List<(Segment Segment, IStoreFile File)> dirty = [];
        lock (_gate)
        {
            foreach (var segment in _segments.Values.Where(s => s.IsDirty))
            {
                dirty.Add((segment, segment.Open(_files)));
                segment.IsDirty = false;
            }
        }

        try
        {
            foreach (var (_, file) in dirty)
                Flush(file);
        }
        catch (IOException)
        {
            lock (_gate)
                dirty.ForEach(d => d.Segment.IsDirty = true);
            throw;
        }
    }

    private void Flush(IStoreFile file)
    {
        if (_flushFailed)
            throw new IOException("An earlier flush of the table failed. Check the disk and start the node again.");
        try
        {
            file.Sync();
        }
        catch (IOException)
        {
            _flushFailed = true;
            throw;
        }
    }

    /// <summary>Deletes the segments before an address; call once a checkpoint that begins there is durable. Nobody
    /// reads them by then: a checkpoint waits for every read that began before it.</summary>
    public void DeleteBefore(long address)
    {
        var folder = Path.GetDirectoryName(_prefix)!;
        lock (_gate)
        {
            foreach (var name in _files.List(folder))
            {
                var path = Path.Combine(folder, name);
                if (!path.StartsWith(_prefix + ".", StringComparison.Ordinal)
                    || !int.TryParse(
                        path.AsSpan(_prefix.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                    || id >= address / segmentSize)
                {
                    continue;
                }

                if (_segments.Remove(id, out var segment))
                    segment.Dispose();
                _files.Delete(path);
            }
        }
    }

    /// <summary>The checksums of the segments from an address on, to be kept with the checkpoint.</summary>
    public Dictionary<int, uint[]> CopyChecksums(long begin = 0)
    {
        lock (_gate)
        {
            return _segments.Where(s => s.Key >= begin / Math.Max(1, segmentSize))
                .ToDictionary(s => s.Key, s => s.Value.Checksums.AsSpan(0, s.Value.BlockCount).ToArray());
        }
    }

    /// <summary>Takes over checksums from a checkpoint.</summary>
    /// <param name="checksums">From <see cref="CopyChecksums"/>.</param>
    /// <param name="unknown">The tail: what lies behind it, and its block, may have changed since; -1 if none.</param>
    public void LoadChecksums(IReadOnlyDictionary<int, uint[]> checksums, long unknown)
    {
        lock (_gate)
        {
            foreach (var (id, blocks) in checksums)
                _segments[id] = new Segment(PathOf(_prefix, id), blocks);
            if (unknown < 0)
                return;
            _recoveringUntil = unknown;
            var last = SegmentOf((int)(unknown / segmentSize));
            last.Forget((int)(unknown % segmentSize / BlockSize));
        }
    }

    /// <summary>Reads every block that has a checksum.</summary>
    public IReadOnlyList<string> FindDamage()
    {
        List<string> damaged = [];
        var block = new byte[BlockSize];
        lock (_gate)
        {
            foreach (var (id, segment) in _segments)
            {
                for (var i = 0; i < segment.BlockCount; i++)
                {
                    if (segment.Checksums[i] == 0 || _retained.Count > 0)
                        continue;
                    _ = segment.Open(_files).Read((long)i * BlockSize, block);
                    if (!segment.Matches(i, block))
                        damaged.Add($"Table file '{segment.Path}' is damaged in the block at {(long)i * BlockSize}.");
                }
            }
        }

        return damaged;
    }

    /// <summary>From now on everything that is read was written since.</summary>
    public void EndRecovery() => _recoveringUntil = long.MaxValue;

    public override void Dispose()
    {
        lock (_gate)
        {
            foreach (var segment in _segments.Values)
                segment.Dispose();
            _segments.Clear();
        }
    }

    private void Write(Segment segment, int segmentId, long offset, ReadOnlySpan<byte> piece)
    {
        segment.Remember((int)(offset / BlockSize), piece);
        segment.IsDirty = true;
        try
        {
            segment.Open(_files).Write(offset, piece);
            for (var at = 0; at < piece.Length && _retained.Count > 0; at += BlockSize)
                _retained.Remove((segmentId, offset + at));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Block by block, so that a later write of other extent replaces exactly what it covers.
            for (var at = 0; at < piece.Length; at += BlockSize)
                _retained[(segmentId, offset + at)] = piece.Slice(at, Math.Min(BlockSize, piece.Length - at)).ToArray();
        }
    }

    private void Read(int segmentId, long offset, Span<byte> target)
    {
        Segment segment;
        IStoreFile file;
        lock (_gate)
        {
            segment = SegmentOf(segmentId);
            file = segment.Open(_files);
            if (_retained.Count > 0)
            {
                ReadRetained(file, segmentId, offset, target);
                return;
            }
        }

        _ = file.Read(offset, target);
        for (var done = 0; done < target.Length; done += BlockSize)
        {
            var block = target.Slice(done, Math.Min(BlockSize, target.Length - done));
            if (block.Length == BlockSize && !segment.Matches((int)((offset + done) / BlockSize), block))
            {
                throw StoreErrors.DamagedTable(segment.Path, offset + done, "its checksum is another");
            }
        }
    }

    /// <summary>While the disk refuses writes, the newest bytes are in memory.</summary>
    private void ReadRetained(IStoreFile file, int segmentId, long offset, Span<byte> target)
    {
        _ = file.Read(offset, target);
        foreach (var ((id, start), bytes) in _retained)
        {
            if (id != segmentId || start >= offset + target.Length || start + bytes.Length <= offset)
                continue;
            var from = Math.Max(start, offset);
            var count = (int)(Math.Min(start + bytes.Length, offset + target.Length) - from);
            bytes.AsSpan((int)(from - start), count).CopyTo(target[(int)(from - offset)..]);
        }
    }

    /// <summary>What lies behind the checkpoint's tail may be torn, and FASTER's recovery walks the whole page and
    /// trusts the lengths it finds there: it gets zeros.</summary>
    private void HideTail(long address, Span<byte> target)
    {
        var visible = _recoveringUntil - address;
        if (visible < target.Length)
            target[(int)Math.Max(0, visible)..].Clear();
    }

    private Segment SegmentOf(int id)
    {
        if (!_segments.TryGetValue(id, out var segment))
            _segments.Add(id, segment = new Segment(PathOf(_prefix, id), []));
        return segment;
    }

    private sealed class Segment(string path, uint[] checksums) : IDisposable
    {
        private IStoreFile? _file;

        public string Path => path;

        public bool IsDirty { get; set; }

        public uint[] Checksums { get; private set; } = checksums;

        public int BlockCount { get; private set; } = checksums.Length;

        public IStoreFile Open(IFileSystem files) => _file ??= files.Open(path);

        public void Remember(int block, ReadOnlySpan<byte> bytes)
        {
            var count = (bytes.Length + BlockSize - 1) / BlockSize;
            if (Checksums.Length < block + count)
            {
                var grown = Checksums;
                Array.Resize(ref grown, Math.Max(block + count, grown.Length * 2));
                Checksums = grown;
            }

            BlockCount = Math.Max(BlockCount, block + count);
            for (var i = 0; i < count; i++)
            {
                var length = Math.Min(BlockSize, bytes.Length - (i * BlockSize));
                Checksums[block + i] = Of(bytes.Slice(i * BlockSize, length));
            }
        }

        public void Forget(int block)
        {
            if (block < BlockCount)
                Checksums[block] = 0;
        }

        public bool Matches(int block, ReadOnlySpan<byte> bytes)
        {
            var all = Checksums;
            return block >= all.Length || all[block] == 0 || all[block] == Of(bytes);
        }

        public void Dispose() => _file?.Dispose();

        // Zero means that nothing is known about the block.
        private static uint Of(ReadOnlySpan<byte> block) => Math.Max(1, Checksum.Of(block));
    }
}
