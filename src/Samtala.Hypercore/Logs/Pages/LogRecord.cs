using System.Collections.Immutable;
using Samtala.Crypto;
using Samtala.Encodings;
using Samtala.Hypercore.Tree;

namespace Samtala.Hypercore.Logs.Pages;

/// <summary>What is written with every change of a log, in the same batch as the blocks and nodes it speaks of.
/// </summary>
internal sealed record LogRecord
{
    private const byte Version = 1;
    private const ulong FrozenFlag = 1;
    private const ulong SuccessorFlag = 2;
    private const int NodeSizeMax = 9 + 9 + Hash32.Size;

    public LogHead Head { get; init; } = LogHead.Empty;

    /// <summary>Blocks 0 to here are all present.</summary>
    public ulong ContiguousLength { get; init; }

    /// <summary>Pages up to here may hold something beyond the head: a large append or truncation was cut off.
    /// </summary>
    public ulong GarbageEnd { get; init; }

    /// <summary>Blocks that are being cleared; empty when none.</summary>
    public (ulong Start, ulong End) Clearing { get; init; }

    /// <summary>The era in which the head was last known to be the newest; own logs only.</summary>
    public ulong Era { get; init; }

    public bool IsFrozen { get; init; }

    /// <summary>The head that follows once what the old one had beyond this is gone, and its nodes; null when none.
    /// </summary>
    public LogHead? Successor { get; init; }

    public ImmutableArray<MerkleNode> SuccessorNodes { get; init; } = [];

    public byte[] Encode()
    {
        int size = 1 + (9 * 12) + SizeOf(Head) + SizeOf(Successor) + (SuccessorNodes.Length * NodeSizeMax);
        byte[] target = new byte[size];
        CompactWriter writer = new(target);
        writer.WriteFixed([Version]);
        writer.WriteUInt((IsFrozen ? FrozenFlag : 0) | (Successor is null ? 0 : SuccessorFlag));
        writer.WriteUInt(Era);
        writer.WriteUInt(ContiguousLength);
        writer.WriteUInt(GarbageEnd);
        writer.WriteUInt(Clearing.Start);
        writer.WriteUInt(Clearing.End);
        WriteHead(ref writer, Head);
        if (Successor is not null)
        {
            WriteHead(ref writer, Successor);
            writer.WriteUInt((ulong)SuccessorNodes.Length);
            foreach (ref readonly MerkleNode node in SuccessorNodes.AsSpan())
            {
                writer.WriteUInt(node.Index);
                writer.WriteUInt(node.Size);
                writer.WriteFixed(node.Hash.Bytes);
            }
        }

        return target[..writer.Position];
    }

    public static bool TryDecode(ReadOnlySpan<byte> source, out LogRecord? record)
    {
        record = null;
        CompactReader reader = new(source);
        if (!reader.TryReadFixed(1, out ReadOnlySpan<byte> version) || version[0] != Version
            || !reader.TryReadUInt(out ulong flags) || !reader.TryReadUInt(out ulong era)
            || !reader.TryReadUInt(out ulong contiguous) || !reader.TryReadUInt(out ulong garbage)
            || !reader.TryReadUInt(out ulong clearFrom) || !reader.TryReadUInt(out ulong clearEnd)
            || !TryReadHead(ref reader, out LogHead head))
        {
            return false;
        }

        LogHead? successor = null;
        ImmutableArray<MerkleNode> nodes = [];
        if ((flags & SuccessorFlag) != 0)
        {
            if (!TryReadHead(ref reader, out successor) || !TryReadNodes(ref reader, out nodes))
                return false;
        }

        record = new LogRecord
        {
            Head = head,
            ContiguousLength = contiguous,
            GarbageEnd = garbage,
            Clearing = (clearFrom, clearEnd),
            Era = era,
            IsFrozen = (flags & FrozenFlag) != 0,
            Successor = successor,
            SuccessorNodes = nodes,
        };
        return true;
    }

    private static int SizeOf(LogHead? head) =>
        head is null ? 0 : (3 * 9) + (head.Roots.Length * NodeSizeMax) + head.Signature.Length;

    private static void WriteHead(ref CompactWriter writer, LogHead head)
    {
        writer.WriteUInt(head.Fork);
        writer.WriteUInt(head.Length);
        foreach (ref readonly MerkleNode root in head.Roots.AsSpan())
        {
            writer.WriteUInt(root.Size);
            writer.WriteFixed(root.Hash.Bytes);
        }

        writer.WriteBuffer(head.Signature.Span);
    }

    private static bool TryReadHead(ref CompactReader reader, out LogHead head)
    {
        head = LogHead.Empty;
        if (!reader.TryReadUInt(out ulong fork) || !reader.TryReadUInt(out ulong length))
            return false;
        Span<ulong> indices = stackalloc ulong[64];
        int count = FlatTree.FullRoots(length, indices);
        ImmutableArray<MerkleNode>.Builder roots = ImmutableArray.CreateBuilder<MerkleNode>(count);
        foreach (ulong index in indices[..count])
        {
            if (!reader.TryReadUInt(out ulong size) || !reader.TryReadFixed(Hash32.Size, out ReadOnlySpan<byte> hash))
                return false;
            roots.Add(new MerkleNode(index, size, new Hash32(hash)));
        }

        if (!reader.TryReadBuffer(out ReadOnlySpan<byte> signature))
            return false;
        head = LogHead.Of(fork, roots.MoveToImmutable(), signature.ToArray());
        return true;
    }

    private static bool TryReadNodes(ref CompactReader reader, out ImmutableArray<MerkleNode> nodes)
    {
        nodes = [];
        if (!reader.TryReadUInt(out ulong count))
            return false;
        var read = ImmutableArray.CreateBuilder<MerkleNode>();
        for (ulong i = 0; i < count; i++)
        {
            if (!reader.TryReadUInt(out ulong index) || !reader.TryReadUInt(out ulong size)
                || !reader.TryReadFixed(Hash32.Size, out ReadOnlySpan<byte> hash))
            {
                return false;
            }

            read.Add(new MerkleNode(index, size, new Hash32(hash)));
        }

        nodes = read.ToImmutable();
        return true;
    }
}
