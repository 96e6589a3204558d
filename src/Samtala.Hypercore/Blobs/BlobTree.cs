using Samtala.Crypto;
using Samtala.Encodings;
using Samtala.Hypercore.Tree;

namespace Samtala.Hypercore.Blobs;

/// <summary>All nodes of a blob's tree: the hashes in one array, the sizes from arithmetic.</summary>
internal sealed class BlobTree
{
    private readonly Hash32[] _hashes;
    private readonly long _byteLength;

    /// <summary>Computes the tree above the leaves: 64 bytes of memory for every block.</summary>
    internal BlobTree(ReadOnlySpan<Hash32> leaves, long byteLength)
    {
        _byteLength = byteLength;
        _hashes = new Hash32[Math.Max(0, (leaves.Length * 2) - 1)];
        for (int i = 0; i < leaves.Length; i++)
            _hashes[i * 2] = leaves[i];
        ulong end = (ulong)leaves.Length * 2;
        for (int depth = 1; FlatTree.RightSpan(FlatTree.Index(depth, 0)) < end; depth++)
        {
            for (ulong offset = 0; FlatTree.RightSpan(FlatTree.Index(depth, offset)) < end; offset++)
            {
                ulong index = FlatTree.Index(depth, offset);
                FlatTree.TryGetChildren(index, out ulong left, out ulong right);
                _hashes[index] = MerkleHash.Parent(NodeAt(left), NodeAt(right)).Hash;
            }
        }

        ulong[] roots = new ulong[FlatTree.CountRoots((ulong)leaves.Length)];
        FlatTree.FullRoots((ulong)leaves.Length, roots);
        Head = LogHead.Of(fork: 0, [.. roots.Select(NodeAt)]);
    }

    internal LogHead Head { get; }

    internal MerkleNode? Find(ulong index) =>
        index < (ulong)_hashes.Length && FlatTree.RightSpan(index) < Head.Length * 2 ? NodeAt(index) : null;

    /// <summary>The bytes below a node of a blob of a length.</summary>
    internal static ulong SizeOf(ulong index, long byteLength)
    {
        long first = (long)(FlatTree.LeftSpan(index) / 2) * BlobLimits.BlockSize;
        long end = (long)((FlatTree.RightSpan(index) / 2) + 1) * BlobLimits.BlockSize;
        return (ulong)(Math.Min(end, byteLength) - first);
    }

    /// <summary>Whether a head is of blocks as a blob has them: all full but the last.</summary>
    internal static bool IsBlob(LogHead head)
    {
        // The number of blocks first: with another one the sizes below could overflow.
        if (head.ByteLength is 0 or > (ulong)BlobLimits.LengthMax
            || head.Length != (head.ByteLength + BlobLimits.BlockSize - 1) / BlobLimits.BlockSize)
        {
            return false;
        }

        foreach (ref readonly MerkleNode root in head.Roots.AsSpan())
        {
            if (SizeOf(root.Index, (long)head.ByteLength) != root.Size)
                return false;
        }

        return true;
    }

    private MerkleNode NodeAt(ulong index) => new(index, SizeOf(index, _byteLength), _hashes[index]);
}
