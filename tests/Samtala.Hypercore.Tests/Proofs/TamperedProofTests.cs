using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Samtala.Hypercore.Messages;
using Samtala.Hypercore.Proofs;
using Samtala.Hypercore.Tree;
using Samtala.Vectors;

namespace Samtala.Hypercore.Tests.Proofs;

public sealed class TamperedProofTests
{
    [Fact]
    public async Task Any_flipped_bit_of_a_proof_is_refused_or_changes_nothing()
    {
        Random random = TestSeed.NewRandom();
        for (int round = 0; round < 12; round++)
        {
            using WriterLog log = new(round, isCompat: round % 2 == 1);
            var (proof, before) = await NextAsync(random, log);
            byte[] honest = Encode(proof);
            for (int bit = 0; bit < honest.Length * 8; bit += 1 + random.Next(5))
            {
                byte[] flipped = [.. honest];
                flipped[bit / 8] ^= (byte)(1 << (bit % 8));
                if (DataMessage.TryDecode(flipped, out DataMessage message))
                    CheckHarmless(log, before, message.Proof, $"bit {bit} of {Convert.ToHexStringLower(honest)}");
            }
        }
    }

    [Fact]
    public async Task Any_dropped_doubled_or_moved_node_is_refused_or_changes_nothing()
    {
        Random random = TestSeed.NewRandom();
        for (int round = 0; round < 60; round++)
        {
            using WriterLog log = new(round);
            var (proof, before) = await NextAsync(random, log);
            foreach (Proof changed in WithChangedNodes(random, proof))
                CheckHarmless(log, before, changed, $"{changed}");
        }
    }

    [Fact]
    public async Task A_shifted_split_of_two_sizes_is_never_stored()
    {
        using WriterLog log = new(3);
        log.Append([.. Enumerable.Range(0, 16).Select(i => new byte[1 + i])]);
        NodeTable reader = new();
        LogAuthority authority = log.Stranger;
        Proof upgrade = await log.ProveAsync(ReorgSearch.FirstRequest(0, 16, manifest: true));
        Assert.Equal(ProofError.None, reader.Take(ref authority, upgrade));
        Proof proof = await log.ProveAsync(new ProofRequest { Hash = new NodeRequest(4, 4) });
        HashProof hash = proof.Hash!.Value;
        MerkleNode[] nodes = [.. hash.Nodes];

        // The reference stores both: only their sum is in the hash of their parent.
        nodes[0] = nodes[0] with { Size = nodes[0].Size + 1 };
        nodes[1] = nodes[1] with { Size = nodes[1].Size - 1 };
        Proof shifted = proof with { Hash = hash with { Nodes = ImmutableCollectionsMarshal.AsImmutableArray(nodes) } };
        Assert.Equal(ProofError.None, reader.Take(ref authority, shifted));
        Assert.All(reader.Nodes.Values, node => Assert.Equal(log.Table.Nodes[node.Index], node));
        Assert.Contains(5UL, reader.Nodes.Keys);
        Assert.DoesNotContain(4UL, reader.Nodes.Keys);
    }

    [Fact]
    public async Task Two_signed_heads_that_differ_are_one_proof_that_anybody_can_check()
    {
        using WriterLog one = new(7);
        using WriterLog other = new(7);
        Random random = TestSeed.NewRandom();
        one.AppendRandom(random, 12);
        other.AppendRandom(random, 19);
        ProofRequest request = ConflictProof.RequestFor(0, 12) with { Manifest = true };
        Proof first = await one.ProveAsync(request);
        Proof second = await other.ProveAsync(request);
        Assert.False(ConflictProof.TryCreate(one.Authority, first, first, out _));
        Assert.True(ConflictProof.TryCreate(one.Authority, first, second, out ConflictProof? conflict));
        Assert.NotEqual(conflict!.FirstTreeHash, conflict.SecondTreeHash);
        Assert.Equal((12UL, 19UL), (conflict.FirstHead.Length, conflict.SecondHead.Length));

        byte[] encoded = conflict.Encode();
        Assert.True(ConflictProof.TryDecode(encoded, out ConflictProof? read));
        Assert.Equal(encoded, read!.Encode());
        Assert.Equal(conflict.SecondHead.TreeHash(), read.SecondHead.TreeHash());
        for (int bit = 0; bit < encoded.Length * 8; bit += 3)
        {
            byte[] flipped = [.. encoded];
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.True(
                !ConflictProof.TryDecode(flipped, out ConflictProof? other2) || other2!.Encode().SequenceEqual(encoded),
                $"bit {bit}");
        }

        using WriterLog longer = new(7);
        longer.Append([.. one.Blocks]);
        longer.AppendRandom(random, 5);
        Proof same = await longer.ProveAsync(request);
        Assert.False(ConflictProof.TryCreate(one.Authority, first, same, out _));
    }

