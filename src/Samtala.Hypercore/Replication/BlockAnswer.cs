using Samtala.Crypto;
using Samtala.Encodings;
using Samtala.Hypercore.Tree;

namespace Samtala.Hypercore.Replication;

/// <summary>The Data message in its most frequent shape, one block and its siblings, written without a copy.</summary>
internal static class BlockAnswer
{
    private const ulong BlockFlag = 1;

    public static int SizeOf(in BlockRequest request, int valueSize, ReadOnlySpan<MerkleNode> nodes)
    {
        int size = 1 + CompactSize.OfUInt(request.Id) + CompactSize.OfUInt(request.Fork)
            + CompactSize.OfUInt(request.Index) + CompactSize.OfBuffer(valueSize)
            + CompactSize.OfUInt((ulong)nodes.Length);
        foreach (ref readonly MerkleNode node in nodes)
            size += CompactSize.OfUInt(node.Index) + CompactSize.OfUInt(node.Size) + Hash32.Size;
        return size;
    }

    public static void Write(
        in BlockRequest request, ReadOnlySpan<byte> value, ReadOnlySpan<MerkleNode> nodes, Span<byte> target)
    {
        CompactWriter writer = new(target);
        writer.WriteUInt(BlockFlag);
        writer.WriteUInt(request.Id);
        writer.WriteUInt(request.Fork);
        writer.WriteUInt(request.Index);
        writer.WriteBuffer(value);
        writer.WriteArrayCount(nodes.Length);
        foreach (ref readonly MerkleNode node in nodes)
        {
            writer.WriteUInt(node.Index);
            writer.WriteUInt(node.Size);
            Hash32 hash = node.Hash;
            writer.WriteFixed(hash.Bytes);
        }
    }
}
