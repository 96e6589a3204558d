using Samtala.Storage;

namespace Samtala.Hypercore.Blobs;

/// <summary>Every size a caller of <see cref="BlobStore"/> can meet.</summary>
public static class BlobLimits
{
    /// <summary>Bytes of one block of the static log that a blob is; the last block may be shorter.</summary>
    public const int BlockSize = 64 * 1024;

    /// <summary>Largest blob in bytes.</summary>
    public const long LengthMax = StoreLimits.ExtentSizeMax / 2;

    /// <summary>Longest name of an owner in UTF-8 bytes.</summary>
    public const int OwnerSizeMax = 256;

    /// <summary>Blobs up to this length lie in the record itself: one read answers everything.</summary>
    internal const int InlineSizeMax = 1024;

    /// <summary>Up to so many leaf hashes lie behind the bytes in the same extent; more get an extent of their own, so
    /// that a writer's memory does not grow with the blob.</summary>
    internal const int LeafTailMax = 1024;
}
