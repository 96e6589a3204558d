using System.Security.Cryptography;
using Samtala.Crypto;
using Samtala.Hypercore.Manifests;
using Samtala.Hypercore.Tree;

namespace Samtala.Hypercore.Blobs;

/// <summary>All hashes of a blob in one pass over its blocks.</summary>
internal sealed class BlobHasher : IDisposable
{
    private readonly MerkleRoots _roots = new();
    private IncrementalHash[]? _digests;
    private BlobDigest _sha1;
    private BlobDigest _sha256;
    private BlobDigest _sha512;

    internal long Length => (long)_roots.ByteLength;

    /// <summary>Adds the next block and returns its leaf hash.</summary>
    /// <param name="block">1 to <see cref="BlobLimits.BlockSize"/> bytes; only the last may be shorter.</param>
    /// <param name="isLast">Nothing follows. A blob of one block is then hashed without any running state.</param>
    internal Hash32 Append(ReadOnlySpan<byte> block, bool isLast)
    {
        Hash32 leaf = MerkleHash.Leaf(block);
        _roots.Append(leaf, (ulong)block.Length);
        if (isLast && _digests is null)
        {
            HashWhole(block);
            return leaf;
        }

        _digests ??= CreateDigests();
        foreach (IncrementalHash digest in _digests)
            digest.AppendData(block);
        return leaf;
    }

    internal BlobInfo Complete()
    {
        if (_roots.Length == 0)
            HashWhole([]);
        if (_digests is not null)
        {
            _sha1 = Finish(DigestAlgorithm.Sha1, _digests[0]);
            _sha256 = Finish(DigestAlgorithm.Sha256, _digests[1]);
            _sha512 = Finish(DigestAlgorithm.Sha512, _digests[2]);
        }

        Hash32 treeHash = _roots.Hash();
        return new BlobInfo
        {
            Id = new BlobId(Manifest.Static(treeHash, _roots.Length).ComputeKey()),
            Length = Length,
            TreeHash = treeHash,
            Sha1 = _sha1,
            Sha256 = _sha256,
            Sha512 = _sha512,
        };
    }

    public void Dispose()
    {
        foreach (IncrementalHash digest in _digests ?? [])
            digest.Dispose();
    }

    // SHA-1 is what older package indexes name their files by. It finds blobs; the blob id is what is trusted.
#pragma warning disable CA5350
    private static IncrementalHash[] CreateDigests() =>
    [
        IncrementalHash.CreateHash(HashAlgorithmName.SHA1),
        IncrementalHash.CreateHash(HashAlgorithmName.SHA256),
        IncrementalHash.CreateHash(HashAlgorithmName.SHA512),
    ];

    private static BlobDigest Finish(DigestAlgorithm algorithm, IncrementalHash hash)
    {
        Span<byte> bytes = stackalloc byte[BlobDigest.SizeMax];
        int size = hash.GetHashAndReset(bytes);
        return new BlobDigest(algorithm, bytes[..size]);
    }

    private void HashWhole(ReadOnlySpan<byte> blob)
    {
        Span<byte> bytes = stackalloc byte[BlobDigest.SizeMax];
        _sha1 = new BlobDigest(DigestAlgorithm.Sha1, bytes[..SHA1.HashData(blob, bytes)]);
        _sha256 = new BlobDigest(DigestAlgorithm.Sha256, bytes[..SHA256.HashData(blob, bytes)]);
        _sha512 = new BlobDigest(DigestAlgorithm.Sha512, bytes[..SHA512.HashData(blob, bytes)]);
    }
#pragma warning restore CA5350
}
