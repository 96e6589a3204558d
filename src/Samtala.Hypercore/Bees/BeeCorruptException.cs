namespace Samtala.Hypercore.Bees;

/// <summary>A block of the log is no block of a Hyperbee, or the tree contradicts itself. Its writer is at fault;
/// nothing was changed.</summary>
public sealed class BeeCorruptException : Exception
{
    /// <summary>Tells which block and what is wrong with it.</summary>
    /// <param name="seq">The block.</param>
    /// <param name="problem">A sentence without the block.</param>
    public BeeCorruptException(ulong seq, string problem)
        : base($"Block {seq} is no good part of a Hyperbee: {problem}")
    {
        Seq = seq;
    }

    /// <summary>The block in which it was seen.</summary>
    public ulong Seq { get; }
}
