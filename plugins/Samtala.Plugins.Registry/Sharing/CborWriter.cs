using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Samtala.Plugins.Registry.Sharing;

/// <summary>Writes the deterministic CBOR of RFC 8949 section 4.2 that entries of a mirror are made of: maps with texts
/// as keys, unsigned numbers, bytes, texts.</summary>
/// <remarks>Keys of a map must be written in the order of their encodings: shorter ones first, then by their
/// bytes.</remarks>
internal sealed class CborWriter
{
    private readonly ArrayBufferWriter<byte> _output = new(512);

    /// <summary>Begins a map.</summary>
    /// <param name="count">How many pairs follow.</param>
    public CborWriter Map(int count) => Head(CborKind.Map, (ulong)count);

    public CborWriter Number(string key, long value) => Text(key).Head(CborKind.Number, checked((ulong)value));

    public CborWriter Bytes(string key, ReadOnlySpan<byte> value)
    {
        Text(key).Head(CborKind.Bytes, (ulong)value.Length)._output.Write(value);
        return this;
    }

    public CborWriter Text(string key, string value) => Text(key).Text(value);

    /// <summary>What was written.</summary>
    public byte[] ToArray() => _output.WrittenSpan.ToArray();

    private CborWriter Text(string value)
    {
        Head(CborKind.Text, (ulong)Encoding.UTF8.GetByteCount(value));
        Encoding.UTF8.GetBytes(value, _output);
        return this;
    }

    private CborWriter Head(CborKind kind, ulong value)
    {
        var target = _output.GetSpan(9);
        var major = (byte)((int)kind << 5);
        var size = value switch
        {
            < 24 => 0,
            <= byte.MaxValue => 1,
            <= ushort.MaxValue => 2,
            <= uint.MaxValue => 4,
            _ => 8,
        };
        switch (size)
        {
            case 0:
                target[0] = (byte)(major | (byte)value);
                break;
            case 1:
                target[0] = (byte)(major | 24);
                target[1] = (byte)value;
                break;
            case 2:
                target[0] = (byte)(major | 25);
                BinaryPrimitives.WriteUInt16BigEndian(target[1..], (ushort)value);
                break;
            case 4:
                target[0] = (byte)(major | 26);
                BinaryPrimitives.WriteUInt32BigEndian(target[1..], (uint)value);
                break;
            default:
                target[0] = (byte)(major | 27);
                BinaryPrimitives.WriteUInt64BigEndian(target[1..], value);
                break;
        }

        _output.Advance(size + 1);
        return this;
    }
}

/// <summary>Kinds of CBOR items that entries are made of; the number is the major type.</summary>
internal enum CborKind
{
    /// <summary>Unsigned.</summary>
    Number = 0,

    /// <summary>Bytes.</summary>
    Bytes = 2,

    /// <summary>UTF-8.</summary>
    Text = 3,

    /// <summary>Items.</summary>
    List = 4,

    /// <summary>Pairs.</summary>
    Map = 5,
}
