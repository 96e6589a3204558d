using Samtala.Hypercore.Logs.Pages;
using Samtala.Hypercore.Tree;

namespace Samtala.Hypercore.Logs.Core;

/// <summary>Takes own blocks into memory: bytes into drafts, hashes into pages.</summary>
/// <remarks>Used by the one who holds the log's turn to write.</remarks>
internal sealed class LogAppender(LogEnvironment environment, LogState state, LogPages pages, GroupWriter writer)
{
    private const int DraftCapacityMin = 4096;

    /// <summary>So many blocks of so many bytes are hashed together: enough for the lanes, not more than the
    /// processor's cache keeps.</summary>
    private const int HashCountMin = 4;
    private const int HashSizeMin = 16 * 1024;

    /// <summary>Applies blocks; the caller ends the change.</summary>
    /// <param name="blocks">Within the limits.</param>
    /// <param name="cipher">Null for plain blocks.</param>
    /// <param name="signature">Collected; null when the log signs by itself.</param>
    /// <param name="cancellationToken">Gives up before anything is applied.</param>
    public async ValueTask ApplyAsync(
        IReadOnlyList<ReadOnlyMemory<byte>> blocks, BlockCipher? cipher, ReadOnlyMemory<byte>? signature,
        CancellationToken cancellationToken)
    {
        LogHead head = state.Applied;
        WriteGroup group = writer.Open;
        NodePage?[] tails = await LoadTailsAsync(head.Length, cancellationToken);
        TreeGrowth growth = environment.RentGrowth();
        try
        {
            growth.Begin(head.Length, blocks.Count);
            List<Placed> placed = await PlaceAsync(blocks, (head, cipher), growth, group);
            growth.Grow(head.Roots);
            lock (state.Gate)
            {
                Publish(head, growth, placed, (group, tails));
                LogHead next = LogHead.Of(head.Fork, growth.RootsAfter(head.Roots), signature ?? default);
                state.Applied = group.Head = next;
                group.AddBlocks(head.Length, (ulong)blocks.Count);
                group.BlockCount += blocks.Count;
                state.SetPresent(head.Length, (ulong)blocks.Count);
            }
        }
        finally
        {
            environment.Return(growth);
        }
    }

    /// <summary>The head that blocks would make, without a signature. Nothing changes.</summary>
    public static LogHead Preview(LogHead head, IReadOnlyList<ReadOnlyMemory<byte>> blocks, BlockCipher? cipher)
    {
        TreeGrowth growth = new();
        growth.Begin(head.Length, blocks.Count);
        for (int i = 0; i < blocks.Count; i++)
        {
            byte[] stored = new byte[StoredSize(blocks[i], cipher)];
            Store(blocks[i].Span, head, head.Length + (ulong)i, cipher, stored);
            growth.SetLeaf(i, MerkleHash.Leaf(stored), (ulong)stored.Length);
        }

        growth.Grow(head.Roots);
        return LogHead.Of(head.Fork, growth.RootsAfter(head.Roots));
    }

    private static int StoredSize(ReadOnlyMemory<byte> block, BlockCipher? cipher) =>
        block.Length + (cipher is null ? 0 : BlockCipher.Padding);

    private static void Store(
        ReadOnlySpan<byte> block, LogHead head, ulong index, BlockCipher? cipher, Span<byte> target)
    {
        if (cipher is null)
            block.CopyTo(target);
        else
            cipher.Encrypt(index, head.Fork, block, target);
    }

    /// <summary>The last page of every level, where it is not full yet.</summary>
    private async ValueTask<NodePage?[]> LoadTailsAsync(ulong length, CancellationToken cancellationToken)
    {
        NodePage?[] tails = new NodePage?[PageAddress.LevelCount];
        for (int level = 0; level < PageAddress.LevelCount; level++)
        {
            ulong offset = length >> (level * PageAddress.Depths);
            if (offset == 0)
                break;
            if (offset % PageAddress.Width != 0)
            {
                PageAddress address = new(state.Number, level, offset / PageAddress.Width);
                tails[level] = await pages.LoadAsync(address, cancellationToken);
            }
        }

        return tails;
    }

