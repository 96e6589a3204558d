using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Samtala.Storage.Files;

namespace Samtala.Storage.Extents;

/// <summary>All extent files: who may append where, and how bytes are read back and checked.</summary>
internal sealed class ExtentFiles : IDisposable
{
    /// <summary>A file takes no more extents beyond this; only a larger extent makes a larger file, its own.</summary>
    public const long FileSizeMax = 64 << 20;

    /// <summary>Up to here an extent is checked whole when first read, and never again until the next start.</summary>
    private const long CheckedWholeMax = 1 << 20;

    private const int VerifiedCountMax = 100_000;
    private const int OpenFilesMax = 256;

    private readonly IFileSystem _files;
    private readonly ConcurrentDictionary<uint, ExtentFile> _all = [];
    private readonly ConcurrentDictionary<ulong, ExtentPlace> _verified = [];
    private readonly List<ExtentFile> _idle = [];
    private readonly Lock _gate = new();
    private uint _lastNumber;

    public ExtentFiles(IFileSystem files)
    {
        _files = files;
        foreach (var name in files.List(ExtentFile.Folder))
        {
            if (ExtentFile.TryParse(name, out var number))
                _lastNumber = Math.Max(_lastNumber, number);
        }
    }

    public IEnumerable<ExtentFile> All => _all.Values.OrderBy(f => f.Number);

    /// <summary>Declares a file that a checkpoint or a replayed record knows.</summary>
    public ExtentFile GetOrAdd(uint number) => _all.GetOrAdd(number, n =>
    {
        lock (_gate)
            _lastNumber = Math.Max(_lastNumber, n);
        return new ExtentFile(_files, n, LengthOf(n));
    });

    /// <summary>Gives a file with room for <paramref name="size"/> bytes to one writer.</summary>
    public ExtentFile Rent(long size)
    {
        lock (_gate)
        {
            _idle.RemoveAll(f => f.HasFailed);
            var index = _idle.FindIndex(f => f.Length + size <= FileSizeMax);
            ExtentFile file;
            if (index >= 0)
            {
                file = _idle[index];
                _idle.RemoveAt(index);
            }
            else
            {
                file = new ExtentFile(_files, ++_lastNumber, 0);
                _all[file.Number] = file;
            }

            file.IsRented = true;
            return file;
        }
    }

    /// <summary>Ends a rent.</summary>
    public void Return(ExtentFile file)
    {
        lock (_gate)
        {
            file.IsRented = false;
            if (file.Length < FileSizeMax && !file.HasFailed)
                _idle.Add(file);
        }
    }

    /// <summary>Takes a file out of use for writing, so that its content can move elsewhere.</summary>
    /// <returns>False while a writer has it or extents in it wait for their batch.</returns>
    public bool TrySeal(ExtentFile file)
    {
        lock (_gate)
        {
            if (file.IsRented || file.Staged > 0)
                return false;
            _idle.Remove(file);
            return true;
        }
    }

    /// <summary>Deletes the files in which nothing is live. Only after a checkpoint: until then the log may still name
    /// what is in them.</summary>
    public void DeleteEmpty()
    {
        foreach (var file in _all.Values)
        {
            if (file.Live == 0 && TrySeal(file) && _all.TryRemove(file.Number, out _))
                file.Doom();
        }
    }

    /// <summary>Deletes a file that a writer gave up.</summary>
    public void Abandon(ExtentFile file)
    {
        _all.TryRemove(file.Number, out _);
        file.Doom();
    }

    public void Forget(ExtentId extent) => _verified.TryRemove(extent.Value, out _);

    /// <summary>Writes a whole extent and returns its place; durable after <see cref="ExtentFile.Sync"/>.</summary>
    public static ExtentPlace Append(ExtentFile file, ExtentId id, ReadOnlySpan<byte> bytes)
    {
        var chunks = new uint[ExtentLayout.ChunkCount(bytes.Length)];
        for (var i = 0; i < chunks.Length; i++)
        {
            var start = i * ExtentLayout.ChunkSize;
            chunks[i] = Checksum.Of(bytes.Slice(start, Math.Min(ExtentLayout.ChunkSize, bytes.Length - start)));
        }

        var checksum = ExtentLayout.ChecksumOf(chunks);
        var whole = new byte[ExtentLayout.FootprintOf(bytes.Length)];
        ExtentLayout.WriteHeader(whole, id, bytes.Length, checksum);
        bytes.CopyTo(whole.AsSpan(ExtentLayout.HeaderSize));
        MemoryMarshal.AsBytes(chunks).CopyTo(whole.AsSpan(ExtentLayout.HeaderSize + bytes.Length));
        using var use = file.Open();
        use.File.Write(file.Length, whole);
        ExtentPlace place = new(file.Number, file.Length + ExtentLayout.HeaderSize, bytes.Length, checksum);
        file.Length += whole.Length;
        return place;
    }

    /// <summary>Reads and checks bytes of an extent.</summary>
    /// <exception cref="StoreCorruptException">They are not what was written.</exception>
    /// <exception cref="StoreException">The disk refused.</exception>
    public int Read(ExtentId id, ExtentPlace place, long offset, Span<byte> target)
    {
        try
        {
            return ReadNow(id, place, offset, target);
        }
        catch (IOException e) when (e is not StoreException)
        {
            throw Unreadable(id, place, e);
        }
    }

