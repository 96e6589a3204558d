using System.Collections.Concurrent;
using Samtala.Hypercore.Logs.Pages;
using Samtala.Storage;

namespace Samtala.Hypercore.Logs.Core;

/// <summary>What all logs of a store share.</summary>
internal sealed class LogEnvironment(IStore store, TimeProvider time, LogStoreOptions options)
{
    private const int GrowthsMax = 4;

    private readonly ConcurrentBag<TreeGrowth> _growths = [];

    public IStore Store => store;

    public TimeProvider Time => time;

    public LogStoreOptions Options => options;

    public PageCache Pages { get; } = new(options.PageMemory);

    /// <summary>Rises when the data folder may be an older copy.</summary>
    public ulong Era { get; set; }

    public TreeGrowth RentGrowth() => _growths.TryTake(out TreeGrowth? growth) ? growth : new TreeGrowth();

    public void Return(TreeGrowth growth)
    {
        if (growth.IsSmall && _growths.Count < GrowthsMax)
            _growths.Add(growth);
    }
}