    /// <summary>Copies the bytes into drafts and hashes them while they are in the processor's cache.</summary>
    private async ValueTask<List<Placed>> PlaceAsync(
        IReadOnlyList<ReadOnlyMemory<byte>> blocks, (LogHead Head, BlockCipher? Cipher) how, TreeGrowth growth,
        WriteGroup group)
    {
        List<Placed> placed = new(blocks.Count / PageAddress.Width + 2);
        long rest = 0;
        foreach (ReadOnlyMemory<byte> block in blocks)
            rest += StoredSize(block, how.Cipher);
        ExtentDraft? draft = group.Drafts.Count > 0 ? group.Drafts[^1] : null;
        for (int i = 0; i < blocks.Count;)
        {
            int size = StoredSize(blocks[i], how.Cipher);
            ulong page = (how.Head.Length + (ulong)i) / PageAddress.Width;
            if (draft is null || !draft.HasRoom(page, size, environment.Options.GroupSize))
            {
                int capacity = (int)Math.Clamp(rest, DraftCapacityMin, environment.Options.GroupSize);
                draft = new ExtentDraft(
                    await environment.Store.CreateExtentAsync(CancellationToken.None), Math.Max(capacity, size));
                group.Drafts.Add(draft);
                lock (state.Gate)
                    state.Drafts.Add(draft.Extent, draft);
            }

            int before = draft.Size;
            i = FillDraft(blocks, i, how, (draft, growth, placed));
            rest -= draft.Size - before;
            group.Size += draft.Size - before;
        }

        return placed;
    }

    private int FillDraft(
        IReadOnlyList<ReadOnlyMemory<byte>> blocks, int i, (LogHead Head, BlockCipher? Cipher) how,
        (ExtentDraft Draft, TreeGrowth Growth, List<Placed> Placed) to)
    {
        int hashed = i;
        int hashedAt = to.Draft.Size;
        while (i < blocks.Count)
        {
            int size = StoredSize(blocks[i], how.Cipher);
            ulong index = how.Head.Length + (ulong)i;
            ulong page = index / PageAddress.Width;
            if (!to.Draft.HasRoom(page, size, environment.Options.GroupSize))
                break;
            Span<byte> bytes = to.Draft.Take(page, size, out uint offset);
            Store(blocks[i].Span, how.Head, index, how.Cipher, bytes);
            to.Growth.SetLeafSize(i, size);
            if (to.Placed.Count > 0 && to.Placed[^1].Joins(to.Draft.Extent, index))
                to.Placed[^1] = to.Placed[^1] with { Count = to.Placed[^1].Count + 1 };
            else
                to.Placed.Add(new Placed(index, 1, to.Draft.Extent, offset));
            i++;
            if (i - hashed >= HashCountMin && to.Draft.Size - hashedAt >= HashSizeMin)
                Hash();
        }

        Hash();
        return i;

        void Hash()
        {
            to.Growth.HashLeaves(hashed, i - hashed, to.Draft.Bytes.Span[hashedAt..]);
            (hashed, hashedAt) = (i, to.Draft.Size);
        }
    }

    /// <summary>Puts nodes and places into pages. Under the gate.</summary>
    private void Publish(
        LogHead head, TreeGrowth growth, List<Placed> placed, (WriteGroup Group, NodePage?[] Tails) to)
    {
        NodePage? last = null;
        NodePage PageOf(PageAddress address)
        {
            if (last is not null && last.Address == address)
                return last;
            NodePage? tail = to.Tails[address.Level];
            if (pages.TryGetUnwritten(address, out NodePage? page))
                last = page;
            else if (tail is not null && tail.Address == address)
                last = tail;
            else
                last = new NodePage(address);
            pages.MarkChanged(last, to.Group);
            return last;
        }

        growth.CopyTo(state.Number, PageOf);
        foreach (Placed run in placed)
        {
            NodePage page = PageOf(PageAddress.OfBlock(state.Number, run.First));
            page.Runs = BlockRuns.With(
                page.Runs,
                new BlockRun(
                    run.Extent, run.Offset, (byte)(run.First % PageAddress.Width), (byte)run.Count),
                page.LowestSizes);
        }
    }

    /// <summary>Neighbouring blocks of one page and one draft.</summary>
    private readonly record struct Placed(ulong First, int Count, ulong Extent, uint Offset)
    {
        public bool Joins(ulong extent, ulong index) =>
            extent == Extent && index % PageAddress.Width != 0 && index == First + (ulong)Count;
    }
}
