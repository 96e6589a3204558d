using System.Collections.Immutable;
using Samtala.Hypercore.Logs.Pages;
using Samtala.Hypercore.Tree;
using Samtala.Storage;

namespace Samtala.Hypercore.Logs.Core;

/// <summary>Cuts logs back and clears blocks. Whatever is cut off half-way is finished by the next start.</summary>
/// <remarks>Used by the one who holds the log's turn to write, with no group underway.</remarks>
internal sealed class LogTrimmer(LogEnvironment environment, LogState state, LogPages pages)
{
    private const int RunSize = 64;

    /// <summary>Whether something was left half-way.</summary>
    public bool IsNeeded =>
        state.Stored.GarbageEnd > state.Stored.Head.Length || state.Stored.Clearing.End > state.Stored.Clearing.Start
        || state.Stored.Successor is not null;

    /// <summary>Finishes what was left half-way.</summary>
    public async ValueTask FinishAsync(CancellationToken cancellationToken)
    {
        if (state.Stored.GarbageEnd > state.Stored.Head.Length)
            await RemoveGarbageAsync(cancellationToken);
        if (state.Stored.Clearing.End > state.Stored.Clearing.Start)
            await ClearPagesAsync(cancellationToken);
        if (state.Stored.Successor is not null)
            await AdoptSuccessorAsync();
    }

    /// <summary>Cuts the log back.</summary>
    /// <param name="head">The shorter head, signed.</param>
    /// <param name="cancellationToken">Gives up before the head is written.</param>
    public async ValueTask CutAsync(LogHead head, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await ShortenAsync(state.Stored with { Head = head });
        lock (state.Gate)
            state.Applied = state.Durable = head;
        await RemoveGarbageAsync(CancellationToken.None);
    }

    /// <summary>Adopts another head, with which the log has the first blocks in common.</summary>
    /// <param name="common">The head of the common blocks. It is never shown: nobody signed it.</param>
    /// <param name="successor">The head to adopt, signed.</param>
    /// <param name="nodes">Its nodes.</param>
    public async ValueTask ReplaceAsync(LogHead common, LogHead successor, ImmutableArray<MerkleNode> nodes)
    {
        await ShortenAsync(state.Stored with { Head = common, Successor = successor, SuccessorNodes = nodes });
        await RemoveGarbageAsync(CancellationToken.None);
        await AdoptSuccessorAsync();
    }

    private async ValueTask ShortenAsync(LogRecord record)
    {
        ulong oldLength = state.Stored.Head.Length;
        ulong length = record.Head.Length;
        record = record with
        {
            ContiguousLength = Math.Min(state.Contiguous, length),
            GarbageEnd = Math.Max(oldLength, state.Stored.GarbageEnd),
        };
        await CommitHeadAsync(record, new WriteBatch(), Durability.Durable);
        lock (state.Gate)
        {
            if (oldLength > length)
                state.SetAbsent(length, oldLength - length);
        }
    }

    private async ValueTask AdoptSuccessorAsync()
    {
        LogHead head = state.Stored.Successor!;
        Dictionary<PageAddress, NodePage> changed = [];
        PageBatch batch = new(environment.Store, int.MaxValue);
        foreach (MerkleNode node in state.Stored.SuccessorNodes)
        {
            PageAddress address = PageAddress.OfNode(state.Number, node.Index, out int slot);
            if (!changed.TryGetValue(address, out NodePage? page))
            {
                page = await pages.LoadAsync(address, CancellationToken.None) is { } known
                    ? Copy(known)
                    : new NodePage(address);
                changed.Add(address, page);
            }

            page.Set(slot, node.Hash, node.Size);
        }

        foreach (NodePage page in changed.Values)
            batch.Put(page);
        LogRecord record = state.Stored with { Head = head, Successor = null, SuccessorNodes = [] };
        await CommitHeadAsync(record, batch.Current, Durability.Durable);
        lock (state.Gate)
        {
            state.Applied = state.Durable = head;
            foreach (NodePage page in changed.Values)
                pages.Replace(page);
        }
    }

    private NodePage Copy(NodePage page)
    {
        lock (state.Gate)
            return page.CopyUntil(ulong.MaxValue);
    }

    /// <summary>Removes blocks; their hashes stay.</summary>
    /// <param name="start">The first.</param>
    /// <param name="end">Behind the last.</param>
    /// <param name="cancellationToken">Gives up before anything is written.</param>
    /// <returns>How many were here.</returns>
    public async ValueTask<ulong> ClearAsync(ulong start, ulong end, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        List<(ulong Start, ulong Count)> present = [];
        ulong contiguousBefore = state.Contiguous;
        BatchList batches = new();
        lock (state.Gate)
        {
            for (ulong at = state.Bits.FirstSet(start); at < end; at = state.Bits.FirstSet(at))
            {
                ulong to = Math.Min(end, state.Bits.FirstUnset(at));
                present.Add((at, to - at));
                at = to;
            }

            foreach ((ulong from, ulong count) in present)
                state.SetAbsent(from, count);
            PutBits(batches, start, Math.Max(end, contiguousBefore));
        }

        LogRecord record = state.Stored with { ContiguousLength = state.Contiguous, Clearing = (start, end) };
        try
        {
            // Bits beyond the contiguous length may be written early: until then they say nothing new.
            foreach (WriteBatch batch in batches.All.SkipLast(1))
                await environment.Store.CommitAsync(batch, Durability.Later, CancellationToken.None);
            await CommitHeadAsync(record, batches.All[^1], Durability.Durable);
        }
        catch (StoreException)
        {
            lock (state.Gate)
            {
                foreach ((ulong from, ulong count) in present)
                {
                    state.SetPresent(from, count);
                    state.SetDurable(from, count);
                }
            }

            throw;
        }

        await ClearPagesAsync(CancellationToken.None);
        return present.Aggregate(0UL, (sum, run) => sum + run.Count);
    }

