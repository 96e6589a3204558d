using System.Runtime.InteropServices;
using Samtala.Crypto;

namespace Samtala.Hypercore.Tree;

/// <summary>Grows a Merkle tree block by block and keeps only its roots: 64 nodes for any length.</summary>
/// <remarks>Not thread-safe.</remarks>
public sealed class MerkleRoots
{
    private readonly List<MerkleNode> _roots = [];

    /// <summary>How many blocks were added.</summary>
    public ulong Length { get; private set; }

    /// <summary>Bytes of all blocks.</summary>
    public ulong ByteLength { get; private set; }

    /// <summary>The full roots from the left, until the next change.</summary>
    public ReadOnlySpan<MerkleNode> Roots => CollectionsMarshal.AsSpan(_roots);

    /// <summary>Adds the next block.</summary>
    /// <param name="leaf">Its hash.</param>
    /// <param name="size">Its bytes.</param>
    public void Append(in Hash32 leaf, ulong size)
    {
        MerkleNode node = new(Length * 2, size, leaf);

        // Block n completes one subtree for every trailing one bit of n.
        for (ulong carry = Length; (carry & 1) == 1; carry >>= 1)
        {
            node = MerkleHash.Parent(_roots[^1], node);
            _roots.RemoveAt(_roots.Count - 1);
        }

        _roots.Add(node);
        Length++;
        ByteLength += size;
    }

    /// <summary>The hash of the tree as it is now.</summary>
    public Hash32 Hash() => MerkleHash.Tree(Roots);
}
