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
    private const int RootSizeMax = 9 + Hash32.Size;

    public LogHead Head { get; init; } = LogHead.Empty;

    /// <summary>Blocks 0 to here are all present.</summary>
    public ulong ContiguousLength { get; init; }

    /// <summary>Pages up to here may hold something beyond the head: a large append or truncation was cut off.</summary>
    public ulong GarbageEnd { get; init; }

    /// <summary>Blocks that are being cleared; empty when none.</summary>
    public (ulong Start, ulong End) Clearing { get; init; }

    /// <summary>The era in which the head was last known to be the newest; own logs only.</summary>
    public ulong Era { get; init; }

    public bool IsFrozen { get; init; }

    public byte[] Encode()
    {
        byte[] target = new byte[1 + (9 * 10) + (Head.Roots.Length * RootSizeMax) + Head.Signature.Length];
        CompactWriter writer = new(target);
        writer.WriteFixed([Version]);
        writer.WriteUInt(IsFrozen ? FrozenFlag : 0);
        writer.WriteUInt(Era);
        writer.WriteUInt(Head.Fork);
        writer.WriteUInt(Head.Length);
        writer.WriteUInt(ContiguousLength);
        writer.WriteUInt(GarbageEnd);
        writer.WriteUInt(Clearing.Start);
        writer.WriteUInt(Clearing.End);
        foreach (ref readonly MerkleNode root in Head.Roots.AsSpan())
        {
            writer.WriteUInt(root.Size);
            writer.WriteFixed(root.Hash.Bytes);
        }

        writer.WriteBuffer(Head.Signature.Span);
        return target[..writer.Position];
    }

    public static bool TryDecode(ReadOnlySpan<byte> source, out LogRecord? record)
    {
        record = null;
        CompactReader reader = new(source);
        if (!reader.TryReadFixed(1, out ReadOnlySpan<byte> version) || version[0] != Version
            || !reader.TryReadUInt(out ulong flags) || !reader.TryReadUInt(out ulong era)
            || !reader.TryReadUInt(out ulong fork) || !reader.TryReadUInt(out ulong length)
            || !reader.TryReadUInt(out ulong contiguous) || !reader.TryReadUInt(out ulong garbage)
            || !reader.TryReadUInt(out ulong clearFrom) || !reader.TryReadUInt(out ulong clearEnd))
        {
            return false;
        }

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
        record = new LogRecord
        {
            Head = LogHead.Of(fork, roots.MoveToImmutable(), signature.ToArray()),
            ContiguousLength = contiguous,
            GarbageEnd = garbage,
            Clearing = (clearFrom, clearEnd),
            Era = era,
            IsFrozen = (flags & FrozenFlag) != 0,
        };
        return true;
    }
}
