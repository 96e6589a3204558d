using Samtala.Encodings;

namespace Samtala.Protocol;

/// <summary>Lays messages into frames: alone when not corked, many in one batch when corked.</summary>
/// <remarks>Used with the lock of the output held.</remarks>
internal sealed class FrameBatch(IFrameOutput output)
{
    private Memory<byte> _room;
    private int _used;
    private ulong _channel;
    private bool _isOpen;

    internal int Corks { get; private set; }

    internal void Cork() => Corks++;

    internal void Uncork()
    {
        if (Corks == 0)
            throw new InvalidOperationException("Uncork was called more often than Cork.");
        if (--Corks == 0)
            Flush();
    }

    /// <summary>Room for one payload; the message is sent by <see cref="Complete"/>.</summary>
    internal Span<byte> Append(ulong channel, ulong type, int size)
    {
        long entry = (long)CompactSize.OfUInt(type) + size;
        long need = CompactSize.OfUInt((ulong)entry) + entry + CompactSize.OfUInt(channel) + 2;
        if (need > SecretStreamOptions.MessageSizeMax)
        {
            throw new ArgumentOutOfRangeException(
                nameof(size), size, $"A message of {size} bytes does not fit a frame.");
        }

        return Corks == 0 ? AppendAlone(channel, type, size) : AppendToBatch(channel, type, size, (int)need);
    }

    /// <summary>The payload of the last message is filled.</summary>
    internal void Complete()
    {
        if (Corks == 0)
            Flush();
    }

    private Span<byte> AppendAlone(ulong channel, ulong type, int size)
    {
        int head = CompactSize.OfUInt(channel) + CompactSize.OfUInt(type);
        _room = output.BeginFrame(head + size);
        _used = head + size;
        _isOpen = true;
        CompactWriter writer = new(_room.Span);
        writer.WriteUInt(channel);
        writer.WriteUInt(type);
        return _room.Span.Slice(head, size);
    }

    private Span<byte> AppendToBatch(ulong channel, ulong type, int size, int need)
    {
        if (_isOpen && need > _room.Length - _used)
            Flush();
        Span<byte> room;
        if (_isOpen)
        {
            room = _room.Span;
        }
        else
        {
            _room = output.BeginFrame(need);
            room = _room.Span;
            room[0] = (byte)ProtocolNumbers.ControlChannel;
            room[1] = (byte)ProtocolNumbers.ControlBatch;
            _used = 2;
            _isOpen = true;
            _channel = channel;
            _used += WriteUInt(room[_used..], channel);
        }

        if (_channel != channel)
        {
            // An empty entry says that another channel follows.
            room[_used++] = 0;
            _used += WriteUInt(room[_used..], channel);
            _channel = channel;
        }

        _used += WriteUInt(room[_used..], (ulong)(CompactSize.OfUInt(type) + size));
        _used += WriteUInt(room[_used..], type);
        Span<byte> payload = room.Slice(_used, size);
        _used += size;
        return payload;
    }

    private void Flush()
    {
        if (!_isOpen)
            return;
        _isOpen = false;
        _room = default;
        output.EndFrame(_used);
        _used = 0;
    }

    private static int WriteUInt(Span<byte> target, ulong value)
    {
        if (value <= 0xfc)
        {
            target[0] = (byte)value;
            return 1;
        }

        CompactWriter writer = new(target);
        writer.WriteUInt(value);
        return writer.Position;
    }
}
