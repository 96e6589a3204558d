using Samtala.Crypto;

namespace Samtala.Hypercore.Tree;

/// <summary>One node of a log's Merkle tree.</summary>
/// <param name="Index">Its number in flat-tree order.</param>
/// <param name="Size">Bytes of all blocks below.</param>
/// <param name="Hash">What <see cref="MerkleHash"/> says.</param>
public readonly record struct MerkleNode(ulong Index, ulong Size, Hash32 Hash);
