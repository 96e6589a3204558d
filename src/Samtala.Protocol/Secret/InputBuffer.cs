using System.Buffers;

namespace Samtala.Protocol;

/// <summary>Where a stream is read into, and where whole frames are found. It grows with what came, never with what a
/// length announces.</summary>
internal sealed class InputBuffer(int sizeMax) : IDisposable
{
    private const int SizeMin = 4_096;
    private const int QuietReads = 16;

    private byte[]? _buffer;
    private int _start;
    private int _end;
    private int _size = SizeMin;
    private int _quiet;

    /// <summary>Where the next bytes go; at least one.</summary>
    internal Memory<byte> GetRoom()
    {
        if (_start == _end)
        {
            _start = _end = 0;
            if (_buffer is not null && _buffer.Length != RentedSize(_size))
                Dispose();
            _buffer ??= ArrayPool<byte>.Shared.Rent(_size);
        }
        else if (_buffer!.Length - _end < _buffer.Length / 4)
        {
            MakeRoom();
        }

        return _buffer.AsMemory(_end);
    }

    /// <summary>Bytes were put into the room.</summary>
    internal void Add(int count)
    {
        if (_buffer is null || (uint)count > (uint)(_buffer.Length - _end))
            throw new ArgumentOutOfRangeException(nameof(count), count, "More came than there was room.");
        int room = _buffer.Length - _end;
        _end += count;
        if (count == room)
        {
            _size = Math.Min(_size * 4, Math.Max(SizeMin, sizeMax));
            _quiet = 0;
        }
        else if (_size > SizeMin && count < _size / 8 && ++_quiet >= QuietReads)
        {
            _size = Math.Max(SizeMin, _size / 4);
            _quiet = 0;
        }
        else if (count >= _size / 8)
        {
            _quiet = 0;
        }
    }

    /// <summary>Takes the next whole frame.</summary>
    /// <param name="bodySizeMax">Longest acceptable body.</param>
    /// <param name="body">The body in place, to be decrypted there.</param>
    /// <returns>Whether there is one, there is none yet, or it would be too long.</returns>
    internal FrameResult TryTake(int bodySizeMax, out Memory<byte> body)
    {
        body = default;
        int available = _end - _start;
        if (available < ProtocolNumbers.LengthSize)
            return FrameResult.Incomplete;
        byte[] buffer = _buffer!;
        int size = buffer[_start] | (buffer[_start + 1] << 8) | (buffer[_start + 2] << 16);
        if (size > bodySizeMax)
            return FrameResult.TooLong;
        if (available - ProtocolNumbers.LengthSize < size)
            return FrameResult.Incomplete;
        body = buffer.AsMemory(_start + ProtocolNumbers.LengthSize, size);
        _start += ProtocolNumbers.LengthSize + size;
        return FrameResult.Frame;
    }

    public void Dispose()
    {
        if (_buffer is not null)
            ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = null;
        _start = _end = 0;
    }

    private static int RentedSize(int size) => (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)size);

    private void MakeRoom()
    {
        byte[] before = _buffer!;
        int count = _end - _start;
        if (_start > 0 && count <= before.Length / 2)
        {
            before.AsSpan(_start, count).CopyTo(before);
        }
        else if (before.Length - _end > 0)
        {
            // More than half is one unfinished frame: read on to the end before growing.
            return;
        }
        else if (_start > 0)
        {
            // Once for a frame of this size: it begins at the start from now on.
            before.AsSpan(_start, count).CopyTo(before);
        }
        else
        {
            _buffer = ArrayPool<byte>.Shared.Rent(before.Length * 2);
            before.AsSpan(_start, count).CopyTo(_buffer);
            ArrayPool<byte>.Shared.Return(before);
        }

        _start = 0;
        _end = count;
    }
}

/// <summary>What was found where a frame may be.</summary>
internal enum FrameResult
{
    /// <summary>A whole frame.</summary>
    Frame,

    /// <summary>More bytes are needed.</summary>
    Incomplete,

    /// <summary>It announces more than is acceptable.</summary>
    TooLong,
}
