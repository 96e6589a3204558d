namespace Samtala.Hypercore.Bees;

/// <summary>What a stranger's tree may not exceed.</summary>
public static class BeeLimits
{
    /// <summary>Most levels from the root to a leaf. A tree of 2^53 entries, as written by the reference, has 23.
    /// </summary>
    public const int DepthMax = 32;

    /// <summary>Most tree nodes in one block. The reference writes at most three for each level of the tree.</summary>
    public const int NodesPerBlockMax = 256;

    /// <summary>Most bytes of a block that is read as a part of a tree: key, value and nodes.</summary>
    public const int BlockSizeMax = 15 * 1024 * 1024;

    /// <summary>Most bytes of a key.</summary>
    public const int KeySizeMax = 1024 * 1024;

    /// <summary>Keys a node holds until it is split in two.</summary>
    internal const int KeysPerNodeMax = 8;

    /// <summary>Keys below which a node takes from its neighbours or joins one.</summary>
    internal const int KeysPerNodeMin = 4;

    /// <summary>Most blocks a scan asks peers for before it needs them.</summary>
    internal const int ReadAheadMax = 256;
}
