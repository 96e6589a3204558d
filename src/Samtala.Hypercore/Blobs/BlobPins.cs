namespace Samtala.Hypercore.Blobs;

/// <summary>Which blobs are being read, so that the sweep leaves them alone, and which it is deciding on.</summary>
internal sealed class BlobPins
{
    private readonly Lock _gate = new();
    private readonly Dictionary<BlobId, int> _readers = [];
    private readonly Dictionary<BlobId, TaskCompletionSource> _deciding = [];

    /// <summary>Keeps a blob from being swept until <see cref="Unpin"/>. Waits while the sweep decides on it: the blob
    /// may have been taken up again, and then it stays.</summary>
    internal ValueTask PinAsync(BlobId id, CancellationToken ct)
    {
        Task decision;
        lock (_gate)
        {
            if (!_deciding.TryGetValue(id, out TaskCompletionSource? deciding))
            {
                _readers[id] = _readers.GetValueOrDefault(id) + 1;
                return ValueTask.CompletedTask;
            }

            decision = deciding.Task;
        }

        return WaitAndPinAsync(id, decision, ct);
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

    /// <summary>False when somebody reads the blob or another sweep decides on it.</summary>
    internal bool TryBeginDelete(BlobId id)
    {
        lock (_gate)
        {
            return !_readers.ContainsKey(id)
                && _deciding.TryAdd(id, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }
    }

    internal void EndDelete(BlobId id)
    {
        lock (_gate)
        {
            if (_deciding.Remove(id, out TaskCompletionSource? decided))
                decided.SetResult();
        }
    }

    private async ValueTask WaitAndPinAsync(BlobId id, Task decision, CancellationToken ct)
    {
        await decision.WaitAsync(ct);
        await PinAsync(id, ct);
    }
}