    private int ReadNow(ExtentId id, ExtentPlace place, long offset, Span<byte> target)
    {
        using var use = FileOf(place).Open();
        var count = (int)Math.Min(target.Length, place.Length - offset);
        target = target[..count];
        if (count == 0)
            return 0;
        if (place.Length <= CheckedWholeMax)
            VerifyOnce(id, place, use.File);
        if (IsVerified(id, place))
        {
            if (use.File.Read(place.Offset + offset, target) != count)
                throw Damaged(id, place, "its file is too short");
            return count;
        }

        ReadChecked(id, place, use.File, offset, target);
        return count;
    }

    /// <summary>Checks the whole extent unless that was done since the start, and pins its file.</summary>
    public ExtentFile.Use OpenVerified(ExtentId id, ExtentPlace place)
    {
        ExtentFile.Use? use = null;
        try
        {
            use = FileOf(place).Open();
            VerifyOnce(id, place, use.File);
            return use;
        }
        catch (Exception e)
        {
            use?.Dispose();
            if (e is IOException and not StoreException)
                throw Unreadable(id, place, e);
            throw;
        }
    }

    /// <summary>Checks the whole extent, again if need be.</summary>
    public void Verify(ExtentId id, ExtentPlace place)
    {
        using var use = FileOf(place).Open();
        _verified.TryRemove(id.Value, out _);
        VerifyOnce(id, place, use.File);
    }

    public ExtentFile FileOf(ExtentPlace place) => _all.TryGetValue(place.File, out var file)
        ? file
        : throw new KeyNotFoundException($"Extent file {place.File:x8} is gone.");

    /// <summary>Keeps the number of open files bounded.</summary>
    public void CloseUnused()
    {
        if (_all.Count <= OpenFilesMax)
            return;
        foreach (var file in _all.Values)
            file.CloseIfUnused();
    }

    public void Dispose()
    {
        foreach (var file in _all.Values)
            file.CloseIfUnused();
    }

    private static StoreException Unreadable(ExtentId id, ExtentPlace place, Exception e) =>
        StoreErrors.Refused($"a read of extent {id.Value} in file '{ExtentFile.PathOf(place.File)}'", e);

    private static StoreCorruptException Damaged(ExtentId id, ExtentPlace place, string what) =>
        StoreErrors.DamagedExtent(id.Value, ExtentFile.PathOf(place.File), place.Offset, what);

    private long LengthOf(uint number)
    {
        if (!_files.Exists(ExtentFile.PathOf(number)))
            return 0;
        using var file = _files.Open(ExtentFile.PathOf(number));
        return file.Length;
    }

    private bool IsVerified(ExtentId id, ExtentPlace place) =>
        _verified.TryGetValue(id.Value, out var verified) && verified == place;

    private void VerifyOnce(ExtentId id, ExtentPlace place, IStoreFile file)
    {
        if (IsVerified(id, place))
            return;
        var chunks = ReadChunks(id, place, file);
        var buffer = new byte[(int)Math.Min(ExtentLayout.ChunkSize, place.Length)];
        for (var i = 0; i < chunks.Length; i++)
            ReadChunk(id, place, file, chunks, i, buffer);
        if (_verified.Count >= VerifiedCountMax)
            _verified.Clear();
        _verified[id.Value] = place;
    }

    private static void ReadChecked(ExtentId id, ExtentPlace place, IStoreFile file, long offset, Span<byte> target)
    {
        var chunks = ReadChunks(id, place, file);
        var buffer = new byte[ExtentLayout.ChunkSize];
        while (!target.IsEmpty)
        {
            var index = (int)(offset / ExtentLayout.ChunkSize);
            var chunk = ReadChunk(id, place, file, chunks, index, buffer);
            var from = (int)(offset % ExtentLayout.ChunkSize);
            var count = Math.Min(chunk.Length - from, target.Length);
            chunk.Slice(from, count).CopyTo(target);
            target = target[count..];
            offset += count;
        }
    }

    private static uint[] ReadChunks(ExtentId id, ExtentPlace place, IStoreFile file)
    {
        var length = file.Length;
        if (place.End > length)
            throw Damaged(id, place, $"it ends at {place.End} and its file at {length}");
        var chunks = new uint[ExtentLayout.ChunkCount(place.Length)];
        var bytes = MemoryMarshal.AsBytes(chunks.AsSpan());
        if (file.Read(place.Offset + place.Length, bytes) != bytes.Length
            || ExtentLayout.ChecksumOf(chunks) != place.Checksum)
        {
            throw Damaged(id, place, "its list of checksums is not what was written");
        }

        return chunks;
    }

    private static ReadOnlySpan<byte> ReadChunk(
        ExtentId id, ExtentPlace place, IStoreFile file, uint[] chunks, int index, byte[] buffer)
    {
        var start = (long)index * ExtentLayout.ChunkSize;
        var chunk = buffer.AsSpan(0, (int)Math.Min(ExtentLayout.ChunkSize, place.Length - start));
        if (file.Read(place.Offset + start, chunk) != chunk.Length || Checksum.Of(chunk) != chunks[index])
            throw Damaged(id, place, $"the 64 KiB at {start} are not what was written");
        return chunk;
    }
}
