using Samtala.Encodings;
using Samtala.Hypercore.Proofs;

namespace Samtala.Hypercore.Replication;

/// <summary>The Request message in its most frequent shape, one block and nothing else, without allocations. Everything
/// else goes through <see cref="Messages.RequestMessage"/>.</summary>
internal readonly record struct BlockRequest(ulong Id, ulong Fork, ulong Index, ulong Nodes, ulong Priority)
{
    private const ulong BlockFlag = 1;
    private const ulong OtherFlags = 2 | 4 | 8 | 16;
    private const ulong PriorityFlag = 32;

    public int Size => 1 + CompactSize.OfUInt(Id) + CompactSize.OfUInt(Fork) + CompactSize.OfUInt(Index)
        + CompactSize.OfUInt(Nodes) + (Priority > 0 ? CompactSize.OfUInt(Priority) : 0);

    /// <returns>False when it has another shape or is malformed.</returns>
    public static bool TryDecode(ReadOnlySpan<byte> source, out BlockRequest request)
    {
        CompactReader reader = new(source);
        ulong priority = 0;
        bool read = reader.TryReadUInt(out ulong flags)
            & reader.TryReadUInt(out ulong id)
            & reader.TryReadUInt(out ulong fork)
            & (flags & (BlockFlag | OtherFlags)) == BlockFlag
            & reader.TryReadUInt(out ulong index)
            & reader.TryReadUInt(out ulong nodes)
            && ((flags & PriorityFlag) == 0 || reader.TryReadUInt(out priority));
        request = read ? new BlockRequest(id, fork, index, nodes, priority) : default;
        return read;
    }

    public void Write(Span<byte> target)
    {
        CompactWriter writer = new(target);
        writer.WriteUInt(BlockFlag | (Priority > 0 ? PriorityFlag : 0));
        writer.WriteUInt(Id);
        writer.WriteUInt(Fork);
        writer.WriteUInt(Index);
        writer.WriteUInt(Nodes);
        if (Priority > 0)
            writer.WriteUInt(Priority);
    }

    public ProofRequest ToProofRequest() => new() { Fork = Fork, Block = new NodeRequest(Index, Nodes) };
}
