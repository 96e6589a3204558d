using System.Buffers.Binary;
using Samtala.Crypto;
using Samtala.Encodings;

namespace Samtala.Hypercore.Tree;

/// <summary>The hashes of a log's Merkle tree, BLAKE2b-256 with a first byte that tells leaves, parents and trees
/// apart.</summary>
public static class MerkleHash
{
    private const byte LeafType = 0;
    private const byte ParentType = 1;
    private const byte TreeType = 2;
    private const int SizeSize = sizeof(ulong);

    // A tree of 2^63 blocks has at most 63 full roots.
    private const int RootsMax = 64;
    private const int RootSize = Hash32.Size + SizeSize + SizeSize;

    /// <summary>The hash of one block.</summary>
    /// <param name="block">Its bytes; may be empty.</param>
    public static Hash32 Leaf(ReadOnlySpan<byte> block)
    {
        Span<byte> head = stackalloc byte[1 + SizeSize];
        head[0] = LeafType;
        BinaryPrimitives.WriteUInt64LittleEndian(head[1..], (ulong)block.Length);
        return Blake2b.HashAll(head, block);
    }

    /// <summary>The node above two siblings.</summary>
    /// <param name="one">One sibling; the order does not matter.</param>
    /// <param name="other">The other sibling.</param>
    public static MerkleNode Parent(in MerkleNode one, in MerkleNode other)
    {
        bool inOrder = one.Index <= other.Index;
        ref readonly MerkleNode left = ref inOrder ? ref one : ref other;
        ref readonly MerkleNode right = ref inOrder ? ref other : ref one;
        ulong size = one.Size + other.Size;
        Span<byte> bytes = stackalloc byte[1 + SizeSize + Hash32.Size + Hash32.Size];
        bytes[0] = ParentType;
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[1..], size);
        left.Hash.Bytes.CopyTo(bytes[(1 + SizeSize)..]);
        right.Hash.Bytes.CopyTo(bytes[(1 + SizeSize + Hash32.Size)..]);
        return new MerkleNode(FlatTree.Parent(left.Index), size, Blake2b.HashData(bytes));
    }

    /// <summary>The hash of a whole tree: what is signed, and what a static log's manifest names.</summary>
    /// <param name="roots">The full roots from the left; none for an empty log.</param>
    /// <exception cref="ArgumentException">More roots than any log has.</exception>
    public static Hash32 Tree(ReadOnlySpan<MerkleNode> roots)
    {
        if (roots.Length > RootsMax)
            throw new ArgumentException($"A tree has at most {RootsMax} roots, not {roots.Length}.", nameof(roots));
        Span<byte> bytes = stackalloc byte[1 + (RootsMax * RootSize)];
        bytes[0] = TreeType;
        int position = 1;
        foreach (ref readonly MerkleNode root in roots)
        {
            root.Hash.Bytes.CopyTo(bytes[position..]);
            BinaryPrimitives.WriteUInt64LittleEndian(bytes[(position + Hash32.Size)..], root.Index);
            BinaryPrimitives.WriteUInt64LittleEndian(bytes[(position + Hash32.Size + SizeSize)..], root.Size);
            position += RootSize;
        }

        return Blake2b.HashData(bytes[..position]);
    }
}
