using Samtala.Encodings;

namespace Samtala.Hypercore.Proofs;

/// <summary>Which nodes a proof is made of: arithmetic only, nothing is read.</summary>
internal sealed class ProofPlan
{
    private readonly ProofRequest _request;
    private readonly ulong? _node;

    internal ProofPlan(ProofRequest request)
    {
        _request = request;
        _node = request.Block is { } block ? block.Index * 2 : request.Hash?.Index;
    }

    /// <summary>For the block or hash part; null until it found its place.</summary>
    internal List<ulong>? Node { get; private set; }

    /// <summary>For the seek part; null when the other parts show the byte.</summary>
    internal List<ulong>? Seek { get; private set; }

    internal List<ulong> Upgrade { get; } = [];

    internal List<ulong> Additional { get; } = [];

    /// <summary>Climbs from the block or node to a node the asker holds; the byte, when it is below, gets a climb of
    /// its
    /// own to where the two meet.</summary>
    internal void Climb(ulong seekRoot, ulong top)
    {
        if (_node is not { } node)
        {
            ClimbFromByte(seekRoot, top);
            return;
        }

        Node = [];
        if (_request.Block is null)
            Node.Add(node);
        for (ulong at = node; at != top; at = FlatTree.Parent(at))
        {
            ulong sibling = FlatTree.Sibling(at);
            if (_request.Seek is not null && sibling != seekRoot && Contains(sibling, seekRoot))
                ClimbFromByte(seekRoot, sibling);
            else
                Node.Add(sibling);
        }
    }

    /// <summary>From one length to another; where a node of the path contains the subtree, that is shown instead.
    /// </summary>
    /// <param name="from">First length, in blocks.</param>
    /// <param name="to">Second length.</param>
    /// <param name="subtree">The node asked for, or where the byte is; null when shown already or not asked
    /// for.</param>
    internal void Grow(ulong from, ulong to, ulong? subtree) => Walk(from, to, index =>
    {
        if (Node is null && Seek is null && subtree is { } wanted && Contains(index, wanted))
            Climb(wanted, index);
        else
            Upgrade.Add(index);
    });

    /// <summary>From the length asked for to the whole length.</summary>
    internal void GrowRest(ulong from, ulong to) => Walk(from, to, Additional.Add);

    /// <summary>Whether a node is another one or above it.</summary>
    internal static bool Contains(ulong node, ulong other)
    {
        ulong half = FlatTree.CountLeaves(node);
        return other > node ? other < node + half : other == node || other + half > node;
    }

    private static void Walk(ulong from, ulong to, Action<ulong> add)
    {
        bool isConnected = from == 0;
        for (ulong first = 0; first < to;)
        {
            int depth = System.Numerics.BitOperations.Log2(to - first);
            ulong root = FlatTree.Index(depth, first >> depth);
            first += 1UL << depth;
            if (first <= from)
                continue;
            if (!isConnected && Contains(root, (from * 2) - 2))
            {
                // The asker's last leaf is below this root: what lies right of the way up leads here.
                ulong last = (from * 2) - 2;
                for (ulong at = last; at != root; at = FlatTree.Parent(at))
                {
                    ulong sibling = FlatTree.Sibling(at);
                    if (sibling > last)
                        add(sibling);
                }
            }
            else
            {
                add(root);
            }

            isConnected = true;
        }
    }

    private void ClimbFromByte(ulong seekRoot, ulong top)
    {
        Seek = [seekRoot];
        for (ulong at = seekRoot; at != top; at = FlatTree.Parent(at))
            Seek.Add(FlatTree.Sibling(at));
    }
}
