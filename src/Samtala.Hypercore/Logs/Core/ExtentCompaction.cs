using Samtala.Hypercore.Logs.Pages;
using Samtala.Storage;

namespace Samtala.Hypercore.Logs.Core;

/// <summary>Copies what is still needed of an extent to a new one.</summary>
internal sealed class ExtentCompaction(LogEnvironment environment, LogState state, LogPages pages)
{
    /// <summary>Replaces the extent, in one batch.</summary>
    public async ValueTask RunAsync(ulong extent)
    {
        ExtentUse use = await ExtentUse.GetAsync(environment.Store, extent, CancellationToken.None);
        await using IExtentWriter writer = await environment.Store.CreateExtentAsync(CancellationToken.None);
        PageBatch batch = new(environment.Store, int.MaxValue);
        List<NodePage> changed = [];
        uint at = 0;
        for (ulong number = use.FirstPage; number <= use.LastPage; number++)
        {
            PageAddress address = new(state.Number, 0, number);
            if (await pages.LoadAsync(address, CancellationToken.None) is not { } page
                || !Array.Exists(page.Runs, r => r.Extent == extent))
            {
                continue;
            }

            BlockRun[] runs = [.. page.Runs];
            for (int i = 0; i < runs.Length; i++)
            {
                if (runs[i].Extent != extent)
                    continue;
                byte[] bytes = new byte[BlockRuns.Sum(page.LowestSizes, runs[i].First, runs[i].End)];
                int read = await environment.Store.ReadExtentAsync(
                    new ExtentId(extent), runs[i].Offset, bytes, CancellationToken.None);
                if (read != bytes.Length)
                    throw LogErrors.DamagedPage(0, number);
                await writer.WriteAsync(bytes, CancellationToken.None);
                runs[i] = runs[i] with { Extent = writer.Id.Value, Offset = at };
                at += (uint)bytes.Length;
            }

            changed.Add(Copy(page, runs));
            batch.Put(changed[^1]);
        }

        await writer.CompleteAsync(CancellationToken.None);
        batch.Current.AddExtent(writer.Id).FreeExtent(new ExtentId(extent));
        batch.Current.Delete(LogKeyspaces.Extents, ExtentUse.Key(extent));
        (use with { Total = use.Live }).Put(batch.Current, writer.Id.Value);
        await environment.Store.CommitAsync(batch.Current, Durability.Later, CancellationToken.None);
        lock (state.Gate)
        {
            foreach (NodePage page in changed)
                pages.Replace(page);
        }
    }

    private NodePage Copy(NodePage page, BlockRun[] runs)
    {
        lock (state.Gate)
        {
            NodePage copy = page.CopyUntil(ulong.MaxValue);
            copy.Runs = runs;
            return copy;
        }
    }
}
