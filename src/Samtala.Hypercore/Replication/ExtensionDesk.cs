namespace Samtala.Hypercore.Replication;

/// <summary>Passes messages of extensions to those who registered for them.</summary>
internal sealed class ExtensionDesk
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Action<ReplicationPeer, ReadOnlyMemory<byte>>> _handlers =
        new(StringComparer.Ordinal);

    public void Add(string name, Action<ReplicationPeer, ReadOnlyMemory<byte>> handler)
    {
        lock (_gate)
        {
            if (!_handlers.TryAdd(name, handler))
                throw new InvalidOperationException($"The extension '{name}' is registered for this log already.");
        }
    }

    public void Remove(string name)
    {
        lock (_gate)
            _handlers.Remove(name);
    }

    /// <summary>Messages nobody registered for are dropped.</summary>
    public void Deliver(ReplicationPeer peer, string name, ReadOnlyMemory<byte> payload)
    {
        Action<ReplicationPeer, ReadOnlyMemory<byte>>? handler;
        lock (_gate)
            handler = _handlers.GetValueOrDefault(name);
        handler?.Invoke(peer, payload);
    }
}
