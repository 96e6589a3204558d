using Microsoft.Win32.SafeHandles;
using Samtala.Storage.Files;

namespace Samtala.Storage.Tests.Faults;

internal enum FaultKind
{
    None,

    /// <summary>One operation fails and leaves nothing.</summary>
    InputOutputError,

    /// <summary>One write leaves its first half, then fails.</summary>
    ShortWrite,

    /// <summary>Everything that needs space fails until <see cref="FaultyDisk.Heal"/>.</summary>
    NoSpace,
}

/// <summary>A disk in memory that records what is written and synced, fails on demand, and can be cut off anywhere.
/// </summary>
internal sealed class FaultyDisk : IFileSystem
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, FaultyFile> _names = new(StringComparer.Ordinal);
    private readonly List<DiskOperation> _trace = [];
    private FaultKind _kind;
    private int _failAt;
    private int _operations;

    /// <summary>How many operations changed or synced something, or were refused.</summary>
    public int OperationCount
    {
        get
        {
            lock (_gate)
                return _operations;
        }
    }

    public bool HasFailed { get; private set; }

    public IReadOnlyList<DiskOperation> Trace => _trace;

    /// <summary>Every file by name, for those who want to damage one.</summary>
    public IEnumerable<(string Name, FaultyFile File)> Files =>
        _names.OrderBy(n => n.Key, StringComparer.Ordinal).Select(n => (n.Key, n.Value));

    /// <summary>Makes the operation with this number fail, counted from 1.</summary>
    public void FailAt(int operation, FaultKind kind) => (_failAt, _kind) = (operation, kind);

    public void Heal() => _kind = FaultKind.None;

    public IStoreFile Open(string path)
    {
        lock (_gate)
        {
            if (!_names.TryGetValue(path, out var file))
            {
                Step(needsSpace: true);
                file = new FaultyFile(this);
                _names.Add(path, file);
                _trace.Add(new DiskOperation(DiskAction.Create, file, path));
            }

            return file;
        }
    }

    public bool Exists(string path)
    {
        lock (_gate)
            return _names.ContainsKey(path);
    }

    public void CreateFolder(string path)
    {
    }

    public IReadOnlyList<string> List(string folder)
    {
        lock (_gate)
        {
            return [.. _names.Keys
                .Where(n => string.Equals(Path.GetDirectoryName(n), folder, StringComparison.Ordinal))
                .Select(n => Path.GetFileName(n))
                .Order(StringComparer.Ordinal)];
        }
    }

    public void Delete(string path)
    {
        lock (_gate)
        {
            if (!_names.ContainsKey(path))
                return;
            Step(needsSpace: false);
            _names.Remove(path);
            _trace.Add(new DiskOperation(DiskAction.Delete, null, path));
        }
    }

    public void Replace(string from, string to)
    {
        lock (_gate)
        {
            Step(needsSpace: true);
            _names[to] = _names[from];
            _names.Remove(from);
            _trace.Add(new DiskOperation(DiskAction.Rename, null, from, To: to));
        }
    }

    public void SyncFolder(string path)
    {
        lock (_gate)
        {
            Step(needsSpace: false);
            _trace.Add(new DiskOperation(DiskAction.SyncFolder, null, path));
        }
    }

    /// <summary>What a machine finds that lost its power after the first <paramref name="count"/> operations.</summary>
    /// <param name="count">Operations that happened.</param>
    /// <param name="random">Decides for each 512 bytes that were not synced whether the disk has them.</param>
    public FaultyDisk CutAfter(int count, Random random)
    {
        Dictionary<FaultyFile, PowerCutImage> images = [];
        var namesKept = NamesKept(count, random);
        Dictionary<string, FaultyFile> names = new(StringComparer.Ordinal);
        for (var i = 0; i < count; i++)
        {
            var operation = _trace[i];
            if (i < namesKept.GetValueOrDefault(FolderOf(operation.Path)))
                operation.ApplyName(names);
            if (operation.File is { } file)
            {
                if (!images.TryGetValue(file, out var image))
                    images.Add(file, image = new PowerCutImage());
                image.Add(operation);
            }
        }

        FaultyDisk disk = new();
        foreach (var (name, file) in names)
            disk._names.Add(name, new FaultyFile(disk, images[file].Build(random)));
        return disk;
    }

    /// <summary>The files as they are, as after the process alone died.</summary>
    public FaultyDisk Copy()
    {
        FaultyDisk disk = new();
        foreach (var (name, file) in _names)
            disk._names.Add(name, new FaultyFile(disk, file.Content.ToArray()));
        return disk;
    }

    private static string FolderOf(string path) => Path.GetDirectoryName(path) ?? "";

    /// <summary>For each folder, up to which operation its names survive: at least to its own last sync.</summary>
    private Dictionary<string, int> NamesKept(int count, Random random)
    {
        Dictionary<string, int> synced = new(StringComparer.Ordinal);
        for (var i = 0; i < count; i++)
        {
            if (_trace[i].Action is DiskAction.SyncFolder)
                synced[_trace[i].Path] = i + 1;
            else if (_trace[i].Action is DiskAction.Create or DiskAction.Delete or DiskAction.Rename)
                synced.TryAdd(FolderOf(_trace[i].Path), 0);
        }

        return synced.OrderBy(s => s.Key, StringComparer.Ordinal)
            .ToDictionary(s => s.Key, s => random.Next(s.Value, count + 1), StringComparer.Ordinal);
    }

    /// <summary>Counts an operation and fails it if its turn has come.</summary>
    private void Step(bool needsSpace, Action? beforeShortWriteFails = null)
    {
        _operations++;
        if (_kind == FaultKind.None || _operations < _failAt)
            return;
        if (_kind == FaultKind.NoSpace)
        {
            if (!needsSpace)
                return;
            HasFailed = true;
            throw new IOException("No space left on device");
        }

        if (_operations != _failAt)
            return;
        HasFailed = true;
        if (_kind == FaultKind.ShortWrite)
            beforeShortWriteFails?.Invoke();
        throw new IOException("Input/output error");
    }

    internal sealed class FaultyFile(FaultyDisk disk, byte[]? content = null) : IStoreFile
    {
        private byte[] _bytes = content ?? [];

        public SafeFileHandle? Handle => null;

        public long Length { get; private set; } = content?.Length ?? 0;

        public Span<byte> Content => _bytes.AsSpan(0, (int)Length);

        public void Write(long offset, ReadOnlySpan<byte> bytes)
        {
            var copy = bytes.ToArray();
            lock (disk._gate)
            {
                disk.Step(needsSpace: true, () => WriteNow(offset, copy[..(copy.Length / 2)]));
                WriteNow(offset, copy);
            }
        }

        public int Read(long offset, Span<byte> target)
        {
            lock (disk._gate)
            {
                if (offset >= Length)
                    return 0;
                var count = (int)Math.Min(target.Length, Length - offset);
                _bytes.AsSpan((int)offset, count).CopyTo(target);
                return count;
            }
        }

        public void SetLength(long length)
        {
            lock (disk._gate)
            {
                disk.Step(needsSpace: true);
                disk._trace.Add(new DiskOperation(DiskAction.SetLength, this, "", length));
                Resize(length);
            }
        }

        public void Sync()
        {
            lock (disk._gate)
            {
                disk.Step(needsSpace: false);
                disk._trace.Add(new DiskOperation(DiskAction.Sync, this, ""));
            }
        }

        public void Dispose()
        {
        }

        private void WriteNow(long offset, byte[] bytes)
        {
            disk._trace.Add(new DiskOperation(DiskAction.Write, this, "", offset, bytes));
            if (offset + bytes.Length > Length)
                Resize(offset + bytes.Length);
            bytes.CopyTo(_bytes.AsSpan((int)offset));
        }

        private void Resize(long length)
        {
            if (length > _bytes.Length)
                Array.Resize(ref _bytes, (int)Math.Max(length, _bytes.Length * 2L));
            if (length < Length)
                _bytes.AsSpan((int)length, (int)(Length - length)).Clear();
            Length = length;
        }
    }
}
