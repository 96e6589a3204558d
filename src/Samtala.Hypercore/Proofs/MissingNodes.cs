using Samtala.Encodings;
using Samtala.Hypercore.Tree;

namespace Samtala.Hypercore.Proofs;

/// <summary>How many siblings a request has to ask for.</summary>
public static class MissingNodes
{
    /// <summary>Counts the levels from a node up to the first that is stored.</summary>
    /// <param name="head">The state of the log.</param>
    /// <param name="nodes">The stored nodes.</param>
    /// <param name="index">The node; for a block twice its number.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>What <see cref="NodeRequest.Nodes"/> shall be; 0 for what the log does not have yet.</returns>
    public static async ValueTask<ulong> CountAsync(
        LogHead head, INodeReader nodes, ulong index, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(head);
        ArgumentNullException.ThrowIfNull(nodes);
        ulong end = head.Length * 2;
        ulong count = 0;
        if (index > CompactLimits.UIntMax || FlatTree.RightSpan(index) >= end)
            return 0;
        for (ulong at = index; FlatTree.RightSpan(at) < end; at = FlatTree.Parent(at))
        {
            if (await nodes.ReadNodeAsync(at, cancellationToken) is not null)
                return count;
            count++;
        }

        return count;
    }

    /// <summary>The most levels there can be between a node and a root.</summary>
    /// <param name="length">Of the log, in blocks.</param>
    /// <param name="index">The node; for a block twice its number.</param>
    /// <returns>0 for what is behind the length.</returns>
    public static ulong CountMax(ulong length, ulong index)
    {
        ulong count = 0;
        if (index > CompactLimits.UIntMax || FlatTree.RightSpan(index) >= length * 2)
            return 0;
        for (ulong at = FlatTree.Parent(index); FlatTree.RightSpan(at) < length * 2; at = FlatTree.Parent(at))
            count++;
        return count;
    }
}
