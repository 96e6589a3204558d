using Samtala.Encodings;
using Samtala.Hypercore.Logs;
using Samtala.Hypercore.Tree;

namespace Samtala.Hypercore.Replication;

/// <summary>Tells whether an upgrade can be proven to a peer.</summary>
internal static class ProvableLength
{
    /// <returns>Whether every root of a shorter log is stored, so that an upgrade from it can be proven.</returns>
    public static async ValueTask<bool> HasRootsAsync(IReplicatedLog log, ulong length, CancellationToken closed)
    {
        ulong[] roots = new ulong[FlatTree.CountRoots(length)];
        FlatTree.FullRoots(length, roots);
        foreach (ulong root in roots)
        {
            ValueTask<MerkleNode?> read = log.ReadNodeAsync(root, closed);
            if ((read.IsCompletedSuccessfully ? read.Result : await read) is null)
                return false;
        }

        return true;
    }
}
