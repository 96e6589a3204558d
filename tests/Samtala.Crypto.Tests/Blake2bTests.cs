using Samtala.Vectors;

namespace Samtala.Crypto.Tests;

public sealed class Blake2bTests
{
    [Fact]
    public void Pieces_hash_like_the_whole()
    {
        Random random = TestSeed.NewRandom();
        for (int round = 0; round < 200; round++)
        {
            byte[] data = new byte[random.Next(1200)];
            random.NextBytes(data);
            int[] cuts = [.. Enumerable.Range(0, 3).Select(_ => random.Next(data.Length + 1)).Order()];
            Hash32 whole = Blake2b.HashData(data);
            Assert.Equal(
                whole,
                Blake2b.HashAll(
                    data.AsSpan(0, cuts[0]),
                    data.AsSpan(cuts[0]..cuts[1]),
                    data.AsSpan(cuts[1]..cuts[2]),
                    data.AsSpan(cuts[2])));
            using Blake2b hash = new();
            hash.Append(data.AsSpan(0, cuts[1]));
            hash.Append(data.AsSpan(cuts[1]));
            Assert.Equal(whole, hash.GetHash32AndReset());
            hash.Append(data);
            Assert.Equal(whole, hash.GetHash32AndReset());
        }
    }

    [Fact]
    public void Every_size_and_key_size_works_and_gives_another_hash()
    {
        HashSet<string> seen = [];
        for (int size = 1; size <= Blake2b.SizeMax; size++)
        {
            byte[] key = new byte[size];
            byte[] once = new byte[size];
            Blake2b.HashData("message"u8, once, key);
            using Blake2b hash = new(size, key);
            hash.Append("message"u8);
            byte[] again = new byte[size];
            hash.GetHashAndReset(again);
            Assert.Equal(once, again);
            Assert.True(seen.Add(Convert.ToHexString(once)));
        }
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(65, 0)]
    [InlineData(32, 65)]
    public void A_size_out_of_range_is_refused(int size, int keySize) =>
        Assert.Throws<ArgumentException>(() => Blake2b.HashData([], new byte[size], new byte[keySize]));

    [Fact]
    public void A_disposed_hash_refuses_more()
    {
        Blake2b hash = new();
        hash.Dispose();
        Assert.Throws<ObjectDisposedException>(() => hash.Append([1]));
    }
}
