using System.Diagnostics.CodeAnalysis;

namespace Samtala.Hypercore.Logs.Pages;

/// <summary>The pages of all logs of a store that were used last, within one bound.</summary>
/// <remarks>Thread-safe. Pages that are still to be written are held by their log as well.</remarks>
internal sealed class PageCache
{
    private readonly Lock _gate = new();
    private readonly Dictionary<PageAddress, int> _places = [];
    private readonly NodePage?[] _pages;
    private readonly bool[] _used;
    private int _hand;

    /// <param name="bytes">About how much memory the pages may take.</param>
    public PageCache(long bytes)
    {
        int count = (int)Math.Max(16, bytes / NodePage.Footprint);
        _pages = new NodePage?[count];
        _used = new bool[count];
    }

    public int Count
    {
        get
        {
            lock (_gate)
                return _places.Count;
        }
    }

    public bool TryGet(in PageAddress address, [NotNullWhen(true)] out NodePage? page)
    {
        lock (_gate)
        {
            if (_places.TryGetValue(address, out int place))
            {
                _used[place] = true;
                page = _pages[place]!;
                return true;
            }
        }

        page = null;
        return false;
    }

    /// <summary>Adds a page, or replaces the one of the same address; another page may leave.</summary>
    public void Put(NodePage page)
    {
        lock (_gate)
        {
            if (!_places.TryGetValue(page.Address, out int place))
            {
                // Second chance: a page used since the hand passed stays for one more round.
                while (_pages[_hand] is not null && _used[_hand])
                {
                    _used[_hand] = false;
                    _hand = (_hand + 1) % _pages.Length;
                }

                place = _hand;
                _hand = (_hand + 1) % _pages.Length;
                if (_pages[place] is { } old)
                    _places.Remove(old.Address);
                _places.Add(page.Address, place);
            }

            _pages[place] = page;
            _used[place] = true;
        }
    }

    public void Remove(in PageAddress address)
    {
        lock (_gate)
        {
            if (_places.Remove(address, out int place))
                _pages[place] = null;
        }
    }

    /// <summary>Forgets every page of a log.</summary>
    public void RemoveAll(ulong log)
    {
        lock (_gate)
        {
            foreach (PageAddress address in _places.Keys.Where(a => a.Log == log).ToList())
            {
                if (_places.Remove(address, out int place))
                    _pages[place] = null;
            }
        }
    }
}
