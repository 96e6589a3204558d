using System.Text;
using Samtala.Crypto;

namespace Samtala.Hypercore.Replication;

/// <summary>Messages of an application beside one log. Not kept, not verified: whoever has the channel open gets them.
/// </summary>
public sealed class LogExtension : IDisposable
{
    private readonly LogReplicator _log;

    internal LogExtension(LogReplicator log, string name, Action<PublicKey, ReadOnlyMemory<byte>> received)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(received);
        if (Encoding.UTF8.GetByteCount(name) > ReplicationLimits.ExtensionNameSizeMax)
        {
            throw new ArgumentException(
                $"The name of an extension has at most {ReplicationLimits.ExtensionNameSizeMax} bytes.", nameof(name));
        }

        _log = log;
        Name = name;
        log.Extensions.Add(name, (peer, payload) => received(peer.Key, payload));
    }

    /// <summary>Under what peers know it.</summary>
    public string Name { get; }

    /// <summary>Sends to one peer.</summary>
    /// <param name="peer">Who.</param>
    /// <param name="payload">Copied.</param>
    /// <returns>False when the peer does not have the channel open.</returns>
    public bool Send(PublicKey peer, ReadOnlyMemory<byte> payload) => Send(other => other.Key == peer, payload) > 0;

    /// <summary>Sends to every peer that has the channel open.</summary>
    /// <param name="payload">Copied.</param>
    /// <returns>How many peers there are.</returns>
    public int Broadcast(ReadOnlyMemory<byte> payload) => Send(static _ => true, payload);

    /// <summary>Messages of this name are dropped from now on.</summary>
    public void Dispose() => _log.Extensions.Remove(Name);

    private int Send(Func<ReplicationPeer, bool> isMeant, ReadOnlyMemory<byte> payload)
    {
        int count = 0;
        lock (_log.Gate)
        {
            foreach (ReplicationPeer peer in _log.Peers)
            {
                if (!isMeant(peer))
                    continue;
                peer.SendExtension(Name, payload);
                count++;
            }
        }

        return count;
    }
}
