using Samtala.Encodings;

namespace Samtala.Hypercore.Logs.Pages;

/// <summary>Names one page of a log's nodes: six levels of the tree, 126 nodes.</summary>
/// <param name="Log">The local number of the log.</param>
/// <param name="Level">0 for the pages that have the blocks' own hashes; one more for every six levels.</param>
/// <param name="Number">Position among the pages of the same level, from the left.</param>
internal readonly record struct PageAddress(ulong Log, int Level, ulong Number)
{
    /// <summary>Levels of the tree in one page.</summary>
    public const int Depths = 6;

    /// <summary>Nodes of the lowest level in one page: 64.</summary>
    public const int Width = 1 << Depths;

    /// <summary>All nodes of one page: 64 + 32 + … + 2.</summary>
    public const int NodeCount = (2 * Width) - 2;

    /// <summary>Levels of pages that a log can have: 2^53 blocks are 54 levels of nodes.</summary>
    public const int LevelCount = 10;

    /// <summary>How many blocks a node of the page's lowest level covers, as a power of two.</summary>
    public int BaseDepth => Level * Depths;

    /// <summary>The first block below the page.</summary>
    public ulong FirstBlock => Number << (BaseDepth + Depths);

    /// <summary>The level-0 page that has a block.</summary>
    public static PageAddress OfBlock(ulong log, ulong block) => new(log, 0, block >> Depths);

    /// <summary>Where a node of the tree lies.</summary>
    /// <param name="log">The local number of the log.</param>
    /// <param name="index">The node, in flat-tree order.</param>
    /// <param name="slot">Its place in the page, 0 to <see cref="NodeCount"/> - 1.</param>
    public static PageAddress OfNode(ulong log, ulong index, out int slot)
    {
        int depth = FlatTree.Depth(index);
        return OfNode(log, depth, FlatTree.Offset(index), out slot);
    }

    /// <inheritdoc cref="OfNode(ulong, ulong, out int)"/>
    public static PageAddress OfNode(ulong log, int depth, ulong offset, out int slot)
    {
        int level = depth / Depths;
        int row = depth % Depths;
        slot = SlotOf(row, (int)(offset & (((ulong)Width >> row) - 1)));
        return new PageAddress(log, level, offset >> (Depths - row));
    }

    /// <summary>The place of a node in a page.</summary>
    /// <param name="row">0 for the page's lowest level.</param>
    /// <param name="column">From the left.</param>
    public static int SlotOf(int row, int column) => (2 * Width) - (2 * Width >> row) + column;

    /// <summary>The node of the tree at a place of this page.</summary>
    public ulong NodeAt(int slot)
    {
        int row = 0;
        while (slot >= SlotOf(row + 1, 0))
            row++;
        ulong offset = (Number << (Depths - row)) + (ulong)(slot - SlotOf(row, 0));
        return FlatTree.Index(BaseDepth + row, offset);
    }
}
