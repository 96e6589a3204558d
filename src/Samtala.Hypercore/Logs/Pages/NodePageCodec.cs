using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using Samtala.Crypto;

namespace Samtala.Hypercore.Logs.Pages;

/// <summary>A page as one value of the store. Source: docs/logs.md, "On disk".</summary>
internal static class NodePageCodec
{
    /// <summary>Longest encoding in bytes; fits a value of the store.</summary>
    public const int SizeMax = HeadSize + (2 * sizeof(ulong)) + (PageAddress.NodeCount * (Hash32.Size + sizeof(ulong)))
        + 1 + (PageAddress.Width * RunSize);

    private const byte Version = 1;
    private const int HeadSize = 3;
    private const int RunSize = 14;

    [Flags]
    private enum Flags
    {
        None = 0,

        /// <summary>All 64 nodes of the lowest row, and therefore none above; no masks follow.</summary>
        IsWhole = 1,

        /// <summary>All nodes are of one size.</summary>
        IsUniform = 2,
    }

    /// <summary>Encodes a page.</summary>
    /// <param name="page">Under its log's gate.</param>
    /// <param name="target">At least <see cref="SizeMax"/> bytes.</param>
    /// <returns>How many were written.</returns>
    public static int Write(NodePage page, Span<byte> target)
    {
        ulong upper = page.UpperToStore();
        bool isWhole = page.Lowest == ulong.MaxValue;
        Span<ulong> sizes = stackalloc ulong[PageAddress.NodeCount];
        int count = CopySizes(page, upper, sizes);
        sizes = sizes[..count];
        bool isUniform = count > 0 && !sizes.ContainsAnyExcept(sizes[0]);
        ulong largest = 0;
        foreach (ulong size in sizes)
            largest |= size;
        int width = Math.Max(1, (BitOperations.Log2(largest) / 8) + 1);
        target[0] = Version;
        target[1] = (byte)((isWhole ? Flags.IsWhole : Flags.None) | (isUniform ? Flags.IsUniform : Flags.None));
        target[2] = (byte)width;
        int at = HeadSize;
        if (!isWhole)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(target[at..], page.Lowest);
            BinaryPrimitives.WriteUInt64LittleEndian(target[(at + 8)..], upper);
            at += 16;
        }

