using System.Buffers.Binary;
using Samtala.Crypto;

namespace Samtala.Hypercore.Blobs;

/// <summary>Sixteen bytes that stand for an owner's name, so that keys and lists have one size.</summary>
internal readonly record struct OwnerToken(UInt128 Value)
{
    internal const int Size = 16;

    internal static OwnerToken Of(string owner)
    {
        ArgumentException.ThrowIfNullOrEmpty(owner);
        if (System.Text.Encoding.UTF8.GetByteCount(owner) > BlobLimits.OwnerSizeMax)
        {
            throw new ArgumentException(
                $"An owner's name has at most {BlobLimits.OwnerSizeMax} UTF-8 bytes; this has more.", nameof(owner));
        }

        Span<byte> token = stackalloc byte[Size];
        Blake2b.HashData(System.Text.Encoding.UTF8.GetBytes(owner), token);
        return new OwnerToken(BinaryPrimitives.ReadUInt128BigEndian(token));
    }

    internal void Write(Span<byte> target) => BinaryPrimitives.WriteUInt128BigEndian(target, Value);
}
