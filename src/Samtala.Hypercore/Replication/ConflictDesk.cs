using Samtala.Hypercore.Messages;
using Samtala.Hypercore.Proofs;
using Samtala.Hypercore.Tree;
using Samtala.Protocol;

namespace Samtala.Hypercore.Replication;

/// <summary>Deals with peers whose data contradicts ours: either they prove that the writer signed two logs, and ours
/// freezes, or they lied, and their connection ends.</summary>
internal sealed class ConflictDesk(LogReplicator owner)
{
    // Guarded by the lock of the replicator.
    private readonly Dictionary<ReplicationPeer, long> _suspects = [];

    /// <summary>A frozen log has nothing to give but the proof of why.</summary>
    /// <returns>Whether the log is frozen; then the channel is closed.</returns>
    public bool OnPeerOpen(ReplicationPeer peer)
    {
        if (!owner.Log.IsFrozen)
            return false;
        ShowConflict(peer);
        return true;
    }

    /// <summary>With the lock held.</summary>
    public void OnPeerClose(ReplicationPeer peer) => _suspects.Remove(peer);

    /// <summary>With the lock held.</summary>
    public void OnTick(long now)
    {
        foreach ((ReplicationPeer peer, long asked) in _suspects)
        {
            if (owner.Time.GetElapsedTime(asked, now) > ReplicationLimits.ConflictTimeout)
                peer.Destroy("The peer sent data that is not the log's, and did not show another log.");
        }
    }

    public void OnFrozen()
    {
        ReplicationPeer[] peers;
        lock (owner.Gate)
            peers = [.. owner.Peers];
        foreach (ReplicationPeer peer in peers)
            ShowConflict(peer);
    }

    /// <summary>A peer sent what does not belong to the log: it may have another log under the same signature. Asks for
    /// that, and nothing else, until it is shown.</summary>
    public void Suspect(ReplicationPeer peer, ProofError error)
    {
        LogHead head = owner.Log.Head;
        lock (owner.Gate)
        {
            if (!peer.IsOpen || _suspects.ContainsKey(peer))
                return;
            ulong length = Math.Min(head.Length, peer.Remote.Length);
            if (length > 0 && peer.Remote.Fork == head.Fork)
            {
                owner.Pause(peer, TimeSpan.FromDays(1));
                _suspects.Add(peer, owner.Time.GetTimestamp());
                RequestMessage message = new(0, ConflictProof.RequestFor(head.Fork, length), 0);
                using MessageWriter writer = peer.Channel.Begin((int)MessageType.Request, message.Size);
                message.Write(writer.Payload);
                return;
            }
        }

        peer.Destroy($"The peer sent data that is not the log's ({error}).");
    }

    /// <summary>An answer without a question, or to <see cref="Suspect"/>.</summary>
    /// <param name="peer">Who sent it.</param>
    /// <param name="payload">The message; read during the call only.</param>
    public async ValueTask OnProofAsync(ReplicationPeer peer, ReadOnlyMemory<byte> payload)
    {
        bool isAsked;
        lock (owner.Gate)
            isAsked = _suspects.Remove(peer);
        if (payload.Length > ConflictProof.SizeMax || owner.Log.IsFrozen
            || (!isAsked && ++peer.UnaskedProofs > ReplicationLimits.UnaskedProofsMax))
        {
            peer.Counters.Unasked++;
            return;
        }

        LogHead head = owner.Log.Head;
        ConflictProof? conflict = null;
        if (DataMessage.TryDecode(payload.ToArray(), out DataMessage message)
            && message.Proof is { Upgrade: { Start: 0 } upgrade } theirs
            && theirs.Fork == head.Fork && upgrade.Length <= head.Length)
        {
            ProverResult ours = await Prover.CreateAsync(
                head, owner.Log, ConflictProof.RequestFor(head.Fork, upgrade.Length), owner.Log.Manifest, peer.Closed);
            if (ours.Proof is { } mine && owner.Forks is { } forks)
                ConflictProof.TryCreate(forks.Authority, mine, theirs, out conflict);
        }

        if (conflict is not null)
            await owner.Forks!.FreezeAsync(conflict, CancellationToken.None);
        else if (isAsked)
            peer.Destroy("The peer sent data that is not the log's, and showed no other log.");
    }

    private void ShowConflict(ReplicationPeer peer)
    {
        if (owner.Forks?.Conflict is { } conflict)
        {
            peer.Server.SendData(0, conflict.First);
            peer.Server.SendData(0, conflict.Second);
        }

        peer.Channel.Close();
    }
}
