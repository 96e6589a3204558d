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
}
