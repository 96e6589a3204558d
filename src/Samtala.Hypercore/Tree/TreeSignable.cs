using System.Buffers.Binary;
using Samtala.Crypto;
using Samtala.Hypercore.Manifests;

namespace Samtala.Hypercore.Tree;

/// <summary>The bytes a writer signs to say: my log has this tree.</summary>
public static class TreeSignable
{
    private const int StateSize = Hash32.Size + sizeof(ulong) + sizeof(ulong);

    /// <summary>What is signed under a manifest.</summary>
    /// <param name="context">The key of the log; under a version 0 manifest the namespace of the signer.</param>
    /// <param name="treeHash">The hash of the tree.</param>
    /// <param name="length">In blocks.</param>
    /// <param name="fork">How often the log was cut back.</param>
    public static byte[] Create(in Hash32 context, in Hash32 treeHash, ulong length, ulong fork)
    {
        byte[] bytes = new byte[Hash32.Size + Hash32.Size + StateSize];
        HypercoreNamespace.Tree.Bytes.CopyTo(bytes);
        context.Bytes.CopyTo(bytes.AsSpan(Hash32.Size));
        WriteState(bytes.AsSpan(Hash32.Size + Hash32.Size), treeHash, length, fork);
        return bytes;
    }

    /// <summary>What is signed for a log of hypercore 10 or older, whose key is the writer's own.</summary>
    /// <param name="treeHash">The hash of the tree.</param>
    /// <param name="length">In blocks.</param>
    /// <param name="fork">How often the log was cut back.</param>
    public static byte[] CreateCompat(in Hash32 treeHash, ulong length, ulong fork)
    {
        byte[] bytes = new byte[Hash32.Size + StateSize];
        HypercoreNamespace.Tree.Bytes.CopyTo(bytes);
        WriteState(bytes.AsSpan(Hash32.Size), treeHash, length, fork);
        return bytes;
    }

    /// <summary>What was signed before there were namespaces; only for logs that are still signed so.</summary>
    /// <param name="treeHash">The hash of the tree.</param>
    /// <param name="length">In blocks.</param>
    /// <param name="fork">How often the log was cut back.</param>
    public static byte[] CreateLegacy(in Hash32 treeHash, ulong length, ulong fork)
    {
        byte[] bytes = new byte[StateSize];
        WriteState(bytes, treeHash, length, fork);
        return bytes;
    }

    private static void WriteState(Span<byte> target, in Hash32 treeHash, ulong length, ulong fork)
    {
        treeHash.Bytes.CopyTo(target);
        BinaryPrimitives.WriteUInt64LittleEndian(target[Hash32.Size..], length);
        BinaryPrimitives.WriteUInt64LittleEndian(target[(Hash32.Size + sizeof(ulong))..], fork);
    }
}
