using System.Diagnostics;
using System.Runtime.InteropServices;
using Samtala.Crypto;
using Samtala.Hypercore.Tree;

namespace Samtala.Hypercore.Logs.Pages;

/// <summary>Some nodes of 126 neighbouring ones, and for level 0 where the bytes of up to 64 blocks are.</summary>
/// <remarks>A node whose two children are here is not stored: it follows from them, and is computed when first asked
/// for. One writer at a time, under its log's gate; readers hold the same gate.</remarks>
internal sealed class NodePage(PageAddress address)
{
    private const int UpperCount = PageAddress.NodeCount - PageAddress.Width;

    private readonly Hash32[] _hashes = new Hash32[PageAddress.Width];
    private readonly ulong[] _sizes = new ulong[PageAddress.Width];
    private Hash32[]? _upperHashes;
    private ulong[]? _upperSizes;
    private bool _isDerived = true;

    public PageAddress Address => address;

    /// <summary>Which nodes of the lowest row are here.</summary>
    public ulong Lowest { get; private set; }

    /// <summary>Which of the 62 nodes above are here or were computed.</summary>
    public ulong Upper { get; private set; }

    /// <summary>Where blocks are; sorted, level 0 only. Replaced, never changed.</summary>
    public BlockRun[] Runs { get; set; } = [];

    /// <summary>The last group of writes that has this page in it.</summary>
    public ulong LastGroup { get; set; }

    /// <summary>About how much memory this takes, in bytes.</summary>
    public static int Footprint => 64 + (PageAddress.Width * (Hash32.Size + sizeof(ulong)) * 3 / 2);

    public ReadOnlySpan<Hash32> LowestHashes => _hashes;

    public ReadOnlySpan<ulong> LowestSizes => _sizes;

    public bool Has(int slot)
    {
        if (slot < PageAddress.Width)
            return (Lowest >> slot & 1) != 0;
        Derive();
        return (Upper >> (slot - PageAddress.Width) & 1) != 0;
    }

    /// <summary>Reads one node.</summary>
    public bool TryGet(int slot, out MerkleNode node)
    {
        if (!Has(slot))
        {
            node = default;
            return false;
        }

        node = slot < PageAddress.Width
            ? new MerkleNode(address.NodeAt(slot), _sizes[slot], _hashes[slot])
            : new MerkleNode(
                address.NodeAt(slot), _upperSizes![slot - PageAddress.Width], _upperHashes![slot - PageAddress.Width]);
        return true;
    }

    /// <summary>Bytes of one block. Only for level 0.</summary>
    public ulong SizeOf(int column) => _sizes[column];

    public void Set(int slot, in Hash32 hash, ulong size) =>
        SetRange(slot, MemoryMarshal.CreateReadOnlySpan(in hash, 1), new ReadOnlySpan<ulong>(in size));

    /// <summary>Sets neighbouring nodes of one row.</summary>
    public void SetRange(int slot, ReadOnlySpan<Hash32> hashes, ReadOnlySpan<ulong> sizes)
    {
        Debug.Assert(hashes.Length == sizes.Length && hashes.Length <= PageAddress.Width);
        ulong mask = Mask(hashes.Length);
        if (slot < PageAddress.Width)
        {
            hashes.CopyTo(_hashes.AsSpan(slot));
            sizes.CopyTo(_sizes.AsSpan(slot));
            Lowest |= mask << slot;
            return;
        }

        slot -= PageAddress.Width;
        AllocateUpper();
        hashes.CopyTo(_upperHashes.AsSpan(slot));
        sizes.CopyTo(_upperSizes.AsSpan(slot));
        Upper |= mask << slot;
    }

    /// <summary>Whether nothing is here.</summary>
    public bool IsEmpty => Lowest == 0 && Upper == 0;

    /// <summary>Says that nodes above may follow from those below: after loading.</summary>
    public void MarkUnderived() => _isDerived = false;

    /// <summary>Which of the upper nodes do not follow from nodes below, and so must be stored.</summary>
    public ulong UpperToStore()
    {
        if (Lowest == ulong.MaxValue)
            return 0;
        Derive();
        ulong stored = Upper;
        ForEachPair((parent, left) =>
        {
            if (IsPresent(left) && IsPresent(left + 1))
                stored &= ~(1UL << (parent - PageAddress.Width));
        });
        return stored;
    }

    /// <summary>A page of its own with what concerns the first blocks only.</summary>
    /// <param name="length">Nodes that cover a block at or beyond are left out, and runs are cut there.</param>
    public NodePage CopyUntil(ulong length)
    {
        Derive();
        NodePage copy = new(address);
        for (int slot = 0; slot < PageAddress.NodeCount; slot++)
        {
            if (IsPresent(slot) && TryGet(slot, out MerkleNode node)
                && Encodings.FlatTree.RightSpan(node.Index) / 2 < length)
            {
                copy.Set(slot, node.Hash, node.Size);
            }
        }

        ulong first = address.FirstBlock;
        int keep = length <= first ? 0 : (int)Math.Min(PageAddress.Width, length - first);
        copy.Runs = address.Level == 0 ? BlockRuns.Without(Runs, keep, PageAddress.Width - keep) : [];
        return copy;
    }

    private static ulong Mask(int count) => count == 64 ? ulong.MaxValue : (1UL << count) - 1;

    private static void ForEachPair(Action<int, int> visit)
    {
        for (int row = 1; row < PageAddress.Depths; row++)
        {
            for (int column = 0; column < PageAddress.Width >> row; column++)
                visit(PageAddress.SlotOf(row, column), PageAddress.SlotOf(row - 1, 2 * column));
        }
    }

    private bool IsPresent(int slot) => slot < PageAddress.Width
        ? (Lowest >> slot & 1) != 0
        : (Upper >> (slot - PageAddress.Width) & 1) != 0;

    private void AllocateUpper()
    {
        _upperHashes ??= new Hash32[UpperCount];
        _upperSizes ??= new ulong[UpperCount];
    }

    private void Derive()
    {
        if (_isDerived)
            return;
        _isDerived = true;
        ForEachPair((parent, left) =>
        {
            if (IsPresent(parent) || !IsPresent(left) || !IsPresent(left + 1))
                return;
            TryGet(left, out MerkleNode one);
            TryGet(left + 1, out MerkleNode other);
            MerkleNode node = MerkleHash.Parent(one, other);
            Set(parent, node.Hash, node.Size);
        });
    }
}
