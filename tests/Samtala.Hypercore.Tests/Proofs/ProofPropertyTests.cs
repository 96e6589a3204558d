using Samtala.Hypercore.Messages;
using Samtala.Hypercore.Proofs;
using Samtala.Hypercore.Tree;
using Samtala.Vectors;

namespace Samtala.Hypercore.Tests.Proofs;

public sealed class ProofPropertyTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_reader_with_any_part_of_a_log_can_have_every_proof_of_it(bool isCompat)
    {
        Random random = TestSeed.NewRandom();
        for (int round = 0; round < 60; round++)
        {
            using WriterLog log = new(round, isCompat);
            log.AppendRandom(random, random.Next(1, 40));
            NodeTable reader = new();
            LogAuthority authority = log.Stranger;
            for (int step = 0; step < 30; step++)
            {
                ProofRequest request = await ProofRequests.NextAsync(random, log.Head, reader);
                ProverResult result = await Prover.CreateAsync(log.Head, log.Table, request, log.Manifest, default);
                if (result.Error != ProofError.None)
                {
                    Assert.False(result.IsMissingNodes);
                    Assert.True(request.Seek is not null, $"{log.Head.Length} {reader.Head.Length} {request}");
                    continue;
                }

                Proof proof = result.Proof!.Block is { } block
                    ? result.Proof.WithBlockValue(log.Blocks[(int)block.Index])
                    : result.Proof;
                Assert.Equal(ProofError.None, reader.Take(ref authority, Resend(proof)));
                CheckReader(log, reader, request);
                if (random.Next(6) == 0)
                    log.AppendRandom(random, random.Next(1, 20));
            }
        }
    }

    [Fact]
    public async Task A_reader_finds_every_byte_with_the_requests_it_is_told_to_make()
    {
        Random random = TestSeed.NewRandom();
        for (int round = 0; round < 40; round++)
        {
            using WriterLog log = new(round);
            log.AppendRandom(random, random.Next(1, 70), sizeMax: 20);
            const ulong Padding = 0;
            NodeTable reader = new();
            LogAuthority authority = log.Stranger;
            Proof upgrade = await log.ProveAsync(ReorgSearch.FirstRequest(0, log.Head.Length, manifest: true));
            Assert.Equal(ProofError.None, reader.Take(ref authority, upgrade));
            for (int i = 0; i < 10; i++)
            {
                SeekRequest seek = new((ulong)random.NextInt64((long)log.Head.ByteLength + 1), Padding);
                ByteSeekResult found = await ByteSeek.FindAsync(reader.Head, reader, seek, default);
                for (int asked = 0; found.MissingBelow is { } missing; asked++)
                {
                    Assert.True(asked < 8, "Every answer brings at least one level.");
                    ProofRequest request = ByteSeek.NextRequest(reader.Head, seek, missing);
                    Assert.Equal(ProofError.None, reader.Take(ref authority, await log.ProveAsync(request)));
                    found = await ByteSeek.FindAsync(reader.Head, reader, seek, default);
                }

                Assert.True(found.IsFound);
                ulong before = log.Blocks.Take((int)found.Block).Aggregate(0UL, (sum, b) => sum + (ulong)b.Length);
                Assert.Equal(seek.Bytes, before + found.Offset);
                Assert.Equal(before, await ByteSeek.FindOffsetAsync(log.Head, log.Table, found.Block, default));
                ByteSeekResult direct = await ByteSeek.FindAsync(log.Head, log.Table, seek, default);
                Assert.Equal(found, direct);
            }
        }
    }

    [Fact]
    public async Task Padding_does_not_count_in_a_byte_seek()
    {
        using WriterLog log = new(1);
        log.Append([.. Enumerable.Range(0, 13).Select(i => new byte[9 + i])]);
        ulong position = 0;
        for (ulong block = 0; block < 13; block++)
        {
            ByteSeekResult found = await ByteSeek.FindAsync(
                log.Head, log.Table, new SeekRequest(position + (block / 2), 8), default);
            Assert.True(found.IsFound);
            Assert.Equal((block, block / 2), (found.Block, found.Offset));
            position += block + 1;
        }

        SeekRequest behind = new(position + 1, 8);
        Assert.False((await ByteSeek.FindAsync(log.Head, log.Table, behind, default)).IsFound);
    }

    private static Proof Resend(Proof proof)
    {
        DataMessage message = new(1, proof);
        byte[] bytes = new byte[message.Size];
        message.Write(bytes);
        Assert.True(DataMessage.TryDecode(bytes, out DataMessage read));
        return read.Proof;
    }

    private static void CheckReader(WriterLog log, NodeTable reader, ProofRequest request)
    {
        foreach (MerkleNode node in reader.Nodes.Values)
            Assert.Equal(log.Table.Nodes[node.Index], node);
        foreach (var (index, value) in reader.Blocks)
            Assert.Equal(log.Blocks[(int)index], value);
        if (request.Upgrade is not null)
            Assert.Equal(log.Head.TreeHash(), reader.Head.TreeHash());
        if (request.Block is { } block)
            Assert.Contains(block.Index, reader.Blocks.Keys);
        Assert.All(reader.Head.Roots, root => Assert.Equal(log.Table.Nodes[root.Index], reader.Nodes[root.Index]));
    }
}
