using System.Buffers.Binary;
using System.Formats.Tar;
using System.IO.Compression;

namespace Samtala.PluginPackages;

/// <summary>One file of a package.</summary>
/// <param name="Path">Relative, with '/'; checked.</param>
/// <param name="Length">Bytes it says it has.</param>
/// <param name="Checksum">What its bytes must sum up to; null when nothing says so.</param>
/// <param name="Open">Its content; the caller disposes it.</param>
internal sealed record PackageEntry(string Path, long Length, uint? Checksum, Func<Stream> Open);

/// <summary>The files of a folder or a .nupkg, every path checked, nothing followed, nothing opened yet.</summary>
internal sealed class PackageSource : IDisposable
{
    private const int FileTypeMask = 0xF000;
    private const int RegularFile = 0x8000;
    private const int Folder = 0x4000;
    private readonly string _path;
    private readonly PackageNames _names = new();
    private readonly List<PackageEntry> _entries = [];
    private ZipArchive? _archive;
    private long _total;

    private PackageSource(string path) => _path = path;

    public IReadOnlyList<PackageEntry> Entries => _entries;

    public static PackageSource Open(string path)
    {
        var source = new PackageSource(Path.GetFullPath(path));
        try
        {
            if (Directory.Exists(path))
                source.ReadFolder(new DirectoryInfo(source._path), "");
            else if (File.Exists(path))
                source.ReadArchive();
            else
                throw source.Refuse("does not exist on the node's machine");
            return source;
        }
        catch (Exception e)
            when (e is InvalidDataException or IOException or UnauthorizedAccessException or NotSupportedException)
        {
            source.Dispose();
            throw source.Refuse($"cannot be read: {e.Message}");
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    public void Dispose() => _archive?.Dispose();

    public PluginException Refuse(string problem) => new(
        PluginFailure.Invalid, "SAM0205", $"The package {_path} {problem}. Nothing was installed.");

    private void ReadFolder(DirectoryInfo folder, string prefix)
    {
        foreach (var item in folder.EnumerateFileSystemInfos().OrderBy(i => i.Name, StringComparer.Ordinal))
        {
            var path = prefix + item.Name;
            if (item.Attributes.HasFlag(FileAttributes.ReparsePoint) || item.LinkTarget is not null)
                throw Refuse($"has a link in it ({path}); links are not followed");
            if (item is DirectoryInfo inner)
            {
                Check(path, isFolder: true);
                ReadFolder(inner, path + "/");
                continue;
            }

            var length = ((FileInfo)item).Length;
            // A pipe, socket or device has no length: nothing without a length is ever opened.
            if (length == 0 && !IsPlainFile(item.FullName))
                throw Refuse($"has something in it that is neither file nor folder ({Shorten(path)})");
            Add(path, length, length, null, length == 0 ? () => Stream.Null : () => File.OpenRead(item.FullName));
        }
    }

    /// <summary>Whether a path is a file with content of its own. The framework tells the type of a directory entry
    /// only to those who make a tar of it, and does not open pipes for that.</summary>
    private static bool IsPlainFile(string path)
    {
        using var bytes = new MemoryStream();
        try
        {
            using (var writer = new TarWriter(bytes, TarEntryFormat.Pax, leaveOpen: true))
                writer.WriteEntry(path, "entry");
        }
        catch (IOException)
        {
            return false; // a socket, which no tar can hold
        }

        bytes.Position = 0;
        using var reader = new TarReader(bytes);
        return reader.GetNextEntry()?.EntryType is TarEntryType.RegularFile;
    }

    private void ReadArchive()
    {
        var file = new FileStream(_path, FileMode.Open, FileAccess.Read, FileShare.Read);
        try
        {
            CheckDirectory(file);
            _archive = new ZipArchive(file, ZipArchiveMode.Read);
        }
        catch
        {
            file.Dispose();
            throw;
        }

        foreach (var entry in _archive.Entries)
        {
            var type = (entry.ExternalAttributes >> 16) & FileTypeMask;
            if (type is not (0 or RegularFile or Folder))
                throw Refuse($"has something in it that is neither file nor folder ({Shorten(entry.FullName)})");
            if (entry.IsEncrypted)
                throw Refuse($"has an encrypted file in it ({Shorten(entry.FullName)})");
            if (entry.FullName.EndsWith('/') || type == Folder)
                Check(entry.FullName, isFolder: true);
            else
                Add(entry.FullName, entry.Length, entry.CompressedLength, entry.Crc32, entry.Open);
        }
    }

    /// <summary>Bounds what ZipArchive reads before it can be asked anything.</summary>
    private void CheckDirectory(FileStream file)
    {
        if (file.Length > PackageLimits.PackageSizeMax)
            throw Refuse($"is larger than {PackageLimits.PackageSizeMax / 1024 / 1024} MiB");
        var tail = new byte[Math.Min(file.Length, 22 + ushort.MaxValue)];
        file.Seek(-tail.Length, SeekOrigin.End);
        file.ReadExactly(tail);
        var end = tail.AsSpan().LastIndexOf("PK\x05\x06"u8);
        if (end < 0 || end + 22 > tail.Length)
            throw Refuse("is neither a folder nor a .nupkg (zip) file");
        var start = BinaryPrimitives.ReadUInt32LittleEndian(tail.AsSpan(end + 16));
        var directory = file.Length - tail.Length + end - start;
        if (directory is < 0 or > PackageLimits.DirectorySizeMax
            || BinaryPrimitives.ReadUInt16LittleEndian(tail.AsSpan(end + 4)) != 0)
        {
            throw Refuse("has too long a directory, lies in several parts, or is damaged");
        }

        file.Seek(0, SeekOrigin.Begin);
    }

    private void Add(string path, long length, long packed, uint? checksum, Func<Stream> open)
    {
        Check(path, isFolder: false);
        if (_entries.Count == PackageLimits.EntriesMax)
            throw Refuse($"has more than {PackageLimits.EntriesMax} files");
        if (length < 0 || packed < 0 || length > PackageLimits.ContentSizeMax - _total)
            throw Refuse($"has more than {PackageLimits.ContentSizeMax / 1024 / 1024} MiB of files");
        if (length > PackageLimits.RatioFloor && length / PackageLimits.RatioMax > packed)
            throw Refuse($"has a file that grows more than {PackageLimits.RatioMax} times when unpacked ({path})");
        _total += length;
        _entries.Add(new PackageEntry(path, length, checksum, open));
    }

    private void Check(string path, bool isFolder)
    {
        if (_names.Check(path, isFolder) is { } problem)
            throw Refuse($"{problem} ({Shorten(path)})");
    }

    private static string Shorten(string path) =>
        string.Concat(path.Take(60).Select(c => char.IsControl(c) ? '?' : c));
}