    private async ValueTask CommitHeadAsync(LogRecord record, WriteBatch batch, Durability durability)
    {
        ChunkedValue.Put(batch, LogKeyspaces.Heads, state.Number, record.Encode());
        await environment.Store.CommitAsync(batch, durability, CancellationToken.None);
        lock (state.Gate)
            state.Stored = record;
    }

    private void PutBits(BatchList batches, ulong start, ulong end)
    {
        if (end <= start)
            return;
        for (ulong number = BitPage.NumberOf(start); number <= BitPage.NumberOf(end - 1); number++)
            BitPage.Put(batches.Next(BitPage.SizeMax), state.Number, number, state.Bits);
    }

    /// <summary>Removes nodes, blocks and bits beyond the head.</summary>
    private async ValueTask RemoveGarbageAsync(CancellationToken cancellationToken)
    {
        ulong length = state.Stored.Head.Length;
        ulong end = state.Stored.GarbageEnd;
        if (end <= length)
            return;
        SpaceAccount space = new(environment.Store);
        PageBatch batch = new(environment.Store, RunSize);
        for (int level = 0; level < PageAddress.LevelCount; level++)
        {
            int shift = (level + 1) * PageAddress.Depths;
            for (ulong number = length >> shift; number <= (end - 1) >> shift; number++)
                await TrimPageAsync(new PageAddress(state.Number, level, number), length, space, batch);
            if ((end - 1) >> shift == 0)
                break;
        }

        cancellationToken.ThrowIfCancellationRequested();
        BatchList bits = new();
        lock (state.Gate)
            PutBits(bits, length, end);
        foreach (WriteBatch part in bits.All)
            await environment.Store.CommitAsync(part, Durability.Later, CancellationToken.None);
        await CommitHeadAsync(state.Stored with { GarbageEnd = 0 }, batch.Current, Durability.Later);
        await CompactAsync(space);
    }

    private async ValueTask TrimPageAsync(PageAddress address, ulong length, SpaceAccount space, PageBatch batch)
    {
        if (await pages.LoadAsync(address, CancellationToken.None) is not { } page)
            return;
        NodePage trimmed;
        lock (state.Gate)
            trimmed = page.CopyUntil(length);
        if (address.Level == 0)
        {
            await space.RemoveAsync(
                batch.Current, page.Runs, trimmed.Runs, page.LowestSizes.ToArray(), CancellationToken.None);
        }

        bool isEmpty = trimmed.IsEmpty;
        if (isEmpty)
            batch.Current.Delete(LogKeyspaces.Pages, LogKeyspaces.PageKey(address));
        else
            batch.Put(trimmed);
        lock (state.Gate)
        {
            if (isEmpty)
                pages.Remove(address);
            else
                pages.Replace(trimmed);
        }

        await batch.CommitIfFullAsync();
    }

    private async ValueTask ClearPagesAsync(CancellationToken cancellationToken)
    {
        (ulong start, ulong end) = state.Stored.Clearing;
        SpaceAccount space = new(environment.Store);
        PageBatch batch = new(environment.Store, RunSize);
        for (ulong number = start / PageAddress.Width; number <= (end - 1) / PageAddress.Width; number++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            PageAddress address = new(state.Number, 0, number);
            if (await pages.LoadAsync(address, cancellationToken) is not { Runs.Length: > 0 } page)
                continue;
            ulong first = Math.Max(start, address.FirstBlock) - address.FirstBlock;
            ulong behind = Math.Min(end - address.FirstBlock, PageAddress.Width);
            BlockRun[] left = BlockRuns.Without(page.Runs, (int)first, (int)(behind - first), page.LowestSizes);
            await space.RemoveAsync(
                batch.Current, page.Runs, left, page.LowestSizes.ToArray(), CancellationToken.None);
            await ReplaceRunsAsync(page, left, batch);
        }

        await CommitHeadAsync(state.Stored with { Clearing = default }, batch.Current, Durability.Later);
        await CompactAsync(space);
    }

    private async ValueTask ReplaceRunsAsync(NodePage page, BlockRun[] runs, PageBatch batch)
    {
        NodePage changed;
        lock (state.Gate)
        {
            changed = page.CopyUntil(ulong.MaxValue);
            changed.Runs = runs;
        }

        batch.Put(changed);
        lock (state.Gate)
            pages.Replace(changed);
        await batch.CommitIfFullAsync();
    }

    private async ValueTask CompactAsync(SpaceAccount space)
    {
        foreach (ulong extent in space.MostlyDead)
            await new ExtentCompaction(environment, state, pages).RunAsync(extent);
    }
}
