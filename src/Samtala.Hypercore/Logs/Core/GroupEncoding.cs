using System.Buffers;
using Samtala.Hypercore.Logs.Pages;
using Samtala.Storage;

namespace Samtala.Hypercore.Logs.Core;

/// <summary>What a group changes of its log, as batches for the store.</summary>
internal static class GroupEncoding
{
    /// <summary>The pages, bits and manifest of a group. Under the gate, so that later changes stay out.</summary>
    public static List<WriteBatch> Encode(WriteGroup group, LogState state)
    {
        BatchList batches = new();
        Span<byte> key = stackalloc byte[2 * sizeof(ulong)];

        // Rented for the call: an idle log keeps nothing.
        byte[] scratch = ArrayPool<byte>.Shared.Rent(NodePageCodec.SizeMax);
        foreach (NodePage page in group.Pages)
        {
            int size = NodePageCodec.Write(page, scratch);
            LogKeyspaces.WritePageKey(page.Address, key);
            batches.Next(size + key.Length).Put(LogKeyspaces.Pages, key, scratch.AsSpan(0, size));
        }

        ArrayPool<byte>.Shared.Return(scratch);
        foreach (ulong number in TouchedBits(group, state))
            BitPage.Put(batches.Next(BitPage.SizeMax), state.Number, number, state.Bits);
        if (group.NewManifest is { } manifest)
            ChunkedValue.Put(batches.Next(manifest.Length), LogKeyspaces.Manifests, state.Number, manifest);
        group.ContiguousAfter = state.Contiguous;
        return batches.All;
    }

    /// <summary>The pages of bits that say more than the contiguous length.</summary>
    private static SortedSet<ulong> TouchedBits(WriteGroup group, LogState state)
    {
        SortedSet<ulong> numbers = [];
        foreach ((ulong start, ulong count) in group.Blocks)
        {
            if (start + count <= state.Contiguous)
                continue;
            ulong from = Math.Max(start, state.Contiguous);
            for (ulong number = BitPage.NumberOf(from); number <= BitPage.NumberOf(start + count - 1); number++)
                numbers.Add(number);
        }

        return numbers;
    }
}
