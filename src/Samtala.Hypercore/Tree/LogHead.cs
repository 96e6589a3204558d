using System.Collections.Immutable;
using Samtala.Crypto;

namespace Samtala.Hypercore.Tree;

/// <summary>The state of a log: how long it is, the roots of its tree, and the signature that says so.</summary>
/// <remarks>Immutable. Whether the signature is valid is told by <c>LogAuthority</c>, not by this.</remarks>
public sealed record LogHead
{
    /// <summary>No blocks, never cut back.</summary>
    public static LogHead Empty { get; } = new();

    /// <summary>How often the log was cut back.</summary>
    /// <value>Default 0.</value>
    public ulong Fork { get; init; }

    /// <summary>In blocks.</summary>
    /// <value>Default 0.</value>
    public ulong Length { get; init; }

    /// <summary>Bytes of all blocks, as stored (encrypted blocks with their padding).</summary>
    /// <value>Default 0.</value>
    public ulong ByteLength { get; init; }

    /// <summary>The full roots of the tree from the left.</summary>
    /// <value>Default none.</value>
    public ImmutableArray<MerkleNode> Roots { get; init; } = [];

    /// <summary>As it goes over the wire: a container of signatures, or 64 bytes for a log of hypercore 10. Empty for
    /// an
    /// empty log and for one that its key alone fixes.</summary>
    /// <value>Default empty.</value>
    public ReadOnlyMemory<byte> Signature { get; init; }

    /// <summary>A head from its roots.</summary>
    /// <param name="fork">How often the log was cut back.</param>
    /// <param name="roots">The full roots from the left.</param>
    /// <param name="signature">In wire form; not copied.</param>
    public static LogHead Of(ulong fork, ImmutableArray<MerkleNode> roots, ReadOnlyMemory<byte> signature = default)
    {
        ulong length = 0;
        ulong byteLength = 0;
        foreach (ref readonly MerkleNode root in roots.AsSpan())
        {
            length += Encodings.FlatTree.CountLeaves(root.Index);
            byteLength += root.Size;
        }

        return new LogHead
        {
            Fork = fork,
            Length = length,
            ByteLength = byteLength,
            Roots = roots,
            Signature = signature,
        };
    }

    /// <summary>The hash of the tree: what is signed.</summary>
    public Hash32 TreeHash() => MerkleHash.Tree(Roots.AsSpan());
}
