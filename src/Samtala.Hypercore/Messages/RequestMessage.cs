using Samtala.Encodings;
using Samtala.Hypercore.Proofs;

namespace Samtala.Hypercore.Messages;

/// <summary>Asks for parts of a log.</summary>
/// <param name="Id">Chosen by the asker, not 0; the answer carries it.</param>
/// <param name="Request">What is asked for.</param>
/// <param name="Priority">Above 0: to be answered before others.</param>
public readonly record struct RequestMessage(ulong Id, ProofRequest Request, ulong Priority)
{
    private const ulong BlockFlag = 1;
    private const ulong HashFlag = 2;
    private const ulong SeekFlag = 4;
    private const ulong UpgradeFlag = 8;
    private const ulong ManifestFlag = 16;
    private const ulong PriorityFlag = 32;

    /// <summary>Bytes that <see cref="Write"/> writes.</summary>
    public int Size => 1
        + CompactSize.OfUInt(Id)
        + CompactSize.OfUInt(Request.Fork)
        + (Request.Block is { } block ? SizeOf(block.Index, block.Nodes) : 0)
        + (Request.Hash is { } hash ? SizeOf(hash.Index, hash.Nodes) : 0)
        + (Request.Seek is { } seek ? SizeOf(seek.Bytes, seek.Padding) : 0)
        + (Request.Upgrade is { } upgrade ? SizeOf(upgrade.Start, upgrade.Length) : 0)
        + (Priority > 0 ? CompactSize.OfUInt(Priority) : 0);

    /// <summary>Reads a stranger's bytes; unknown flags and what follows are ignored.</summary>
    /// <param name="source">The payload.</param>
    /// <param name="message">Default when refused.</param>
    /// <returns>False when cut short.</returns>
    public static bool TryDecode(ReadOnlyMemory<byte> source, out RequestMessage message)
    {
        message = default;
        CompactReader reader = new(source.Span);
        if (!(reader.TryReadUInt(out ulong flags)
                & reader.TryReadUInt(out ulong id)
                & reader.TryReadUInt(out ulong fork))
            || !TryReadPair(ref reader, flags & BlockFlag, out (ulong, ulong)? block)
            || !TryReadPair(ref reader, flags & HashFlag, out (ulong, ulong)? hash)
            || !TryReadPair(ref reader, flags & SeekFlag, out (ulong, ulong)? seek)
            || !TryReadPair(ref reader, flags & UpgradeFlag, out (ulong, ulong)? upgrade))
        {
            return false;
        }

        ulong priority = 0;
        if ((flags & PriorityFlag) != 0 && !reader.TryReadUInt(out priority))
            return false;
        ProofRequest request = new()
        {
            Fork = fork,
            Block = block is var (index, nodes) ? new NodeRequest(index, nodes) : null,
            Hash = hash is var (node, levels) ? new NodeRequest(node, levels) : null,
            Seek = seek is var (bytes, padding) ? new SeekRequest(bytes, padding) : null,
            Upgrade = upgrade is var (start, length) ? new UpgradeRequest(start, length) : null,
            Manifest = (flags & ManifestFlag) != 0,
        };
        message = new RequestMessage(id, request, priority);
        return true;
    }

    /// <summary>Writes the message.</summary>
    /// <param name="target">Exactly <see cref="Size"/> bytes.</param>
    public void Write(Span<byte> target)
    {
        CompactWriter writer = new(target);
        writer.WriteUInt(
            (Request.Block is null ? 0 : BlockFlag)
            | (Request.Hash is null ? 0 : HashFlag)
            | (Request.Seek is null ? 0 : SeekFlag)
            | (Request.Upgrade is null ? 0 : UpgradeFlag)
            | (Request.Manifest ? ManifestFlag : 0)
            | (Priority > 0 ? PriorityFlag : 0));
        writer.WriteUInt(Id);
        writer.WriteUInt(Request.Fork);
        if (Request.Block is { } block)
            WritePair(ref writer, block.Index, block.Nodes);
        if (Request.Hash is { } hash)
            WritePair(ref writer, hash.Index, hash.Nodes);
        if (Request.Seek is { } seek)
            WritePair(ref writer, seek.Bytes, seek.Padding);
        if (Request.Upgrade is { } upgrade)
            WritePair(ref writer, upgrade.Start, upgrade.Length);
        if (Priority > 0)
            writer.WriteUInt(Priority);
    }

    private static int SizeOf(ulong one, ulong other) => CompactSize.OfUInt(one) + CompactSize.OfUInt(other);

    private static bool TryReadPair(ref CompactReader reader, ulong flag, out (ulong One, ulong Other)? pair)
    {
        pair = null;
        if (flag == 0)
            return true;
        if (!reader.TryReadUInt(out ulong one) || !reader.TryReadUInt(out ulong other))
            return false;
        pair = (one, other);
        return true;
    }

    private static void WritePair(ref CompactWriter writer, ulong one, ulong other)
    {
        writer.WriteUInt(one);
        writer.WriteUInt(other);
    }
}
