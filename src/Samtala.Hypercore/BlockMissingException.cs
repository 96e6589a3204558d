namespace Samtala.Hypercore;

/// <summary>A block is not here, and nobody is there to be asked for it.</summary>
public sealed class BlockMissingException : IOException
{
    /// <summary>Tells which block.</summary>
    /// <param name="index">The block.</param>
    public BlockMissingException(ulong index)
        : base($"Block {index} is not on this machine and no peer gave it. Connect a peer that has it and read again.")
    {
        Index = index;
    }

    /// <summary>The block.</summary>
    public ulong Index { get; }
}
