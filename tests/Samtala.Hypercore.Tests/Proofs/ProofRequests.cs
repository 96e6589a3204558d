using Samtala.Hypercore.Proofs;
using Samtala.Hypercore.Tree;

namespace Samtala.Hypercore.Tests.Proofs;

/// <summary>Requests that a reader may well make.</summary>
internal static class ProofRequests
{
    public static async Task<ProofRequest> NextAsync(Random random, LogHead writer, NodeTable reader)
    {
        ulong length = reader.Head.Length;
        bool upgrades = length < writer.Length && (length == 0 || random.Next(3) == 0);
        ulong to = upgrades ? length + 1 + (ulong)random.NextInt64((long)(writer.Length - length)) : length;
        ulong block = (ulong)random.NextInt64((long)to);
        int kind = random.Next(4);
        ProofRequest request = new()
        {
            Manifest = length == 0,
            Upgrade = upgrades ? new UpgradeRequest(length, to - length) : null,
        };
        if (kind == 0)
            return request with { Seek = NextSeek(random, writer) };
        if (kind == 1)
        {
            ulong node = block * 2;
            for (int climb = random.Next(4); climb > 0; climb--)
            {
                ulong parent = Encodings.FlatTree.Parent(node);
                if (Encodings.FlatTree.RightSpan(parent) >= (upgrades ? to : length) * 2
                    || (upgrades && Encodings.FlatTree.LeftSpan(parent) < length * 2))
                {
                    break;
                }

                node = parent;
            }

            ulong levels = await MissingNodes.CountAsync(reader.Head, reader, node, default);
            return request with { Hash = new NodeRequest(node, levels) };
        }

        ulong count = block < length ? await MissingNodes.CountAsync(reader.Head, reader, block * 2, default) : 0;
        request = request with { Block = new NodeRequest(block, count) };
        return kind == 2 || (upgrades && block >= length)
            ? request
            : request with { Seek = NextSeek(random, writer) };
    }

    private static SeekRequest NextSeek(Random random, LogHead writer) =>
        new((ulong)random.NextInt64((long)writer.ByteLength + 3), 0);
}
