using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Samtala.Storage.Files;

/// <summary>The real thing below one folder.</summary>
internal sealed partial class DiskFileSystem(string root) : IFileSystem
{
    private const int OpenReadOnly = 0;

    public IStoreFile Open(string path)
    {
        try
        {
            return new DiskFile(File.OpenHandle(
                Full(path), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete));
        }
        catch (UnauthorizedAccessException e)
        {
            throw Denied(e);
        }
    }

    public bool Exists(string path) => File.Exists(Full(path));

    public void CreateFolder(string path)
    {
        try
        {
            Directory.CreateDirectory(Full(path));
        }
        catch (UnauthorizedAccessException e)
        {
            throw Denied(e);
        }
    }

    public IReadOnlyList<string> List(string folder) => Directory.Exists(Full(folder))
        ? [.. Directory.EnumerateFiles(Full(folder)).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)]
        : [];

    public void Delete(string path)
    {
        try
        {
            if (File.Exists(Full(path)))
                File.Delete(Full(path));
        }
        catch (UnauthorizedAccessException e)
        {
            throw Denied(e);
        }
    }

    public void Replace(string from, string to)
    {
        try
        {
            File.Move(Full(from), Full(to), overwrite: true);
        }
        catch (UnauthorizedAccessException e)
        {
            throw Denied(e);
        }
    }

    public void SyncFolder(string path)
    {
        // Windows has no such call; NTFS journals names.
        if (OperatingSystem.IsWindows())
            return;
        var descriptor = OpenDescriptor(Full(path), OpenReadOnly);
        if (descriptor < 0)
            throw new IOException($"Folder '{Full(path)}' cannot be opened to make it durable.");
        var result = SyncDescriptor(descriptor);
        _ = CloseDescriptor(descriptor);
        if (result != 0)
            throw new IOException($"Folder '{Full(path)}' cannot be made durable.");
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenDescriptor(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync")]
    private static partial int SyncDescriptor(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int CloseDescriptor(int descriptor);

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    private static partial int SyncData(SafeFileHandle handle);

    /// <summary>To the store a denied access is one more thing the disk refuses.</summary>
    private static IOException Denied(UnauthorizedAccessException e) => new(e.Message, e);

    private string Full(string path) => Path.Combine(root, path);

    private sealed class DiskFile(SafeFileHandle handle) : IStoreFile
    {
        public SafeFileHandle Handle => handle;

        public long Length => RandomAccess.GetLength(handle);

        public void Write(long offset, ReadOnlySpan<byte> bytes) => RandomAccess.Write(handle, bytes, offset);

        public int Read(long offset, Span<byte> target)
        {
            var total = 0;
            while (total < target.Length)
            {
                var count = RandomAccess.Read(handle, target[total..], offset + total);
                if (count == 0)
                    break;
                total += count;
            }

            return total;
        }

        public void SetLength(long length) => RandomAccess.SetLength(handle, length);

        public void Sync()
        {
            // fdatasync leaves out the file's times: half the cost of fsync on a file that does not grow.
            if (!OperatingSystem.IsLinux())
                RandomAccess.FlushToDisk(handle);
            else if (SyncData(handle) != 0)
                throw new IOException($"The disk refused to keep a file (errno {Marshal.GetLastPInvokeError()}).");
        }

        public void Dispose() => handle.Dispose();
    }
}
