using Samtala.Hypercore.Logs;

namespace Samtala.Hypercore.Replication;

/// <summary>Tells peers what became durable, and nothing before that.</summary>
internal sealed class Announcer(LogReplicator owner)
{
    /// <summary>What both sides say first. With the lock held.</summary>
    public void Greet(ReplicationPeer peer)
    {
        peer.SendSync();
        ulong length = Math.Min(owner.Log.ContiguousLength, owner.Log.Head.Length);
        if (length == 0)
            return;
        peer.SendRange(drop: false, 0, length);
        if (length == owner.Log.Head.Length)
            peer.FullLengthAnnounced = length;
    }

    public void OnChanged(LogChange change)
    {
        lock (owner.Gate)
        {
            switch (change.Kind)
            {
                case LogChangeKind.Appended:
                    OnAppended(change);
                    break;
                case LogChangeKind.Downloaded:
                    Tell(peer =>
                    {
                        Announce(peer, change.Start, change.Count);
                        owner.RetryProof(peer);
                    });
                    break;
                case LogChangeKind.Truncated:
                    OnTruncated(change);
                    break;
                case LogChangeKind.Cleared:
                    OnCleared(change);
                    break;
                case LogChangeKind.Frozen:
                    break;
            }

            owner.OnBlocksHere();
            owner.CheckUpdates();
        }

        if (change.Kind == LogChangeKind.Frozen)
            owner.Conflicts.OnFrozen();
        owner.PumpAll();
    }

    private void OnAppended(in LogChange change)
    {
        // An own append brings all its blocks; a head that a peer proved brings at most a few.
        ulong start = change.Start;
        ulong end = owner.Log.QueryDurable(start, static (blocks, from) => blocks.FirstUnset(from));
        ulong count = Math.Min(end - start, change.Count);
        owner.Local.Taken.SetRange(start, count);
        owner.Wake();
        Tell(peer =>
        {
            if (count > 0)
                Announce(peer, start, count);
            owner.SyncTo(peer);
        });
    }

    private void OnTruncated(LogChange change)
    {
        owner.OnCutBack();
        Tell(peer =>
        {
            peer.FullLengthAnnounced = Math.Min(peer.FullLengthAnnounced, change.Start);
            peer.CanProve = false;
            if (change.Count > 0)
                peer.SendRange(drop: true, change.Start, change.Count);
            owner.SyncTo(peer);
        });
    }

    private void OnCleared(LogChange change)
    {
        owner.Local.Taken.ClearRange(change.Start, change.Count);
        foreach (DownloadRange range in owner.Ranges)
            range.Restart();
        owner.Wake();
        Tell(peer =>
        {
            peer.FullLengthAnnounced = Math.Min(peer.FullLengthAnnounced, change.Start);
            peer.SendRange(drop: true, change.Start, change.Count);
        });
    }

    /// <summary>Says that a range is here: to everybody when it is recent or the log is whole, otherwise to those who
    /// asked about it; and never what the peer has itself.</summary>
    private void Announce(ReplicationPeer peer, ulong start, ulong count)
    {
        ulong length = owner.Log.Head.Length;
        bool isFull = length > 0 && owner.Log.ContiguousLength >= length;
        if (!isFull && start + ReplicationLimits.RecentBlocks < length && !peer.RemoteWants.Overlaps(start, count))
            return;
        bool isNews = false;
        if (isFull)
        {
            start = 0;
            count = length;
            isNews = peer.FullLengthAnnounced < length;
            peer.FullLengthAnnounced = length;
        }

        if (isNews || !peer.Remote.IsSameTree(owner.Local) || !peer.Remote.Blocks.IsSet(start, count))
            peer.SendRange(drop: false, start, count);
    }

    private void Tell(Action<ReplicationPeer> tell)
    {
        foreach (ReplicationPeer peer in owner.Peers)
        {
            peer.Mux.Cork();
            try
            {
                tell(peer);
            }
            finally
            {
                peer.Mux.Uncork();
            }
        }
    }
}
