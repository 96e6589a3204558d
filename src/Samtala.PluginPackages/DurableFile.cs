using System.Runtime.InteropServices;

namespace Samtala.PluginPackages;

/// <summary>Files and folders that are either the old or the new after a power cut.</summary>
internal static partial class DurableFile
{
    private const int OpenReadOnly = 0;

    public static void Write(string path, ReadOnlySpan<byte> bytes)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        CreateFolder(folder);
        var temporary = path + ".new";
        using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 1))
        {
            file.Write(bytes);
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
        SyncFolder(folder);
    }

    /// <summary>Creates a folder and those above it, each durably named in the one above.</summary>
    public static void CreateFolder(string path)
    {
        if (Directory.Exists(path) || Path.GetDirectoryName(path) is not { Length: > 0 } above)
            return;
        CreateFolder(above);
        Directory.CreateDirectory(path);
        SyncFolder(above);
    }

    /// <summary>Makes the names in a folder and in all below it durable; their files must be so already.</summary>
    public static void SyncTree(string folder)
    {
        foreach (var inner in Directory.EnumerateDirectories(folder, "*", SearchOption.AllDirectories))
            SyncFolder(inner);
        SyncFolder(folder);
    }

    /// <summary>Makes the names in a folder durable.</summary>
    /// <exception cref="IOException">The system refused.</exception>
    public static void SyncFolder(string folder)
    {
        // Windows has no such call; NTFS journals names.
        if (OperatingSystem.IsWindows())
            return;
        var descriptor = OpenDescriptor(folder, OpenReadOnly);
        if (descriptor < 0)
            throw new IOException($"The folder {folder} cannot be opened to make it durable.");
        var result = SyncDescriptor(descriptor);
        _ = CloseDescriptor(descriptor);
        if (result != 0)
            throw new IOException($"The folder {folder} cannot be made durable.");
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenDescriptor(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync")]
    private static partial int SyncDescriptor(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int CloseDescriptor(int descriptor);
}
