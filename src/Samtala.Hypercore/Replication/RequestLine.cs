using Samtala.Hypercore.Messages;

namespace Samtala.Hypercore.Replication;

/// <summary>Something a peer asked for and has not been told yet.</summary>
internal readonly record struct PeerRequest(BlockRequest Block, RequestMessage? Other, WantMessage? Want)
{
    public ulong Id => Other?.Id ?? Block.Id;

    public ulong Priority => Other?.Priority ?? Block.Priority;
}

/// <summary>What one peer waits for, in order of arrival, urgent requests first. Not thread-safe.</summary>
internal sealed class RequestLine(int countMax)
{
    private readonly Ring _urgent = new();
    private readonly Ring _normal = new();

    // What may be taken back. Without it, three bytes of a stranger would have the whole line looked through.
    private readonly HashSet<ulong> _ids = [];

    public int Count => _urgent.Count + _normal.Count;

    /// <returns>False when too many wait already.</returns>
    public bool TryAdd(in PeerRequest request)
    {
        if (Count >= countMax)
            return false;
        if (request.Want is null && !_ids.Add(request.Id))
        {
            Cancel(request.Id);
            _ids.Add(request.Id);
        }

        (request.Priority > 0 ? _urgent : _normal).Add(request);
        return true;
    }

    public bool TryTake(out PeerRequest request)
    {
        if (!_urgent.TryTake(out request) && !_normal.TryTake(out request))
            return false;
        if (request.Want is null)
            _ids.Remove(request.Id);
        return true;
    }

    /// <summary>Takes a request out of the line; nothing when it was answered already.</summary>
    public void Cancel(ulong id)
    {
        if (_ids.Remove(id) && !_normal.Cancel(id))
            _urgent.Cancel(id);
    }

    public void Clear()
    {
        while (TryTake(out _))
        {
            // Only to forget them.
        }
    }

    private sealed class Ring
    {
        private (PeerRequest Request, bool IsCancelled)[] _items = new (PeerRequest, bool)[16];
        private int _head;
        private int _used;

        public int Count => _used;

        public void Add(in PeerRequest request)
        {
            if (_used == _items.Length)
            {
                var larger = new (PeerRequest, bool)[_items.Length * 2];
                for (int i = 0; i < _used; i++)
                    larger[i] = _items[(_head + i) & (_items.Length - 1)];
                _items = larger;
                _head = 0;
            }

            _items[(_head + _used++) & (_items.Length - 1)] = (request, false);
        }

        public bool TryTake(out PeerRequest request)
        {
            while (_used > 0)
            {
                ref (PeerRequest Request, bool IsCancelled) item = ref _items[_head];
                _head = (_head + 1) & (_items.Length - 1);
                _used--;
                (request, bool isCancelled) = item;
                item = default;
                if (!isCancelled)
                    return true;
            }

            request = default;
            return false;
        }

        public bool Cancel(ulong id)
        {
            for (int i = 0; i < _used; i++)
            {
                ref (PeerRequest Request, bool IsCancelled) item = ref _items[(_head + i) & (_items.Length - 1)];
                if (item.IsCancelled || item.Request.Want is not null || item.Request.Id != id)
                    continue;
                item.IsCancelled = true;
                return true;
            }

            return false;
        }
    }
}