    [Fact]
    public async Task A_lie_does_not_bring_a_reorg_further()
    {
        Random random = TestSeed.NewRandom();
        using WriterLog log = new(9);
        log.AppendRandom(random, 20);
        NodeTable reader = NodeTable.Of(log.Blocks.ToArray(), 0);
        log.Truncate(5, fork: 1);
        log.AppendRandom(random, 11);
        Proof first = await log.ProveAsync(ReorgSearch.FirstRequest(1, 16, manifest: false));
        var (search, error) = await ReorgSearch.BeginAsync(log.Authority, reader.Head, reader, first, default);
        Assert.Equal(ProofError.None, error);
        while (search!.Result is null)
        {
            Proof answer = await log.ProveAsync(search.NextRequest(search.WantEnd - 1));
            byte[] honest = Encode(answer);
            ulong start = search.WantStart;
            for (int bit = 0; bit < honest.Length * 8; bit += 7)
            {
                byte[] flipped = [.. honest];
                flipped[bit / 8] ^= (byte)(1 << (bit % 8));
                if (!DataMessage.TryDecode(flipped, out DataMessage message)
                    || Encode(message.Proof).SequenceEqual(honest))
                {
                    continue;
                }

                ProofError refused = await search.TakeAsync(reader, message.Proof, default);
                Assert.True(refused != ProofError.None || message.Request != 1, $"bit {bit}");
            }

            Assert.Equal(start, search.WantStart);
            Assert.Equal(ProofError.None, await search.TakeAsync(reader, answer, default));
        }

        Assert.Equal(5UL, search.Result.Ancestors);
        Assert.Equal(log.Head.TreeHash(), search.Result.NewHead.TreeHash());
        Assert.All(search.Result.Nodes, node => Assert.Equal(log.Table.Nodes[node.Index], node));
    }

    private static async Task<(Proof Proof, NodeTable Before)> NextAsync(Random random, WriterLog log)
    {
        log.AppendRandom(random, 1 + random.Next(30));
        NodeTable reader = new();
        LogAuthority authority = log.Stranger;
        for (int step = random.Next(4); step > 0; step--)
            reader.Take(ref authority, await ProveNextAsync(random, log, reader));
        if (random.Next(2) == 0)
            log.AppendRandom(random, 1 + random.Next(10));
        return (await ProveNextAsync(random, log, reader), reader);
    }

    private static async Task<Proof> ProveNextAsync(Random random, WriterLog log, NodeTable reader)
    {
        while (true)
        {
            ProofRequest request = await ProofRequests.NextAsync(random, log.Head, reader);
            if ((await Prover.CreateAsync(log.Head, log.Table, request, default)).Error == ProofError.None)
                return await log.ProveAsync(request);
        }
    }

    /// <summary>Whatever is accepted must be true.</summary>
    private static void CheckHarmless(WriterLog log, NodeTable before, Proof proof, string what)
    {
        LogAuthority authority = before.Head.Length > 0 ? log.Authority : log.Stranger;
        NodeTable reader = before.Copy();
        if (reader.Take(ref authority, proof) != ProofError.None)
            return;
        foreach (MerkleNode node in reader.Nodes.Values)
            Assert.True(log.Table.Nodes.TryGetValue(node.Index, out MerkleNode real) && real == node, what);
        foreach (var (index, value) in reader.Blocks)
            Assert.True(log.Blocks[(int)index].AsSpan().SequenceEqual(value), what);
        Assert.True(reader.Head.Fork == log.Head.Fork, what);
        Assert.True(reader.Head.Length == before.Head.Length || authority.Verify(reader.Head), what);
    }

    private static IEnumerable<Proof> WithChangedNodes(Random random, Proof proof)
    {
        if (proof.Block is { } block)
        {
            foreach (ImmutableArray<MerkleNode> nodes in Changed(random, block.Nodes))
                yield return proof with { Block = block with { Nodes = nodes } };
            yield return proof with { Block = block with { Value = block.Value.ToArray().Append((byte)0).ToArray() } };
            yield return proof with { Block = block with { Index = block.Index ^ 1 } };
        }

        if (proof.Hash is { } hash)
        {
            foreach (ImmutableArray<MerkleNode> nodes in Changed(random, hash.Nodes))
                yield return proof with { Hash = hash with { Nodes = nodes } };
        }

        if (proof.Seek is { } seek)
        {
            foreach (ImmutableArray<MerkleNode> nodes in Changed(random, seek.Nodes))
                yield return proof with { Seek = seek with { Nodes = nodes } };
        }

        if (proof.Upgrade is { } upgrade)
        {
            foreach (ImmutableArray<MerkleNode> nodes in Changed(random, upgrade.Nodes))
                yield return proof with { Upgrade = upgrade with { Nodes = nodes } };
            foreach (ImmutableArray<MerkleNode> nodes in Changed(random, upgrade.AdditionalNodes))
                yield return proof with { Upgrade = upgrade with { AdditionalNodes = nodes } };
            foreach (ulong length in new[] { 0UL, upgrade.Length + 1, upgrade.Length - 1, ulong.MaxValue, 1UL << 52 })
                yield return proof with { Upgrade = upgrade with { Length = length } };
            yield return proof with { Upgrade = upgrade with { Start = upgrade.Start + 1 } };
        }
    }

    private static IEnumerable<ImmutableArray<MerkleNode>> Changed(Random random, ImmutableArray<MerkleNode> nodes)
    {
        for (int i = 0; i < nodes.Length; i++)
        {
            yield return nodes.RemoveAt(i);
            yield return nodes.Insert(i, nodes[i]);
            yield return nodes.SetItem(i, nodes[i] with { Size = nodes[i].Size + 1 });
            yield return nodes.SetItem(i, nodes[i] with { Size = ulong.MaxValue });
            yield return nodes.SetItem(i, nodes[i] with { Index = (ulong)random.NextInt64() });
            int other = random.Next(nodes.Length);
            yield return nodes.SetItem(i, nodes[other]).SetItem(other, nodes[i]);
        }
    }

    private static byte[] Encode(Proof proof)
    {
        DataMessage message = new(1, proof);
        byte[] bytes = new byte[message.Size];
        message.Write(bytes);
        return bytes;
    }
}
