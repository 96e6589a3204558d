using Microsoft.Win32.SafeHandles;

namespace Samtala.Storage.Files;

/// <summary>The few file operations the store needs; tests put a failing disk in its place. Paths are
/// relative.</summary>
/// <remarks>Every member may throw <see cref="IOException"/>.</remarks>
internal interface IFileSystem
{
    /// <summary>Opens for reading and writing; creates the file if it does not exist.</summary>
    IStoreFile Open(string path);

    bool Exists(string path);

    void CreateFolder(string path);

    /// <summary>Names of the files in a folder, sorted; none if it does not exist.</summary>
    IReadOnlyList<string> List(string folder);

    /// <summary>Absent files are fine.</summary>
    void Delete(string path);

    /// <summary>Gives a file another name in one step; a file of that name disappears.</summary>
    void Replace(string from, string to);

    /// <summary>Makes created, renamed and deleted names of a folder durable.</summary>
    void SyncFolder(string path);
}

internal interface IStoreFile : IDisposable
{
    /// <summary>For those who read by handle; null when there is no file behind.</summary>
    SafeFileHandle? Handle { get; }

    long Length { get; }

    void Write(long offset, ReadOnlySpan<byte> bytes);

    /// <summary>Reads until the target is full or the file ends.</summary>
    int Read(long offset, Span<byte> target);

    void SetLength(long length);

    /// <summary>Makes the bytes written so far durable.</summary>
    void Sync();
}
