using Samtala.Encodings;

namespace Samtala.Hypercore.Bees;

/// <summary>Reads the few forms of protobuf that a Hyperbee uses, from a stranger's bytes. Never throws.</summary>
internal ref struct ProtobufReader
{
    public const int VarintType = 0;
    public const int BytesType = 2;
    private const int Fixed64Type = 1;
    private const int Fixed32Type = 5;

    private readonly ReadOnlySpan<byte> _source;
    private int _position;

    public ProtobufReader(ReadOnlySpan<byte> source)
    {
        _source = source;
        _position = 0;
    }

    public readonly int Position => _position;

    public readonly bool IsAtEnd => _position == _source.Length;

    /// <summary>Longer forms than needed are accepted, as in the reference; more than 2^53-1 is not.</summary>
    public bool TryReadVarint(out ulong value)
    {
        value = 0;
        for (int shift = 0; shift < 63; shift += 7)
        {
            if (_position == _source.Length)
                return false;
            byte next = _source[_position++];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
                return value <= CompactLimits.UIntMax;
        }

        return false;
    }

    public bool TryReadField(out ulong tag, out int type)
    {
        bool read = TryReadVarint(out ulong prefix);
        tag = prefix >> 3;
        type = (int)(prefix & 7);
        return read;
    }

    /// <summary>Where the bytes of a field lie in the source.</summary>
    public bool TryReadBytes(out int start, out int length)
    {
        start = length = 0;
        if (!TryReadVarint(out ulong size) || size > (ulong)(_source.Length - _position))
            return false;
        start = _position;
        length = (int)size;
        _position += length;
        return true;
    }

    public bool TrySkip(int type)
    {
        switch (type)
        {
            case VarintType:
                return TryReadVarint(out _);
            case BytesType:
                return TryReadBytes(out _, out _);
            case Fixed64Type:
                return TryAdvance(sizeof(ulong));
            case Fixed32Type:
                return TryAdvance(sizeof(uint));
            default:
                return false;
        }
    }

    private bool TryAdvance(int size)
    {
        if (size > _source.Length - _position)
            return false;
        _position += size;
        return true;
    }
}
