using System.Globalization;
using FASTER.core;
using Samtala.Storage.Files;

namespace Samtala.Storage.Wal;

/// <summary>One generation of the write-ahead log: a FasterLog in a file of its own, dropped whole at the checkpoint.
/// </summary>
/// <remarks>Never reopened for writing: after a restart its records are replayed and a new generation begins.</remarks>
internal sealed class WriteAheadLog : IDisposable
{
    public const string Folder = "wal";
    public const int PageSize = 1 << 20;

    /// <summary>FasterLog never uses the first bytes of its address space.</summary>
    public const int FirstAddress = 64;

    private const int SegmentSize = 1 << 30;

    private static readonly string s_newPath = Path.Combine(Folder, "new");

    private readonly IStoreFile _file;
    private readonly WalDevice _device;
    private readonly CommitSlots _slots;
    private readonly FasterLog _log;

    private WriteAheadLog(IStoreFile file, uint generation, ulong baseSequence, int memorySize)
    {
        _file = file;
        Generation = generation;
        _device = new WalDevice(file);
        _slots = new CommitSlots(file, generation, baseSequence) { Device = _device };
        _log = new FasterLog(new FasterLogSettings
        {
            LogDevice = _device,
            LogCommitManager = _slots,
            LogChecksum = LogChecksumType.PerEntry,
            PageSize = PageSize,
            MemorySize = memorySize,
            SegmentSize = SegmentSize,
            TryRecoverLatest = false,
        });
    }

    public uint Generation { get; }

    /// <summary>Bytes appended.</summary>
    public long Size => _log.TailAddress - FirstAddress;

    /// <summary>Why this generation can take no more; null while it can.</summary>
    public Exception? Failure => _device.Failure;

    public static string PathOf(uint generation) =>
        Path.Combine(Folder, string.Create(CultureInfo.InvariantCulture, $"{generation:x8}.wal"));

    /// <summary>Begins an empty generation; its file is durable when this returns.</summary>
    /// <param name="files">Where.</param>
    /// <param name="generation">Its records are none of an older log that had this number.</param>
    /// <param name="baseSequence">The sequence number before its first record.</param>
    /// <param name="memorySize">Bytes of buffer, at least two pages.</param>
    public static WriteAheadLog Create(IFileSystem files, uint generation, ulong baseSequence, int memorySize)
    {
        // It gets its name when it can be read: whoever finds a log without slots has found damage.
        files.Delete(s_newPath);
        using (var file = files.Open(s_newPath))
        {
            new CommitSlots(file, generation, baseSequence).Write(0, FirstAddress);
            file.Sync();
        }

        files.Replace(s_newPath, PathOf(generation));
        files.SyncFolder(Folder);
        return new WriteAheadLog(files.Open(PathOf(generation)), generation, baseSequence, memorySize);
    }

    public static bool TryParse(string name, out uint generation)
    {
        generation = 0;
        return name.Length == 12 && name.EndsWith(".wal", StringComparison.Ordinal) && uint.TryParse(
            name.AsSpan(0, 8), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out generation);
    }

    public void Append(ReadOnlySpan<byte> record) => _log.Enqueue(record);

    /// <summary>Makes everything appended durable.</summary>
    /// <exception cref="IOException">The disk refused; the generation is finished.</exception>
    public async ValueTask SyncAsync()
    {
        await _log.CommitAsync();
        if (_device.Failure is { } failure)
            throw new IOException(failure.Message, failure);
    }

    public void Dispose()
    {
        _log.Dispose();
        _slots.Dispose();
        _device.Dispose();
        _file.Dispose();
    }
}
