using Samtala.Hypercore.Logs.Pages;
using Samtala.Storage;

namespace Samtala.Hypercore.Logs.Core;

/// <summary>Reads blocks.</summary>
internal sealed class LogReader(LogEnvironment environment, LogState state, LogPages pages)
{
    /// <summary>Extents move while blocks are being cleared or joined; each time the page says where to.</summary>
    private const int AttemptsMax = 8;

    /// <summary>The stored bytes of a block.</summary>
    /// <param name="index">Which.</param>
    /// <param name="durable">Whether only a durable block counts.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>A copy the caller owns; null when it is not here.</returns>
    public ValueTask<byte[]?> ReadAsync(ulong index, bool durable, CancellationToken cancellationToken)
    {
        NodePage? page;
        ulong removals;
        lock (state.Gate)
        {
            removals = state.Removals;
            if (!(durable ? state.DurableBits : state.Bits).Get(index))
                return new((byte[]?)null);
            if (pages.TryGet(PageAddress.OfBlock(state.Number, index), out page)
                && TryReadDraft(page, index, out byte[]? block))
            {
                return new(block);
            }
        }

        return ReadStoredAsync((page, removals), index, durable, cancellationToken);
    }

    private bool TryReadDraft(NodePage page, ulong index, out byte[]? block)
    {
        int column = (int)(index % PageAddress.Width);
        block = null;
        if (!BlockRuns.TryFind(page.Runs, column, out BlockRun run)
            || !state.Drafts.TryGetValue(run.Extent, out ExtentDraft? draft))
        {
            return false;
        }

        int offset = (int)(run.Offset + BlockRuns.Sum(page.LowestSizes, run.First, column));
        block = draft.Bytes.Slice(offset, (int)page.SizeOf(column)).ToArray();
        return true;
    }

    private async ValueTask<byte[]?> ReadStoredAsync(
        (NodePage? Page, ulong Removals) known, ulong index, bool durable, CancellationToken cancellationToken)
    {
        (NodePage? page, ulong removals) = known;
        int column = (int)(index % PageAddress.Width);
        PageAddress address = PageAddress.OfBlock(state.Number, index);
        for (int attempt = 0; ; attempt++)
        {
            page ??= await pages.LoadAsync(address, cancellationToken);
            BlockRun run = default;
            int offset = 0;
            int size = 0;
            lock (state.Gate)
            {
                if (!(durable ? state.DurableBits : state.Bits).Get(index))
                    return null;

                // Another block may have taken the place of the one that the page speaks of.
                if (state.Removals != removals)
                    (page, removals) = (null, state.Removals);
                if (page is not null && TryReadDraft(page, index, out byte[]? draft))
                    return draft;
                if (page is not null && BlockRuns.TryFind(page.Runs, column, out run))
                {
                    offset = (int)(run.Offset + BlockRuns.Sum(page.LowestSizes, run.First, column));
                    size = (int)page.SizeOf(column);
                }
            }

            try
            {
                if (run.Count > 0)
                {
                    byte[] block = size == 0 ? [] : GC.AllocateUninitializedArray<byte>(size);
                    int count = size == 0 ? 0 : await environment.Store.ReadExtentAsync(
                        new ExtentId(run.Extent), offset, block, cancellationToken);
                    return count == size ? block : throw LogErrors.DamagedPage(0, address.Number);
                }
            }
            catch (KeyNotFoundException) when (attempt < AttemptsMax)
            {
                // It moved between the look-up and the read. The page in the cache may not know yet: the store does.
                lock (state.Gate)
                    pages.Evict(address);
            }

            if (attempt >= AttemptsMax)
                throw LogErrors.DamagedPage(0, address.Number);
            page = null;
        }
    }
}
