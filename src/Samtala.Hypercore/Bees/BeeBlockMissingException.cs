namespace Samtala.Hypercore.Bees;

/// <summary>A block of the tree is not here, and nobody is there to be asked for it.</summary>
public sealed class BeeBlockMissingException : IOException
{
    /// <summary>Tells which block.</summary>
    /// <param name="seq">The block.</param>
    public BeeBlockMissingException(ulong seq)
        : base($"Block {seq} is not on this machine and no peer gave it. Connect a peer that has it and read again.")
    {
        Seq = seq;
    }

    /// <summary>The block.</summary>
    public ulong Seq { get; }
}
