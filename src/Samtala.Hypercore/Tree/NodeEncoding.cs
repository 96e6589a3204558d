using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Samtala.Crypto;
using Samtala.Encodings;

namespace Samtala.Hypercore.Tree;

/// <summary>Nodes of a tree as they go over the wire: index, size, hash.</summary>
internal static class NodeEncoding
{
    private const int SizeMin = 2 + Hash32.Size;

    internal static int SizeOf(ImmutableArray<MerkleNode> nodes)
    {
        int size = CompactSize.OfUInt((ulong)nodes.Length);
        foreach (ref readonly MerkleNode node in nodes.AsSpan())
            size += CompactSize.OfUInt(node.Index) + CompactSize.OfUInt(node.Size) + Hash32.Size;
        return size;
    }

    internal static void Write(ref CompactWriter writer, ImmutableArray<MerkleNode> nodes)
    {
        writer.WriteArrayCount(nodes.Length);
        foreach (ref readonly MerkleNode node in nodes.AsSpan())
        {
            writer.WriteUInt(node.Index);
            writer.WriteUInt(node.Size);
            Hash32 hash = node.Hash;
            writer.WriteFixed(hash.Bytes);
        }
    }

    /// <summary>Reads a list; one allocation, of at most <paramref name="countMax"/> nodes.</summary>
    internal static bool TryRead(ref CompactReader reader, int countMax, out ImmutableArray<MerkleNode> nodes)
    {
        nodes = [];
        if (!reader.TryReadArrayCount(SizeMin, out int count) || count > countMax)
            return false;
        if (count == 0)
            return true;
        MerkleNode[] read = new MerkleNode[count];
        for (int i = 0; i < read.Length; i++)
        {
            if (!reader.TryReadUInt(out ulong index)
                || !reader.TryReadUInt(out ulong size)
                || !reader.TryReadFixed(Hash32.Size, out ReadOnlySpan<byte> hash))
            {
                return false;
            }

            read[i] = new MerkleNode(index, size, new Hash32(hash));
        }

        nodes = ImmutableCollectionsMarshal.AsImmutableArray(read);
        return true;
    }
}
