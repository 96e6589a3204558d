using System.Diagnostics.CodeAnalysis;
using Samtala.Hypercore.Logs.Pages;
using Samtala.Hypercore.Tree;

namespace Samtala.Hypercore.Logs.Core;

/// <summary>The pages of one log: those to be written, those in the cache, those in the store.</summary>
/// <remarks>One writer at a time; everything but loading is called under the gate.</remarks>
internal sealed class LogPages(LogEnvironment environment, ulong number, Lock gate)
{
    private readonly Dictionary<PageAddress, NodePage> _unwritten = [];
    private long _changes;

    public ulong Number => number;

    public bool TryGet(in PageAddress address, [NotNullWhen(true)] out NodePage? page) =>
        _unwritten.TryGetValue(address, out page) || environment.Pages.TryGet(address, out page);

    public bool TryGetUnwritten(in PageAddress address, [NotNullWhen(true)] out NodePage? page) =>
        _unwritten.TryGetValue(address, out page);

    /// <summary>A page, from the store if need be.</summary>
    /// <returns>Null when there is none.</returns>
    public async ValueTask<NodePage?> LoadAsync(PageAddress address, CancellationToken cancellationToken)
    {
        long changes;
        lock (gate)
        {
            if (TryGet(address, out NodePage? known))
                return known;
            changes = _changes;
        }

        byte[]? value = await environment.Store.GetAsync(
            LogKeyspaces.Pages, LogKeyspaces.PageKey(address), cancellationToken);
        if (value is null)
            return null;
        NodePage page = NodePageCodec.Read(address, value);
        lock (gate)
        {
            if (TryGet(address, out NodePage? newer))
                return newer;

            // What was read may be older than a page written meanwhile: such a copy must not stay.
            if (changes == _changes)
                environment.Pages.Put(page);
        }

        return page;
    }

    /// <summary>Reads one node.</summary>
    public ValueTask<MerkleNode?> ReadNodeAsync(ulong index, CancellationToken cancellationToken)
    {
        PageAddress address = PageAddress.OfNode(number, index, out int slot);
        lock (gate)
        {
            if (TryGet(address, out NodePage? page))
                return new(page.TryGet(slot, out MerkleNode node) ? node : null);
        }

        return ReadStoredNodeAsync(address, slot, cancellationToken);
    }

    /// <summary>Says that a page has changes of a group.</summary>
    public void MarkChanged(NodePage page, WriteGroup group)
    {
        _changes++;
        if (page.LastGroup == group.Number && _unwritten.ContainsKey(page.Address))
            return;
        page.LastGroup = group.Number;
        group.Pages.Add(page);
        _unwritten[page.Address] = page;
        environment.Pages.Put(page);
    }

    /// <summary>Says that a group is in the store.</summary>
    public void MarkWritten(WriteGroup group)
    {
        foreach (NodePage page in group.Pages)
        {
            if (page.LastGroup == group.Number)
                _unwritten.Remove(page.Address);
        }
    }

    /// <summary>Puts pages in place of those that are known: they are in the store.</summary>
    public void Replace(NodePage page)
    {
        _changes++;
        environment.Pages.Put(page);
    }

    /// <summary>Forgets a page that was removed from the store.</summary>
    public void Remove(in PageAddress address)
    {
        _changes++;
        environment.Pages.Remove(address);
    }

    /// <summary>Has a page read from the store the next time, unless it is still to be written.</summary>
    public void Evict(in PageAddress address) => environment.Pages.Remove(address);

    /// <summary>Forgets everything that is not in the store.</summary>
    public void Forget()
    {
        _changes++;
        _unwritten.Clear();
        environment.Pages.RemoveAll(number);
    }

    private async ValueTask<MerkleNode?> ReadStoredNodeAsync(
        PageAddress address, int slot, CancellationToken cancellationToken)
    {
        NodePage? page = await LoadAsync(address, cancellationToken);
        lock (gate)
            return page is not null && page.TryGet(slot, out MerkleNode node) ? node : null;
    }
}
