using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Samtala.Crypto;
using Samtala.Encodings;

namespace Samtala.Hypercore.Tree;

/// <summary>The hashes of many blocks or parents at once: the same as <see cref="MerkleHash"/>, in less time where
/// blocks are short or of one size.</summary>
public static class MerkleBatch
{
    private const int LeafHeadSize = 1 + sizeof(ulong);
    private const int ParentSize = 1 + sizeof(ulong) + Hash32.Size + Hash32.Size;
    private const int GroupSize = 32;
    private const byte LeafType = 0;
    private const byte ParentType = 1;

    /// <summary>From so many neighbours of one size on their bytes are hashed where they are.</summary>
    private const int EqualMin = 4;

    /// <summary>The hashes of blocks.</summary>
    /// <param name="blocks">Their bytes.</param>
    /// <param name="hashes">As many.</param>
    /// <exception cref="ArgumentException">Not as many.</exception>
    public static void Leaves(ReadOnlySpan<ReadOnlyMemory<byte>> blocks, Span<Hash32> hashes)
    {
        if (blocks.Length != hashes.Length)
            throw new ArgumentException($"{blocks.Length} blocks have as many hashes.", nameof(hashes));
        Span<byte> slots = stackalloc byte[GroupSize * Blake2bLanes.SlotSize];
        Span<int> sizes = stackalloc int[GroupSize];
        Span<int> places = stackalloc int[GroupSize];
        Span<Hash32> results = stackalloc Hash32[GroupSize];
        int count = 0;
        for (int i = 0; i < blocks.Length; i++)
        {
            ReadOnlySpan<byte> block = blocks[i].Span;
            if (block.Length > Blake2bLanes.SlotSize - LeafHeadSize)
            {
                hashes[i] = MerkleHash.Leaf(block);
                continue;
            }

            // The type of a leaf is 0, as what is cleared.
            Span<byte> slot = slots.Slice(count * Blake2bLanes.SlotSize, Blake2bLanes.SlotSize);
            slot.Clear();
            BinaryPrimitives.WriteUInt64LittleEndian(slot[1..], (ulong)block.Length);
            block.CopyTo(slot[LeafHeadSize..]);
            sizes[count] = LeafHeadSize + block.Length;
            places[count++] = i;
            if (count == GroupSize || i == blocks.Length - 1)
            {
                Scatter(slots, sizes[..count], results, places, hashes);
                count = 0;
            }
        }

        Scatter(slots, sizes[..count], results, places, hashes);
    }

    /// <summary>The hashes of neighbouring blocks.</summary>
    /// <param name="bytes">The blocks, one after the other.</param>
    /// <param name="sizes">Bytes of each.</param>
    /// <param name="hashes">As many as sizes.</param>
    public static void Leaves(ReadOnlySpan<byte> bytes, ReadOnlySpan<ulong> sizes, Span<Hash32> hashes)
    {
        Span<byte> head = stackalloc byte[LeafHeadSize];
        head[0] = LeafType;
        Span<byte> slots = stackalloc byte[GroupSize * Blake2bLanes.SlotSize];
        Span<int> slotSizes = stackalloc int[GroupSize];
        while (!sizes.IsEmpty)
        {
            int equal = CountEqual(sizes);
            int small = equal >= EqualMin ? 0 : CountSmall(sizes);
            if (small > 1)
            {
                int taken = Slot(bytes, sizes[..small], slots, slotSizes);
                Blake2bLanes.Hash(slots[..(small * Blake2bLanes.SlotSize)], slotSizes[..small], hashes[..small]);
                bytes = bytes[taken..];
                sizes = sizes[small..];
                hashes = hashes[small..];
                continue;
            }

            int size = (int)sizes[0];
            BinaryPrimitives.WriteUInt64LittleEndian(head[1..], sizes[0]);
            Blake2bLanes.HashEqual(head, bytes[..(equal * size)], hashes[..equal]);
            bytes = bytes[(equal * size)..];
            sizes = sizes[equal..];
            hashes = hashes[equal..];
        }
    }

    /// <summary>The hashes and sizes above pairs of siblings.</summary>
    /// <param name="children">Left, right, left, right …</param>
    /// <param name="sizes">Of the children.</param>
    /// <param name="parents">Half as many.</param>
    /// <param name="parentSizes">As many as parents.</param>
    public static void Parents(
        ReadOnlySpan<Hash32> children, ReadOnlySpan<ulong> sizes, Span<Hash32> parents, Span<ulong> parentSizes)
    {
        Span<byte> slots = stackalloc byte[GroupSize * Blake2bLanes.SlotSize];
        Span<int> slotSizes = stackalloc int[GroupSize];
        slotSizes.Fill(ParentSize);
        slots.Clear();
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(children);
        for (int done = 0; done < parents.Length;)
        {
            int count = Math.Min(GroupSize, parents.Length - done);
            for (int i = 0; i < count; i++)
            {
                int left = (done + i) * 2;
                Span<byte> slot = slots.Slice(i * Blake2bLanes.SlotSize, ParentSize);
                slot[0] = ParentType;
                ulong size = parentSizes[done + i] = sizes[left] + sizes[left + 1];
                BinaryPrimitives.WriteUInt64LittleEndian(slot[1..], size);
                bytes.Slice(left * Hash32.Size, 2 * Hash32.Size).CopyTo(slot[LeafHeadSize..]);
            }

            Blake2bLanes.Hash(
                slots[..(count * Blake2bLanes.SlotSize)], slotSizes[..count], parents.Slice(done, count));
            done += count;
        }
    }

