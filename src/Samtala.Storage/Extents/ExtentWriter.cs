using System.Buffers;
using System.Runtime.InteropServices;
using Samtala.Storage.Files;

namespace Samtala.Storage.Extents;

/// <summary>What a completed extent is until a batch names it: bytes for the record, or a place in a file.</summary>
/// <param name="Payload">Not null for small extents.</param>
/// <param name="Place">For others.</param>
internal sealed record StagedExtent(byte[]? Payload, ExtentPlace Place);

/// <summary>Collects up to 64 KiB in memory; what is longer goes to an extent file of its own choosing.</summary>
internal sealed class ExtentWriter : IExtentWriter
{
    private readonly ExtentFiles _files;
    private readonly Action<ExtentId, StagedExtent> _stage;
    private readonly ArrayBufferWriter<byte> _chunk = new();
    private readonly List<uint> _chunks = [];
    private ExtentFile? _file;
    private long _written;
    private bool _ended;

    public ExtentWriter(ExtentFiles files, ExtentId id, Action<ExtentId, StagedExtent> stage)
    {
        _files = files;
        Id = id;
        _stage = stage;
    }

    public ExtentId Id { get; }

    public long Length => _written + _chunk.WrittenCount;

    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_ended, this);
        cancellationToken.ThrowIfCancellationRequested();
        if (Length + bytes.Length > StoreLimits.ExtentSizeMax)
            throw new ArgumentException($"An extent has at most {StoreLimits.ExtentSizeMax} bytes.", nameof(bytes));
        try
        {
            while (!bytes.IsEmpty)
            {
                if (_chunk.WrittenCount == ExtentLayout.ChunkSize)
                    WriteChunk();

                // Whole chunks go to the file as they are, all at once; not the last, which may be all there is.
                if (_chunk.WrittenCount == 0 && bytes.Length > ExtentLayout.ChunkSize)
                {
                    var whole = (bytes.Length - 1) / ExtentLayout.ChunkSize * ExtentLayout.ChunkSize;
                    WriteChunks(bytes.Span[..whole]);
                    bytes = bytes[whole..];
                }

                var count = Math.Min(bytes.Length, ExtentLayout.ChunkSize - _chunk.WrittenCount);
                _chunk.Write(bytes.Span[..count]);
                bytes = bytes[count..];
            }
        }
        catch (IOException e) when (e is not StoreException)
        {
            throw Refused(e);
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask CompleteAsync(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_ended, this);
        if (_file is null)
        {
            _ended = true;
            _stage(Id, new StagedExtent(_chunk.WrittenSpan.ToArray(), default));
            return ValueTask.CompletedTask;
        }

        try
        {
            if (_chunk.WrittenCount > 0)
                WriteChunk();
            var place = Finish(_file);
            _file.AddStaged(place.Footprint);
            _stage(Id, new StagedExtent(null, place));
        }
        catch (IOException e) when (e is not StoreException)
        {
            throw Refused(e);
        }

        _ended = true;
        _files.Return(_file);
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        if (!_ended && _file is not null)
        {
            // The next extent overwrites what was written here.
            if (_file.Length == 0)
                _files.Abandon(_file);
            else
                _files.Return(_file);
        }

        _ended = true;
        return ValueTask.CompletedTask;
    }

    private static StoreException Refused(IOException e) =>
        StoreErrors.Refused("the bytes of an extent", e);

    private void WriteChunk()
    {
        var chunk = _chunk.WrittenSpan;
        WriteChunks(chunk);
        _chunk.ResetWrittenCount();
    }

    /// <summary>Writes whole chunks, or the last one.</summary>
    private void WriteChunks(ReadOnlySpan<byte> chunks)
    {
        var size = _written + chunks.Length;
        _file ??= _files.Rent(Math.Max(2 * ExtentLayout.ChunkSize, ExtentLayout.FootprintOf(size)));
        if (_file.Length > 0 && _file.Length + ExtentLayout.FootprintOf(size) > ExtentFiles.FileSizeMax)
            MoveToOwnFile();
        using (var use = _file.Open())
        {
            // Small enough to be still in the processor's cache when they are copied to the system's.
            for (; !chunks.IsEmpty; chunks = chunks[Math.Min(ExtentLayout.ChunkSize, chunks.Length)..])
            {
                var chunk = chunks[..Math.Min(ExtentLayout.ChunkSize, chunks.Length)];
                _chunks.Add(Checksum.Of(chunk));
                use.File.Write(_file.Length + ExtentLayout.HeaderSize + _written, chunk);
                _written += chunk.Length;
            }
        }
    }

    /// <summary>The extent turned out longer than the room left: it starts over at the head of a new file.</summary>
    private void MoveToOwnFile()
    {
        var old = _file!;
        var own = _files.Rent(ExtentFiles.FileSizeMax);
        try
        {
            using var from = old.Open();
            using var to = own.Open();
            var buffer = new byte[ExtentLayout.ChunkSize];
            for (long done = 0; done < _written;)
            {
                var count = from.File.Read(old.Length + ExtentLayout.HeaderSize + done, buffer);
                count = (int)Math.Min(count, _written - done);
                to.File.Write(ExtentLayout.HeaderSize + done, buffer.AsSpan(0, count));
                done += count;
            }
        }
        catch
        {
            _files.Abandon(own);
            throw;
        }

        _files.Return(old);
        _file = own;
    }

    private ExtentPlace Finish(ExtentFile file)
    {
        var checksum = ExtentLayout.ChecksumOf(CollectionsMarshal.AsSpan(_chunks));
        Span<byte> header = stackalloc byte[ExtentLayout.HeaderSize];
        ExtentLayout.WriteHeader(header, Id, _written, checksum);
        using var use = file.Open();
        use.File.Write(
            file.Length + ExtentLayout.HeaderSize + _written,
            MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(_chunks)));
        use.File.Write(file.Length, header);
        ExtentPlace place = new(file.Number, file.Length + ExtentLayout.HeaderSize, _written, checksum);
        file.Length += ExtentLayout.FootprintOf(_written);
        return place;
    }
}
