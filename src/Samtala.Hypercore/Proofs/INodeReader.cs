using Samtala.Hypercore.Tree;

namespace Samtala.Hypercore.Proofs;

/// <summary>The stored nodes of one log's tree.</summary>
public interface INodeReader
{
    /// <summary>Reads one node.</summary>
    /// <param name="index">Its number in flat-tree order.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>Null when it is not stored. Completes synchronously in the normal case.</returns>
    ValueTask<MerkleNode?> ReadNodeAsync(ulong index, CancellationToken cancellationToken);
}
