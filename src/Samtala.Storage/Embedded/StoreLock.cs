using System.Runtime.InteropServices;
using System.Text.Json;
using Samtala.Storage.Files;

namespace Samtala.Storage.Embedded;

/// <summary>One process per folder, its data format, its witness and its clean-stop mark.</summary>
internal sealed partial class StoreLock : IDisposable
{
    public const int Format = 1;
    private const string LockName = "lock";
    private const string FormatName = "format";
    private const string WitnessName = "witness";
    private const string CleanName = "clean";
    private const int StatusSize = 256;
    private const int InodeOffset = 32;
    private const int CurrentFolder = -100;
    private const uint WantInode = 0x100;

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web);

    private readonly DiskFileSystem _files;
    private readonly FileStream _lock;

    private StoreLock(DiskFileSystem files, FileStream lockFile)
    {
        _files = files;
        _lock = lockFile;
    }

    public bool StoppedCleanly { get; private set; }

    public StoreWitness? Witness { get; private set; }

    public StoreWitness? PreviousWitness { get; private set; }

    /// <exception cref="StoreException">Somebody else has the folder, or it is of a newer program.</exception>
    public static StoreLock Acquire(string folder)
    {
        try
        {
            CreateFolder(folder);
            StoreLock result = new(new DiskFileSystem(folder), Open(folder));
            try
            {
                result.CheckFormat();
                result.Read(folder);
                return result;
            }
            catch
            {
                result.Dispose();
                throw;
            }
        }
        catch (Exception e) when (e is (IOException or UnauthorizedAccessException) and not StoreException)
        {
            throw StoreErrors.Unusable(folder, e);
        }
    }

    /// <summary>Says that nothing needs to be replayed; the next start takes the mark away.</summary>
    public void MarkClean()
    {
        try
        {
            Write(CleanName, "{}"u8);
        }
        catch (IOException)
        {
            // Then the next start believes in a crash, which costs a little time.
        }
    }

    public void Dispose() => _lock.Dispose();

    /// <summary>For the owner's eyes only.</summary>
    private static void CreateFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
            return;
        }

        // Each new folder's name is made durable in the folder above it.
        List<string> above = [];
        for (var path = Path.GetFullPath(folder); !Directory.Exists(path); path = Path.GetDirectoryName(path)!)
            above.Add(Path.GetDirectoryName(path)!);
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        foreach (var path in above)
            new DiskFileSystem(path).SyncFolder("");
    }

    private static FileStream Open(string folder)
    {
        var path = Path.Combine(folder, LockName);
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (File.Exists(path))
        {
            throw StoreErrors.InUse(folder, e);
        }
    }

    private static StoreWitness Look(string folder)
    {
        const string BootPath = "/proc/sys/kernel/random/boot_id";
        var path = Path.Combine(folder, LockName);
        var boot = File.Exists(BootPath) ? File.ReadAllText(BootPath).Trim() : "";
        return new StoreWitness(boot, InodeOf(path), File.GetCreationTimeUtc(path).Ticks);
    }

    private static ulong InodeOf(string path)
    {
        if (!OperatingSystem.IsLinux())
            return 0;
        var status = new byte[StatusSize];
        return Status(CurrentFolder, path, 0, WantInode, status) == 0 ? BitConverter.ToUInt64(status, InodeOffset) : 0;
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Status(int folder, string path, int flags, uint mask, byte[] status);

    private void CheckFormat()
    {
        if (!_files.Exists(FormatName))
        {
            if (_files.Exists(CheckpointFile.Name))
                throw StoreErrors.DamagedFormat(FormatName, "it is missing beside data");
            Write(FormatName, JsonSerializer.SerializeToUtf8Bytes(new FormatFile(Format, Format), s_json));
            return;
        }

        if (Parse<FormatFile>(FormatName) is not { Format: > 0, MinReader: > 0 } found)
        {
            throw StoreErrors.DamagedFormat(
                FormatName, $$"""it is not {"format":{{Format}},"minReader":{{Format}}}""");
        }

        if (found.MinReader > Format)
        {
            throw StoreErrors.OtherVersion(
                FormatName, $"says format {found.Format}, and this program reads up to {Format}",
                $"Install a version that reads format {found.MinReader}, or choose another folder.");
        }
    }

    private void Read(string folder)
    {
        // Without one that can be read the folder counts as another, which is the safe side.
        PreviousWitness = Parse<StoreWitness>(WitnessName) is { BootId: not null } witness ? witness : null;
        Witness = Look(folder);
        StoppedCleanly = _files.Exists(CleanName) || !_files.Exists(CheckpointFile.Name);
        Write(WitnessName, JsonSerializer.SerializeToUtf8Bytes(Witness, s_json));
        _files.Delete(CleanName);
        _files.SyncFolder("");
    }

    private T? Parse<T>(string name)
        where T : class
    {
        if (!_files.Exists(name))
            return null;
        using var file = _files.Open(name);
        var bytes = new byte[Math.Min(file.Length, 4096)];
        bytes = bytes[..file.Read(0, bytes)];
        try
        {
            return JsonSerializer.Deserialize<T>(bytes, s_json);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private void Write(string name, ReadOnlySpan<byte> bytes)
    {
        var newName = name + ".new";
        _files.Delete(newName);
        using (var file = _files.Open(newName))
        {
            file.Write(0, bytes);
            file.Sync();
        }

        _files.Replace(newName, name);
        _files.SyncFolder("");
    }

    private sealed record FormatFile(int Format, int MinReader);
}
