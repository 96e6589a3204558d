namespace Samtala.Hypercore.Hyperblobs;

/// <summary>Where a blob lies in a log of blobs; the JavaScript package has the same numbers and mark.</summary>
/// <param name="BlockOffset">The first block.</param>
/// <param name="BlockLength">How many blocks; 0 for an empty blob.</param>
/// <param name="ByteOffset">Bytes of the log before the first block.</param>
/// <param name="ByteLength">Bytes of these blocks.</param>
/// <param name="HasBlockMap">Whether these blocks are a list of blocks that have the contents: what the reference
/// writes when it leaves out what is there already. Then the contents have another length.</param>
public readonly record struct HyperblobId(
    ulong BlockOffset, ulong BlockLength, ulong ByteOffset, ulong ByteLength, bool HasBlockMap = false);
