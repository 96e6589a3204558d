namespace Samtala.Hypercore.Hyperblobs;

/// <summary>The blocks of a blob as a stream that reads forward.</summary>
internal sealed class HyperblobStream(IAsyncEnumerable<ReadOnlyMemory<byte>> blocks) : Stream
{
    private readonly CancellationTokenSource _closing = new();
    private IAsyncEnumerator<ReadOnlyMemory<byte>>? _blocks;
    private ReadOnlyMemory<byte> _rest;
    private bool _isDisposed;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException("The stream reads forward only.");

    public override long Position
    {
        get => throw new NotSupportedException("The stream reads forward only.");
        set => throw new NotSupportedException("The stream reads forward only.");
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _blocks ??= blocks.GetAsyncEnumerator(_closing.Token);
        if (buffer.IsEmpty)
            return 0;
        using (cancellationToken.UnsafeRegister(static s => ((CancellationTokenSource)s!).Cancel(), _closing))
        {
            while (_rest.IsEmpty)
            {
                if (!await _blocks.MoveNextAsync().ConfigureAwait(false))
                    return 0;
                _rest = _blocks.Current;
            }
        }

        int count = Math.Min(buffer.Length, _rest.Length);
        _rest[..count].CopyTo(buffer);
        _rest = _rest[count..];
        return count;
    }

    public override Task<int> ReadAsync(
        byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) =>
        throw new NotSupportedException("Blocks may come from peers: read with ReadAsync.");

    public override void Flush() => throw new NotSupportedException("The stream reads only.");

    public override long Seek(long offset, SeekOrigin origin) =>
        throw new NotSupportedException("The stream reads forward only.");

    public override void SetLength(long value) => throw new NotSupportedException("The stream reads only.");

    public override void Write(byte[] buffer, int offset, int count) =>
        throw new NotSupportedException("The stream reads only.");

    public override async ValueTask DisposeAsync()
    {
        if (_blocks is not null)
            await _blocks.DisposeAsync().ConfigureAwait(false);
        _blocks = null;
        await base.DisposeAsync().ConfigureAwait(false);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_isDisposed)
        {
            _isDisposed = true;
            _closing.Cancel();
            _closing.Dispose();
        }

        base.Dispose(disposing);
    }
}