        Span<byte> word = stackalloc byte[sizeof(ulong)];
        foreach (ulong size in isUniform ? sizes[..1] : sizes)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(word, size);
            word[..width].CopyTo(target[at..]);
            at += width;
        }

        at += WriteHashes(page, upper, target[at..]);
        return at + WriteRuns(page.Runs, target[at..]);
    }

    /// <summary>Reads a page of our own store.</summary>
    /// <exception cref="LogException">The bytes are none that <see cref="Write"/> writes.</exception>
    public static NodePage Read(PageAddress address, ReadOnlySpan<byte> source)
    {
        if (source.Length < HeadSize + 1 || source[0] != Version || source[2] is 0 or > sizeof(ulong))
            throw LogErrors.DamagedPage(address.Level, address.Number);
        Flags flags = (Flags)source[1];
        int width = source[2];
        int at = HeadSize;
        ulong lowest = ulong.MaxValue;
        ulong upper = 0;
        if (!flags.HasFlag(Flags.IsWhole))
        {
            if (source.Length < at + 16)
                throw LogErrors.DamagedPage(address.Level, address.Number);
            lowest = BinaryPrimitives.ReadUInt64LittleEndian(source[at..]);
            upper = BinaryPrimitives.ReadUInt64LittleEndian(source[(at + 8)..]);
            at += 16;
        }

        int count = BitOperations.PopCount(lowest) + BitOperations.PopCount(upper);
        int sizeCount = flags.HasFlag(Flags.IsUniform) ? 1 : count;
        int hashesAt = at + (sizeCount * width);
        int runsAt = hashesAt + (count * Hash32.Size);
        if (source.Length <= runsAt || source.Length != runsAt + 1 + (source[runsAt] * RunSize))
            throw LogErrors.DamagedPage(address.Level, address.Number);
        NodePage page = new(address);
        int step = flags.HasFlag(Flags.IsUniform) ? 0 : width;
        ReadNodes(page, (lowest, upper), source[at..], (width, step), source[hashesAt..runsAt]);
        page.MarkUnderived();
        page.Runs = ReadRuns(source[runsAt..]);
        return page;
    }

    private static int CopySizes(NodePage page, ulong upper, Span<ulong> sizes)
    {
        int count = 0;
        for (ulong rest = page.Lowest; rest != 0; rest &= rest - 1)
            sizes[count++] = page.LowestSizes[BitOperations.TrailingZeroCount(rest)];
        for (ulong rest = upper; rest != 0; rest &= rest - 1)
        {
            page.TryGet(PageAddress.Width + BitOperations.TrailingZeroCount(rest), out Tree.MerkleNode node);
            sizes[count++] = node.Size;
        }

        return count;
    }

    private static int WriteHashes(NodePage page, ulong upper, Span<byte> target)
    {
        int at = 0;
        if (page.Lowest == ulong.MaxValue)
        {
            ReadOnlySpan<byte> all = MemoryMarshal.AsBytes(page.LowestHashes);
            all.CopyTo(target);
            at = all.Length;
        }
        else
        {
            for (ulong rest = page.Lowest; rest != 0; rest &= rest - 1, at += Hash32.Size)
                page.LowestHashes[BitOperations.TrailingZeroCount(rest)].Bytes.CopyTo(target[at..]);
        }

        for (ulong rest = upper; rest != 0; rest &= rest - 1, at += Hash32.Size)
        {
            page.TryGet(PageAddress.Width + BitOperations.TrailingZeroCount(rest), out Tree.MerkleNode node);
            node.Hash.Bytes.CopyTo(target[at..]);
        }

        return at;
    }

    private static void ReadNodes(
        NodePage page, (ulong Lowest, ulong Upper) masks, ReadOnlySpan<byte> sizes, (int Width, int Step) layout,
        ReadOnlySpan<byte> hashes)
    {
        int count = hashes.Length / Hash32.Size;
        Span<byte> word = stackalloc byte[sizeof(ulong)];
        word.Clear();
        for (int i = 0; i < count; i++)
        {
            sizes.Slice(i * layout.Step, layout.Width).CopyTo(word);
            ulong size = BinaryPrimitives.ReadUInt64LittleEndian(word);
            ref ulong mask = ref masks.Lowest;
            int first = 0;
            if (mask == 0)
            {
                mask = ref masks.Upper;
                first = PageAddress.Width;
            }

            int slot = first + BitOperations.TrailingZeroCount(mask);
            mask &= mask - 1;
            page.Set(slot, new Hash32(hashes.Slice(i * Hash32.Size, Hash32.Size)), size);
        }
    }

    private static int WriteRuns(BlockRun[] runs, Span<byte> target)
    {
        target[0] = (byte)runs.Length;
        int at = 1;
        foreach (ref readonly BlockRun run in runs.AsSpan())
        {
            target[at] = run.First;
            target[at + 1] = run.Count;
            BinaryPrimitives.WriteUInt32LittleEndian(target[(at + 2)..], run.Offset);
            BinaryPrimitives.WriteUInt64LittleEndian(target[(at + 6)..], run.Extent);
            at += RunSize;
        }

        return at;
    }

    private static BlockRun[] ReadRuns(ReadOnlySpan<byte> source)
    {
        BlockRun[] runs = new BlockRun[source[0]];
        for (int i = 0, at = 1; i < runs.Length; i++, at += RunSize)
        {
            runs[i] = new BlockRun(
                BinaryPrimitives.ReadUInt64LittleEndian(source[(at + 6)..]),
                BinaryPrimitives.ReadUInt32LittleEndian(source[(at + 2)..]),
                source[at],
                source[at + 1]);
        }

        return runs;
    }
}
