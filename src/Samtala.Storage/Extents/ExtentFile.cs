using System.Globalization;
using Samtala.Storage.Files;

namespace Samtala.Storage.Extents;

/// <summary>One file of extents, appended to by one writer at a time, then never changed.</summary>
internal sealed class ExtentFile(IFileSystem files, uint number, long length)
{
    public const string Folder = "extents";

    private readonly Lock _gate = new();
    private IStoreFile? _file;
    private int _users;
    private bool _doomed;
    private bool _gone;
    private bool _nameIsDurable = length > 0;
    private long _syncedLength = length;
    private long _staged;
    private volatile bool _failed;

    public uint Number => number;

    /// <summary>Where the next extent goes; changed only by the one who rented the file.</summary>
    public long Length { get; set; } = length;

    /// <summary>Bytes of live extents with their headers and checksums; changed only by the committer.</summary>
    public long Live { get; set; }

    /// <summary>Bytes of extents that are complete and not yet named by a batch.</summary>
    public long Staged => Interlocked.Read(ref _staged);

    public bool IsRented { get; set; }

    /// <summary>Whether a flush failed: then nobody knows what the disk has, and nothing more may rely on it.</summary>
    public bool HasFailed => _failed;

    public string Path => PathOf(number);

    public static string PathOf(uint number) =>
        System.IO.Path.Combine(Folder, string.Create(CultureInfo.InvariantCulture, $"{number:x8}.ext"));

    public static bool TryParse(string name, out uint number)
    {
        number = 0;
        return name.Length == 12 && name.EndsWith(".ext", StringComparison.Ordinal)
            && uint.TryParse(
                name.AsSpan(0, 8), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number);
    }

    /// <summary>Opens the file and keeps it open until the use is disposed.</summary>
    /// <exception cref="KeyNotFoundException">The file was deleted.</exception>
    public Use Open()
    {
        lock (_gate)
        {
            if (_gone)
                throw new KeyNotFoundException($"Extent file '{Path}' is gone.");
            _file ??= files.Open(Path);
            _users++;
            return new Use(this, _file);
        }
    }

    public void AddStaged(long bytes) => Interlocked.Add(ref _staged, bytes);

    /// <summary>Makes bytes up to <paramref name="end"/> durable; no work if they are.</summary>
    public void Sync(long end)
    {
        lock (_gate)
        {
            if (_syncedLength >= end && _nameIsDurable)
                return;
            if (_failed)
                throw new IOException($"An earlier flush of '{Path}' failed.");
        }

        using var use = Open();
        var seen = Length;
        try
        {
            use.File.Sync();
            if (!_nameIsDurable)
                files.SyncFolder(Folder);
        }
        catch (IOException)
        {
            _failed = true;
            throw;
        }

        lock (_gate)
        {
            _nameIsDurable = true;
            _syncedLength = Math.Max(_syncedLength, Math.Max(seen, end));
        }
    }

    /// <summary>Deletes the file as soon as nobody uses it.</summary>
    public void Doom()
    {
        lock (_gate)
        {
            _doomed = true;
            DeleteIfUnused();
        }
    }

    /// <summary>Closes the file unless somebody uses it.</summary>
    public void CloseIfUnused()
    {
        lock (_gate)
        {
            if (_users > 0)
                return;
            _file?.Dispose();
            _file = null;
        }
    }

    private void Release()
    {
        lock (_gate)
        {
            _users--;
            DeleteIfUnused();
        }
    }

    private void DeleteIfUnused()
    {
        if (!_doomed || _users > 0 || _gone)
            return;
        _gone = true;
        _file?.Dispose();
        _file = null;
        try
        {
            files.Delete(Path);
        }
        catch (IOException)
        {
            // Deleted at the next start: no live extent points here.
        }
    }

    /// <summary>An open file, pinned.</summary>
    internal sealed class Use(ExtentFile owner, IStoreFile file) : IDisposable
    {
        private ExtentFile? _owner = owner;

        public IStoreFile File => file;

        public void Dispose() => Interlocked.Exchange(ref _owner, null)?.Release();
    }
}
