using System.Collections.Immutable;
using Samtala.Hypercore.Logs;
using Samtala.Hypercore.Proofs;
using Samtala.Hypercore.Tree;

namespace Samtala.Hypercore.Tests.Logs;

/// <summary>What a log must be: a list of blocks, some of them cleared.</summary>
internal sealed record ModelLog(
    ulong Fork, ImmutableList<byte[]> Blocks, ImmutableHashSet<int> Cleared, ImmutableList<int> Ends)
{
    public static ModelLog Empty { get; } = new(0, [], [], [0]);

    public int Length => Blocks.Count;

    public ModelLog Append(IEnumerable<byte[]> blocks)
    {
        ImmutableList<byte[]> all = Blocks.AddRange(blocks);
        return this with { Blocks = all, Ends = Ends.Add(all.Count) };
    }

    public ModelLog Truncate(int length) => this with
    {
        Fork = Fork + 1,
        Blocks = Blocks.RemoveRange(length, Length - length),
        Cleared = Cleared.Where(i => i < length).ToImmutableHashSet(),
        Ends = Ends.RemoveAll(e => e > length).Add(length),
    };

    public ModelLog Clear(int start, int count) =>
        this with { Cleared = Cleared.Union(Enumerable.Range(start, Math.Max(0, Math.Min(count, Length - start)))) };

    /// <summary>The state at the end of an append that the log may have stopped at.</summary>
    public ModelLog Prefix(int length) => this with
    {
        Blocks = Blocks.RemoveRange(length, Length - length),
        Ends = Ends.RemoveAll(e => e > length),
    };

    /// <summary>Compares lengths, the tree, the signature, every bit and some of the blocks.</summary>
    public async Task CheckAsync(Log log, Random random, CancellationToken cancellationToken)
    {
        Assert.Equal(((ulong)Length, Fork), (log.Length, log.Fork));
        MerkleRoots tree = new();
        foreach (byte[] block in Blocks)
            tree.Append(MerkleHash.Leaf(block), (ulong)block.Length);
        Assert.Equal(tree.ByteLength, log.ByteLength);
        Assert.Equal(tree.Hash(), log.Head.TreeHash());
        if (Length > 0)
            Assert.True(new LogAuthority(log.Key, log.Manifest).Verify(log.Head));
        int contiguous = 0;
        for (int i = 0; i < Length; i++)
        {
            bool isHere = !Cleared.Contains(i);
            Assert.Equal(isHere, log.Has((ulong)i));
            if (isHere && contiguous == i)
                contiguous++;
            if (Length > 300 && random.Next(Length) > 200)
                continue;
            byte[]? block = await log.GetAsync((ulong)i, cancellationToken: cancellationToken);
            Assert.Equal(isHere ? Blocks[i] : null, block);
        }

        Assert.Equal((ulong)contiguous, log.ContiguousLength);
        Assert.Null(await log.GetAsync(log.AppliedLength, cancellationToken: cancellationToken));
    }
}
