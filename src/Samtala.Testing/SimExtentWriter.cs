using System.Buffers;
using Samtala.Storage;

namespace Samtala.Testing;

internal sealed class SimExtentWriter(SimStore store, ExtentId id) : IExtentWriter
{
    private readonly ArrayBufferWriter<byte> _bytes = new();
    private bool _ended;

    public ExtentId Id => id;

    public long Length => _bytes.WrittenCount;

    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_ended, this);
        _bytes.Write(bytes.Span);
        return ValueTask.CompletedTask;
    }

    public ValueTask CompleteAsync(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_ended, this);
        _ended = true;
        store.Stage(id, _bytes.WrittenSpan.ToArray());
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        _ended = true;
        return ValueTask.CompletedTask;
    }
}
