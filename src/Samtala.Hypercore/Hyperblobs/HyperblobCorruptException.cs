namespace Samtala.Hypercore.Hyperblobs;

/// <summary>An id does not fit the log it is read from, or a list of blocks is none. Its writer is at fault.</summary>
public sealed class HyperblobCorruptException : Exception
{
    /// <summary>Tells what does not fit.</summary>
    /// <param name="id">The blob.</param>
    /// <param name="problem">A sentence without the id.</param>
    public HyperblobCorruptException(HyperblobId id, string problem)
        : base($"The blob at block {id.BlockOffset}, {id.BlockLength} blocks, {id.ByteLength} bytes: {problem}")
    {
    }
}
