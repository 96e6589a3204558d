namespace Samtala.Gateway.Answers;

/// <summary>A range of a blob as a stream that reads forward; owns the blob.</summary>
internal sealed class BlobStream : Stream
{
    private readonly OpenBlob _blob;
    private readonly long _end;
    private long _position;

    public BlobStream(OpenBlob blob, long offset, long length)
    {
        _blob = blob;
        _position = offset;
        _end = offset + length;
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = (int)Math.Min(buffer.Length, _end - _position);
        if (count <= 0)
            return 0;
        var file = _blob.FileAt(_position);
        var read = file.File is { } handle
            ? RandomAccess.Read(handle, buffer.Span[..(int)Math.Min(count, file.Length)], file.Offset)
            : await _blob.ReadAsync(_position, buffer[..count], cancellationToken);
        if (read <= 0)
            throw new EndOfStreamException($"The blob ends at byte {_position}, before its length {_blob.Length}.");
        _position += read;
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _blob.Dispose();
        base.Dispose(disposing);
    }
}
