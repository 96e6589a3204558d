using Samtala.Encodings;
using Samtala.Hypercore.Messages;
using Samtala.Protocol;


namespace Samtala.Hypercore.Replication;

/// <content>What peers say of themselves, and what they are told.</content>
internal sealed partial class LogReplicator
{
    private enum SyncReason
    {
        Reply,
        NewHead,
        NewNodes,
    }

    public SyncMessage MakeSync(ReplicationPeer peer)
    {
        Tree.LogHead head = Log.Head;
        bool isSameFork = head.Fork == peer.Remote.Fork;
        SyncAbilities abilities = SyncAbilities.Uploading;
        if (isSameFork && peer.CanProve)
            abilities |= SyncAbilities.CanUpgrade;
        if (SaysDownloading)
            abilities |= SyncAbilities.Downloading;
        if (Log.Manifest is not null)
            abilities |= SyncAbilities.HasManifest;
        return new SyncMessage(abilities, head.Fork, head.Length, isSameFork ? peer.Remote.Length : 0);
    }

    public void OnSync(ReplicationPeer peer, in SyncMessage message)
    {
        bool isIdle;
        lock (Gate)
        {
            if (peer.Remote.OnSync(message))
                peer.LocalWants.Clear();
            isIdle = !message.Abilities.HasFlag(SyncAbilities.Downloading) && !SaysDownloading;
            if (!isIdle)
                Wake();
        }

        if (isIdle)
        {
            peer.Channel.Close();
            return;
        }

        peer.Observe(AnswerSyncAsync(peer, SyncReason.Reply));
    }

    public void OnRange(ReplicationPeer peer, in RangeMessage message)
    {
        lock (Gate)
        {
            SparseBitfield blocks = peer.Remote.Blocks;
            if (message.Drop)
            {
                blocks.ClearRange(message.Start, message.Length);
                return;
            }

            if (blocks.SetRange(message.Start, message.Length) > 0)
                peer.Download.IsSated = false;
        }

        peer.Download.Pump();
    }

    public void OnBitfield(ReplicationPeer peer, in BitfieldMessage message)
    {
        lock (Gate)
        {
            peer.Remote.Blocks.Replace(message.Start, message.Words.Span);
            peer.Download.IsSated = false;
        }

        peer.Download.Pump();
    }

    public void OnExtension(ReplicationPeer peer, string name, ReadOnlyMemory<byte> payload) =>
        Extensions.Deliver(peer, name, payload);

    /// <summary>Our head changed: says so, after finding out whether we can prove it to the peer. With the lock held.
    /// </summary>
    public void SyncTo(ReplicationPeer peer)
    {
        if (!peer.CanProve && peer.Remote.IsSynced && peer.Remote.Fork == Log.Head.Fork)
            peer.Observe(AnswerSyncAsync(peer, SyncReason.NewHead));
        else
            peer.SendSync();
    }

    /// <summary>New blocks brought new nodes: perhaps we can prove our head to the peer now. With the lock held.
    /// </summary>
    public void RetryProof(ReplicationPeer peer)
    {
        Tree.LogHead head = Log.Head;
        if (!peer.CanProve && peer.Remote.IsSynced && peer.Remote.Fork == head.Fork && peer.Remote.Length < head.Length)
            peer.Observe(AnswerSyncAsync(peer, SyncReason.NewNodes));
    }

    /// <summary>Says which blocks of a region are here.</summary>
    public void AnswerWant(ReplicationPeer peer, in WantMessage want)
    {
        ulong length = Log.Head.Length;
        ulong contiguous = Math.Min(Log.ContiguousLength, length);
        ulong end = want.Start + want.Length;
        if (contiguous > 0 && (end <= contiguous || contiguous == length || (want.Any && want.Start < contiguous)))
        {
            peer.SendRange(drop: false, 0, contiguous);
            return;
        }

        end = Math.Min(end, length);
        if (want.Start >= end)
            return;
        if (want.Any)
        {
            ulong first = Log.QueryDurable(want.Start, static (durable, from) => durable.FirstSet(from));
            if (first < end)
                peer.SendRange(drop: false, first, 1);
            return;
        }

        SendBitfield(peer, want.Start, Math.Min(end - want.Start, ReplicationLimits.WantRegion));
    }

    private void SendBitfield(ReplicationPeer peer, ulong start, ulong length)
    {
        const ulong Word = SparseBitfield.WireWordBits;
        length += start % Word;
        start -= start % Word;
        byte[] words = new byte[(length + Word - 1) / Word * sizeof(uint)];
        Log.QueryDurable((start, words), static (durable, target) =>
        {
            durable.CopyTo(target.start, target.words);
            return true;
        });
        BitfieldMessage message = new(start, words);
        using MessageWriter writer = peer.Channel.Begin((int)MessageType.Bitfield, message.Size);
        message.Write(writer.Payload);
    }

    /// <summary>Finds out whether we can prove an upgrade to the peer and says so when that, or our length, is news.
    /// </summary>
    private async ValueTask AnswerSyncAsync(ReplicationPeer peer, SyncReason reason)
    {
        ulong length;
        ulong fork;
        lock (Gate)
        {
            length = peer.Remote.Length;
            fork = peer.Remote.Fork;
        }

        Tree.LogHead head = Log.Head;
        bool canProve = fork == head.Fork
            && (length == 0 || (length < head.Length && await ProvableLength.HasRootsAsync(Log, length, peer.Closed)));
        lock (Gate)
        {
            if (!peer.IsOpen || length != peer.Remote.Length || fork != peer.Remote.Fork)
                return;
            peer.CanProve = canProve;
            Tree.LogHead now = Log.Head;
            bool isNews = reason switch
            {
                SyncReason.NewHead => true,
                SyncReason.NewNodes => canProve,
                _ => now.Fork == fork && now.Length > length,
            };
            if (isNews)
                peer.SendSync();
            CheckUpdates();
        }

        if (reason == SyncReason.Reply)
            PumpAll();
    }
}
