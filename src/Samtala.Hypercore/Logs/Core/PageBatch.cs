using Samtala.Hypercore.Logs.Pages;
using Samtala.Storage;

namespace Samtala.Hypercore.Logs.Core;

/// <summary>Writes many changed pages, some at a time; each part leaves the log valid.</summary>
internal sealed class PageBatch(IStore store, int countMax)
{
    private readonly byte[] _scratch = new byte[NodePageCodec.SizeMax];
    private int _count;

    /// <summary>What is committed next.</summary>
    public WriteBatch Current { get; } = new();

    public void Put(NodePage page)
    {
        int size = NodePageCodec.Write(page, _scratch);
        Current.Put(LogKeyspaces.Pages, LogKeyspaces.PageKey(page.Address), _scratch.AsSpan(0, size));
    }

    /// <summary>Counts one page, and commits when there are enough.</summary>
    public async ValueTask CommitIfFullAsync()
    {
        if (++_count < countMax)
            return;
        await store.CommitAsync(Current, Durability.Later, CancellationToken.None);
        Current.Clear();
        _count = 0;
    }
}
