using System.Buffers;
using Samtala.Storage;

namespace Samtala.Hypercore.Logs.Core;

/// <summary>Bytes of blocks that become one extent: in memory, readable, not yet written.</summary>
internal sealed class ExtentDraft : IDisposable
{
    /// <summary>The pages of one extent must fit a batch, or it could not be rewritten.</summary>
    private const ulong PageSpanMax = 128;

    private byte[] _buffer;

    public ExtentDraft(IExtentWriter writer, int capacity)
    {
        Writer = writer;
        _buffer = ArrayPool<byte>.Shared.Rent(capacity);
    }

    public IExtentWriter Writer { get; }

    public ulong Extent => Writer.Id.Value;

    /// <summary>Bytes taken.</summary>
    public int Size { get; private set; }

    /// <summary>Blocks taken.</summary>
    public int Count { get; private set; }

    /// <summary>The first and last level-0 page with a block in here.</summary>
    public (ulong First, ulong Last) Pages { get; private set; } = (ulong.MaxValue, 0);

    public ReadOnlyMemory<byte> Bytes => _buffer.AsMemory(0, Size);

    /// <summary>Whether a block still fits, when an extent should not be larger than <paramref name="sizeMax"/>.
    /// </summary>
    public bool HasRoom(ulong page, int size, int sizeMax) =>
        Size == 0 || (Size + size <= sizeMax && Math.Max(page, Pages.Last) - Math.Min(page, Pages.First) < PageSpanMax);

    /// <summary>Takes room for one block, to be filled by the caller.</summary>
    /// <param name="page">The level-0 page of the block.</param>
    /// <param name="size">Its bytes.</param>
    /// <param name="offset">Where it lies in the extent.</param>
    public Span<byte> Take(ulong page, int size, out uint offset)
    {
        if (Size + size > _buffer.Length)
        {
            byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(Size + size, 2 * _buffer.Length));
            Bytes.Span.CopyTo(larger);

            // Readers may hold the old array: it is left to the collector.
            _buffer = larger;
        }

        offset = (uint)Size;
        Span<byte> room = _buffer.AsSpan(Size, size);
        Size += size;
        Count++;
        Pages = (Math.Min(Pages.First, page), Math.Max(Pages.Last, page));
        return room;
    }

    /// <summary>Gives the memory back; nobody reads here any more.</summary>
    public void Dispose()
    {
        byte[] buffer = _buffer;
        _buffer = [];
        Size = 0;
        if (buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(buffer);
    }
}
