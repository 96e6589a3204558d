using System.Globalization;

namespace Samtala.Node.Cli;

/// <summary>Passes bytes on and, when a person watches, tells once a second how many.</summary>
internal sealed class ProgressStream : Stream
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);
    private readonly Stream _source;
    private readonly CliContext _context;
    private readonly long _started;
    private long _told;
    private long _bytes;

    public ProgressStream(Stream source, CliContext context)
    {
        _source = source;
        _context = context;
        _started = _told = TimeProvider.System.GetTimestamp();
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => _source.Length;

    public override long Position
    {
        get => _bytes;
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => Count(_source.Read(buffer, offset, count));

    public override async ValueTask<int> ReadAsync(
        Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        Count(await _source.ReadAsync(buffer, cancellationToken));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush() => _source.Flush();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _source.Dispose();
        base.Dispose(disposing);
    }

    private int Count(int read)
    {
        _bytes += read;
        if (_context.IsInteractive && TimeProvider.System.GetElapsedTime(_told) > s_interval)
        {
            _told = TimeProvider.System.GetTimestamp();
            var rate = _bytes / TimeProvider.System.GetElapsedTime(_started).TotalSeconds;
            _context.Error.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{_bytes / 1048576.0:0.0} MiB, {rate / 1048576.0:0.0} MiB/s"));
        }

        return read;
    }
}
