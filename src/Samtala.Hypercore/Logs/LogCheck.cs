using Samtala.Encodings;
using Samtala.Hypercore.Proofs;
using Samtala.Hypercore.Tree;

namespace Samtala.Hypercore.Logs;

/// <summary>Checks what is stored of a log against what its writer signed, as a stranger would.</summary>
public static class LogCheck
{
    /// <summary>Whether the signature of the head is valid for its tree.</summary>
    /// <param name="log">Which.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>True also for an empty log, which nobody signs.</returns>
    public static async ValueTask<bool> IsHeadValidAsync(Log log, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(log);
        LogHead head = log.Head;
        if (head.Length == 0)
            return true;
        ProofRequest request = new() { Fork = head.Fork, Upgrade = new UpgradeRequest(0, head.Length) };
        return await log.ProveAsync(request, cancellationToken) is { } proof
            && ProofVerifier.VerifyAlone(new LogAuthority(log.Key, log.Manifest), proof).Error == ProofError.None;
    }

    /// <summary>Whether a block that is here hashes to a root of the head.</summary>
    /// <param name="log">Which.</param>
    /// <param name="head">Its head, valid: see <see cref="IsHeadValidAsync"/>.</param>
    /// <param name="index">Of the block.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Null when the block is not here; false when it or a node above it is not what was signed.</returns>
    /// <exception cref="Storage.StoreCorruptException">The store itself knows that the bytes are damaged.</exception>
    public static async ValueTask<bool?> IsBlockValidAsync(
        Log log, LogHead head, ulong index, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(log);
        return await log.GetAsync(index, new LogRead { Raw = true }, cancellationToken) is { } block
            ? await IsBlockValidAsync(log, head, index, block, cancellationToken)
            : null;
    }

    /// <summary>Whether a block that was read hashes to a root of the head.</summary>
    /// <param name="log">Which.</param>
    /// <param name="head">Its head, valid: see <see cref="IsHeadValidAsync"/>.</param>
    /// <param name="index">Of the block.</param>
    /// <param name="block">As it is stored: see <see cref="LogRead.Raw"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>False when it or a node above it is not what was signed.</returns>
    /// <exception cref="Storage.StoreCorruptException">The store itself knows that a node is damaged.</exception>
    public static async ValueTask<bool> IsBlockValidAsync(
        Log log, LogHead head, ulong index, ReadOnlyMemory<byte> block, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(log);
        ArgumentNullException.ThrowIfNull(head);
        ulong levels = MissingNodes.CountMax(head.Length, index * 2);
        ProofRequest request = new() { Fork = head.Fork, Block = new NodeRequest(index, levels) };
        if (await log.ProveAsync(request, cancellationToken) is not { Block: { } proof })
            return false;
        MerkleNode node = new(index * 2, (ulong)block.Length, MerkleHash.Leaf(block.Span));
        foreach (MerkleNode sibling in proof.Nodes)
        {
            if (sibling.Index != FlatTree.Sibling(node.Index))
                return false;
            node = MerkleHash.Parent(node, sibling);
        }

        return head.Roots.Contains(node);
    }
}
