using Samtala.Hypercore.Logs.Pages;
using Samtala.Hypercore.Proofs;
using Samtala.Hypercore.Tree;

namespace Samtala.Hypercore.Logs.Core;

/// <summary>Takes proven nodes and blocks of peers into memory.</summary>
/// <remarks>Used by the one who holds the log's turn to write.</remarks>
internal sealed class LogAcceptor(LogEnvironment environment, LogState state, LogPages pages, GroupWriter writer)
{
    private const int DraftCapacityMin = 64 * 1024;

    /// <summary>Of the other drafts of a group: blocks far from each other may be few and small.</summary>
    private const int OtherCapacityMin = 4096;

    private readonly List<NodePage> _touched = [];

    /// <summary>Applies what a verdict says; the caller ends the change.</summary>
    public async ValueTask ApplyAsync(Proof proof, ProofVerdict verdict, CancellationToken cancellationToken)
    {
        WriteGroup group = writer.Open;
        await LoadPagesAsync(verdict.Nodes, cancellationToken);
        BlockProof? block = proof.Block is { } given && !state.Bits.Get(given.Index) ? given : null;
        NodePage? page = null;
        if (block is { } wanted)
            page = await PageOfAsync(PageAddress.OfBlock(state.Number, wanted.Index), cancellationToken);
        ExtentDraft? draft = block is { } taken ? await DraftForAsync(group, taken) : null;
        lock (state.Gate)
        {
            SetNodes(verdict.Nodes.Span, group);
            if (block is { } added && page is not null)
                Place(added, (page, draft), group);
            if (verdict.NewHead is { } head)
                state.Applied = group.Head = head;
            if (verdict.NewManifest is { } manifest)
                group.NewManifest = manifest.Encode();
            group.IsDownload = true;
        }

        _touched.Clear();
    }

    private async ValueTask LoadPagesAsync(ReadOnlyMemory<MerkleNode> nodes, CancellationToken cancellationToken)
    {
        _touched.Clear();
        for (int i = 0; i < nodes.Length; i++)
        {
            PageAddress address = PageAddress.OfNode(state.Number, nodes.Span[i].Index, out _);
            if (Find(address) is null)
                _touched.Add(await PageOfAsync(address, cancellationToken));
        }
    }

    private NodePage? Find(PageAddress address)
    {
        foreach (NodePage page in _touched)
        {
            if (page.Address == address)
                return page;
        }

        return null;
    }

    private async ValueTask<NodePage> PageOfAsync(PageAddress address, CancellationToken cancellationToken) =>
        Find(address) ?? await pages.LoadAsync(address, cancellationToken) ?? new NodePage(address);

    private void SetNodes(ReadOnlySpan<MerkleNode> nodes, WriteGroup group)
    {
        foreach (ref readonly MerkleNode node in nodes)
        {
            NodePage page = Find(PageAddress.OfNode(state.Number, node.Index, out int slot))!;
            if (page.Has(slot))
                continue;
            page.Set(slot, node.Hash, node.Size);
            pages.MarkChanged(page, group);
        }
    }

    private async ValueTask<ExtentDraft?> DraftForAsync(WriteGroup group, BlockProof block)
    {
        ulong number = block.Index / PageAddress.Width;
        for (int i = group.Drafts.Count - 1; i >= 0; i--)
        {
            if (group.Drafts[i].HasRoom(number, block.Value.Length, environment.Options.GroupSize))
                return group.Drafts[i];
        }

        ExtentDraft draft = new(
            await environment.Store.CreateExtentAsync(CancellationToken.None),
            Math.Max(group.Drafts.Count == 0 ? DraftCapacityMin : OtherCapacityMin, block.Value.Length));
        group.Drafts.Add(draft);
        lock (state.Gate)
            state.Drafts.Add(draft.Extent, draft);
        return draft;
    }

    /// <summary>Under the gate.</summary>
    private void Place(BlockProof block, (NodePage Page, ExtentDraft? Draft) to, WriteGroup group)
    {
        int column = (int)(block.Index % PageAddress.Width);
        if (!to.Page.Has(column))
            to.Page.Set(column, MerkleHash.Leaf(block.Value.Span), (ulong)block.Value.Length);

        // A crash may have left the bytes without the bit that says so: then they are here already.
        if (!BlockRuns.TryFind(to.Page.Runs, column, out _))
        {
            Span<byte> room = to.Draft!.Take(block.Index / PageAddress.Width, block.Value.Length, out uint offset);
            block.Value.Span.CopyTo(room);
            to.Page.Runs = BlockRuns.With(
                to.Page.Runs, new BlockRun(to.Draft.Extent, offset, (byte)column, 1), to.Page.LowestSizes);
            group.Size += block.Value.Length;
        }

        pages.MarkChanged(to.Page, group);
        group.AddBlocks(block.Index, 1);
        group.BlockCount++;
        state.SetPresent(block.Index, 1);
    }
}
