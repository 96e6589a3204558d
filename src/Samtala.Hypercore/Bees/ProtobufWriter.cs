using System.Numerics;

namespace Samtala.Hypercore.Bees;

/// <summary>Writes the few forms of protobuf that a Hyperbee uses, into memory that was measured before.</summary>
internal ref struct ProtobufWriter
{
    private readonly Span<byte> _target;
    private int _position;

    public ProtobufWriter(Span<byte> target)
    {
        _target = target;
        _position = 0;
    }

    public readonly int Position => _position;

    public static int SizeOfVarint(ulong value) => ((BitOperations.Log2(value | 1) * 9) + 73) / 64;

    /// <summary>A field of bytes with a one-byte tag.</summary>
    public static int SizeOfBytes(int length) => 1 + SizeOfVarint((ulong)length) + length;

    public void WriteByte(byte value) => _target[_position++] = value;

    public void WriteVarint(ulong value)
    {
        while (value >= 0x80)
        {
            _target[_position++] = (byte)(value | 0x80);
            value >>= 7;
        }

        _target[_position++] = (byte)value;
    }

    public void WriteBytes(byte prefix, scoped ReadOnlySpan<byte> bytes)
    {
        WriteByte(prefix);
        WriteVarint((ulong)bytes.Length);
        bytes.CopyTo(_target[_position..]);
        _position += bytes.Length;
    }
}
