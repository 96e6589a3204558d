using Samtala.Crypto;
using Samtala.Hypercore.Tree;
using Samtala.Vectors;

namespace Samtala.Hypercore.Tests.Tree;

public sealed class MerkleBatchTests
{
    [Fact]
    public void Many_at_once_hash_as_one_by_one()
    {
        Random random = TestSeed.NewRandom();
        for (int count = 0; count < 150; count++)
        {
            ReadOnlyMemory<byte>[] blocks = new ReadOnlyMemory<byte>[count];
            for (int i = 0; i < count; i++)
            {
                byte[] block = new byte[random.Next(8) == 0 ? random.Next(5_000) : random.Next(130)];
                random.NextBytes(block);
                blocks[i] = block;
            }

            Hash32[] leaves = new Hash32[count];
            MerkleBatch.Leaves(blocks, leaves);
            MerkleNode[] nodes = new MerkleNode[count & ~1];
            for (int i = 0; i < count; i++)
            {
                Assert.Equal(MerkleHash.Leaf(blocks[i].Span), leaves[i]);
                if (i < nodes.Length)
                    nodes[i] = new MerkleNode((ulong)i * 2, (ulong)blocks[i].Length, leaves[i]);
            }

            MerkleNode[] expected = [.. nodes.Chunk(2).Select(pair => MerkleHash.Parent(pair[0], pair[1]))];
            MerkleNode[] parents = new MerkleNode[nodes.Length / 2];
            MerkleBatch.Parents(nodes, parents);
            Assert.Equal(expected, parents);
            MerkleBatch.Parents(nodes, nodes.AsSpan(0, nodes.Length / 2));
            Assert.Equal(expected, nodes[..(nodes.Length / 2)]);
        }
    }

    [Fact]
    public void Neighbours_hash_as_one_by_one()
    {
        Random random = TestSeed.NewRandom();
        for (int count = 0; count < 150; count++)
        {
            ulong[] sizes = new ulong[count];
            for (int i = 0; i < count; i++)
            {
                int size = random.Next(6) == 0 ? random.Next(1_000) : random.Next(130);
                sizes[i] = i > 0 && random.Next(3) > 0 ? sizes[i - 1] : (ulong)size;
            }

            byte[] bytes = new byte[sizes.Sum(size => (int)size)];
            random.NextBytes(bytes);
            Hash32[] leaves = new Hash32[count];
            MerkleBatch.Leaves(bytes, sizes, leaves);
            int at = 0;
            for (int i = 0; i < count; at += (int)sizes[i++])
                Assert.Equal(MerkleHash.Leaf(bytes.AsSpan(at, (int)sizes[i])), leaves[i]);

            int pairs = count / 2;
            Hash32[] parents = new Hash32[pairs];
            ulong[] above = new ulong[pairs];
            MerkleBatch.Parents(leaves.AsSpan(0, 2 * pairs), sizes.AsSpan(0, 2 * pairs), parents, above);
            for (int i = 0; i < pairs; i++)
            {
                MerkleNode expected = MerkleHash.Parent(
                    new MerkleNode((ulong)i * 4, sizes[2 * i], leaves[2 * i]),
                    new MerkleNode(((ulong)i * 4) + 2, sizes[(2 * i) + 1], leaves[(2 * i) + 1]));
                Assert.Equal((expected.Hash, expected.Size), (parents[i], above[i]));
            }
        }
    }
}
