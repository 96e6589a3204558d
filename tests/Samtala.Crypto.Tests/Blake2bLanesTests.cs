using Samtala.Vectors;

namespace Samtala.Crypto.Tests;

public sealed class Blake2bLanesTests
{
    [Fact]
    public void Any_number_of_messages_of_any_size_hash_as_one_by_one()
    {
        Random random = TestSeed.NewRandom();
        for (int round = 0; round < 2_000; round++)
        {
            int count = random.Next(11);
            byte[] slots = new byte[count * Blake2bLanes.SlotSize];
            int[] sizes = new int[count];
            for (int i = 0; i < count; i++)
            {
                sizes[i] = round < Blake2bLanes.SlotSize ? round : random.Next(Blake2bLanes.SlotSize + 1);
                random.NextBytes(slots.AsSpan(i * Blake2bLanes.SlotSize, sizes[i]));
            }

            Hash32[] results = new Hash32[count];
            Blake2bLanes.Hash(slots, sizes, results);
            for (int i = 0; i < count; i++)
                Assert.Equal(Blake2b.HashData(slots.AsSpan(i * Blake2bLanes.SlotSize, sizes[i])), results[i]);
        }
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        Hash32[] results = new Hash32[1];
        Assert.Throws<ArgumentException>(() => Blake2bLanes.Hash(new byte[100], [1], results));
        Assert.Throws<ArgumentException>(() => Blake2bLanes.Hash(new byte[128], [129], results));
        Assert.Throws<ArgumentException>(() => Blake2bLanes.Hash(new byte[128], [-1], results));
        Assert.Throws<ArgumentException>(() => Blake2bLanes.Hash(new byte[128], [1], []));
    }

    [Fact]
    public void Messages_of_one_size_hash_as_one_by_one()
    {
        Random random = new(17);
        foreach (int size in (int[])[0, 1, 119, 120, 128, 247, 248, 1000, 4096, 65_536])
        {
            for (int count = 0; count < 10; count++)
            {
                byte[] head = new byte[random.Next(Blake2bLanes.SlotSize + 1)];
                byte[] rests = new byte[count * size];
                random.NextBytes(head);
                random.NextBytes(rests);
                Hash32[] results = new Hash32[count];
                Blake2bLanes.HashEqual(head, rests, results);
                for (int i = 0; i < count; i++)
                    Assert.Equal(Blake2b.HashData([.. head, .. rests.AsSpan(i * size, size)]), results[i]);
            }
        }
    }

    [Fact]
    public void Rests_that_are_not_of_one_size_are_refused()
    {
        Hash32[] results = new Hash32[2];
        Assert.Throws<ArgumentException>(() => Blake2bLanes.HashEqual([], new byte[3], results));
        Assert.Throws<ArgumentException>(() => Blake2bLanes.HashEqual([], new byte[3], []));
        Assert.Throws<ArgumentException>(() => Blake2bLanes.HashEqual(new byte[129], new byte[2], results));
    }
}
