using Samtala.Hypercore.Logs.Pages;
using Samtala.Storage;

namespace Samtala.Hypercore.Logs.Core;

/// <summary>Gives extents back as the blocks in them go, page by page.</summary>
internal sealed class SpaceAccount(IStore store)
{
    private readonly Dictionary<ulong, ExtentUse> _uses = [];

    /// <summary>Extents of which less than half is still needed.</summary>
    public IEnumerable<ulong> MostlyDead =>
        _uses.Where(u => u.Value.Live > 0 && u.Value.Live * 2 < u.Value.Total).Select(u => u.Key).Order();

    /// <summary>Counts what a page does not need any more.</summary>
    /// <param name="batch">Has the page too, so that both happen or none.</param>
    /// <param name="before">The page's runs until now.</param>
    /// <param name="after">Its runs from now on.</param>
    /// <param name="sizes">Bytes of the page's blocks.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async ValueTask RemoveAsync(
        WriteBatch batch, BlockRun[] before, BlockRun[] after, ulong[] sizes, CancellationToken cancellationToken)
    {
        Dictionary<ulong, ulong> removed = [];
        foreach (BlockRun run in before)
            removed[run.Extent] = removed.GetValueOrDefault(run.Extent) + Units(run, sizes);
        foreach (BlockRun run in after)
            removed[run.Extent] -= Units(run, sizes);
        foreach ((ulong extent, ulong size) in removed.OrderBy(r => r.Key))
        {
            if (size == 0)
                continue;
            if (!_uses.TryGetValue(extent, out ExtentUse use))
                use = await ExtentUse.GetAsync(store, extent, cancellationToken);
            use = use with { Live = use.Live - size };
            _uses[extent] = use;
            if (use.Live > 0)
            {
                use.Put(batch, extent);
                continue;
            }

            batch.Delete(LogKeyspaces.Extents, ExtentUse.Key(extent));
            batch.FreeExtent(new ExtentId(extent));
        }
    }

    /// <summary>A block counts its bytes and one, so that empty blocks count too.</summary>
    private static ulong Units(in BlockRun run, ulong[] sizes) =>
        BlockRuns.Sum(sizes, run.First, run.End) + run.Count;
}
