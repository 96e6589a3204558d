using System.Buffers.Binary;

namespace Samtala.Fetch;

/// <summary>Remembers the last eight bytes that were read: a gzip body's own word on how long it is unpacked.</summary>
/// <remarks>GZipStream does not tell a body that was cut off from a whole one.</remarks>
internal sealed class TailStream(Stream inner) : ForwardStream(inner)
{
    private readonly byte[] _tail = new byte[8];

    /// <summary>What the body unpacks to, modulo 2^32.</summary>
    public uint UnpackedLength => BinaryPrimitives.ReadUInt32LittleEndian(_tail.AsSpan(4));

    protected override void OnRead(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length >= _tail.Length)
        {
            bytes[^_tail.Length..].CopyTo(_tail);
            return;
        }

        _tail.AsSpan(bytes.Length).CopyTo(_tail);
        bytes.CopyTo(_tail.AsSpan(_tail.Length - bytes.Length));
    }
}
