using System.Collections.Immutable;
using Samtala.Crypto;

namespace Samtala.Hypercore.Tree;

/// <summary>What a signature covers.</summary>
/// <param name="Hash">Of the tree.</param>
/// <param name="Length">In blocks.</param>
/// <param name="Fork">How often the log was cut back.</param>
/// <param name="Roots">From which a signer of a longer log went on.</param>
internal readonly record struct SignedTree(Hash32 Hash, ulong Length, ulong Fork, ImmutableArray<MerkleNode> Roots)
{
    internal static SignedTree Of(LogHead head) => new(head.TreeHash(), head.Length, head.Fork, head.Roots);
}