    /// <summary>The nodes above pairs of siblings.</summary>
    /// <param name="children">Left, right, left, right …</param>
    /// <param name="parents">Half as many; may be the beginning of <paramref name="children"/>.</param>
    /// <exception cref="ArgumentException">Not half as many.</exception>
    public static void Parents(ReadOnlySpan<MerkleNode> children, Span<MerkleNode> parents)
    {
        if (children.Length != parents.Length * 2)
            throw new ArgumentException($"{children.Length} children have half as many parents.", nameof(parents));
        Span<byte> slots = stackalloc byte[GroupSize * Blake2bLanes.SlotSize];
        Span<int> sizes = stackalloc int[GroupSize];
        Span<Hash32> results = stackalloc Hash32[GroupSize];
        sizes.Fill(ParentSize);
        slots.Clear();
        for (int done = 0; done < parents.Length;)
        {
            int count = Math.Min(GroupSize, parents.Length - done);
            for (int i = 0; i < count; i++)
            {
                ref readonly MerkleNode left = ref children[(done + i) * 2];
                ref readonly MerkleNode right = ref children[((done + i) * 2) + 1];
                Span<byte> slot = slots.Slice(i * Blake2bLanes.SlotSize, ParentSize);
                slot[0] = ParentType;
                BinaryPrimitives.WriteUInt64LittleEndian(slot[1..], left.Size + right.Size);
                left.Hash.Bytes.CopyTo(slot[LeafHeadSize..]);
                right.Hash.Bytes.CopyTo(slot[(LeafHeadSize + Hash32.Size)..]);
            }

            Blake2bLanes.Hash(slots[..(count * Blake2bLanes.SlotSize)], sizes[..count], results[..count]);

            // A parent may lie where a child was, but never where one is that is still to be read.
            for (int i = 0; i < count; i++)
            {
                MerkleNode left = children[(done + i) * 2];
                ulong size = left.Size + children[((done + i) * 2) + 1].Size;
                parents[done + i] = new MerkleNode(FlatTree.Parent(left.Index), size, results[i]);
            }

            done += count;
        }
    }

    private static int CountEqual(ReadOnlySpan<ulong> sizes)
    {
        int other = sizes.IndexOfAnyExcept(sizes[0]);
        return other < 0 ? sizes.Length : other;
    }

    private static int CountSmall(ReadOnlySpan<ulong> sizes)
    {
        sizes = sizes[..Math.Min(sizes.Length, GroupSize)];
        int large = sizes.IndexOfAnyInRange(Blake2bLanes.SlotSize - LeafHeadSize + 1UL, ulong.MaxValue);
        return large < 0 ? sizes.Length : large;
    }

    /// <summary>Gives each block a place of its own, with its head.</summary>
    private static int Slot(ReadOnlySpan<byte> bytes, ReadOnlySpan<ulong> sizes, Span<byte> slots, Span<int> slotSizes)
    {
        slots[..(sizes.Length * Blake2bLanes.SlotSize)].Clear();
        int at = 0;
        for (int i = 0; i < sizes.Length; i++)
        {
            int size = (int)sizes[i];
            Span<byte> slot = slots.Slice(i * Blake2bLanes.SlotSize, Blake2bLanes.SlotSize);
            slot[0] = LeafType;
            BinaryPrimitives.WriteUInt64LittleEndian(slot[1..], sizes[i]);
            bytes.Slice(at, size).CopyTo(slot[LeafHeadSize..]);
            slotSizes[i] = LeafHeadSize + size;
            at += size;
        }

        return at;
    }

    private static void Scatter(
        ReadOnlySpan<byte> slots,
        ReadOnlySpan<int> sizes,
        Span<Hash32> results,
        ReadOnlySpan<int> places,
        Span<Hash32> hashes)
    {
        results = results[..sizes.Length];
        Blake2bLanes.Hash(slots[..(sizes.Length * Blake2bLanes.SlotSize)], sizes, results);
        for (int i = 0; i < results.Length; i++)
            hashes[places[i]] = results[i];
    }
}
