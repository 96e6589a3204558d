namespace Samtala.Hypercore.Blobs;

/// <summary>Which blobs are being read, so that the sweep leaves them alone, and which are being swept.</summary>
internal sealed class BlobPins
{
    private readonly Lock _gate = new();
    private readonly Dictionary<BlobId, int> _readers = [];
    private readonly HashSet<BlobId> _deleting = [];

    /// <summary>False when the blob is being deleted: it is gone already as far as readers are concerned.</summary>
    internal bool TryPin(BlobId id)
    {
        lock (_gate)
        {
            if (_deleting.Contains(id))
                return false;
            _readers[id] = _readers.GetValueOrDefault(id) + 1;
            return true;
        }
    }

    internal void Unpin(BlobId id)
    {
        lock (_gate)
        {
            int readers = _readers[id] - 1;
            if (readers == 0)
                _readers.Remove(id);
            else
                _readers[id] = readers;
        }
    }

    /// <summary>False when somebody reads the blob or another sweep deletes it.</summary>
    internal bool TryBeginDelete(BlobId id)
    {
        lock (_gate)
            return !_readers.ContainsKey(id) && _deleting.Add(id);
    }

    internal void EndDelete(BlobId id)
    {
        lock (_gate)
            _deleting.Remove(id);
    }
}
