using Samtala.Encodings;

namespace Samtala.Hypercore.Replication;

/// <content>Figures for people.</content>
internal sealed partial class LogReplicator
{
    // What went over channels that have closed.
    private readonly PeerCounters _gone = new();

    public ReplicationStatistics GetStatistics()
    {
        lock (Gate)
        {
            ReplicationStatistics sum = Add(default, _gone);
            foreach (ReplicationPeer peer in _open)
            {
                sum = Add(sum, peer.Counters) with
                {
                    RequestsInFlight = sum.RequestsInFlight + peer.Download.InFlight.Count,
                    RequestsWaiting = sum.RequestsWaiting + peer.Server.Waiting,
                };
            }

            return sum with { Peers = _open.Count };
        }
    }

    public IReadOnlyList<PeerStatistics> GetPeers()
    {
        lock (Gate)
            return [.. _open.Select(Describe)];
    }

    /// <summary>Fills a picture of who has what: every byte is the share, 0 to 255, of one equal part of the log.
    /// </summary>
    /// <param name="peer">Whose blocks; the first open channel of this key. Null for ours.</param>
    /// <param name="picture">At least one byte.</param>
    /// <returns>False when there is no such peer.</returns>
    public bool TryDraw(Crypto.PublicKey? peer, Span<byte> picture)
    {
        ulong length = Log.Head.Length;
        if (peer is null)
        {
            byte[] own = new byte[picture.Length];
            Log.QueryDurable((own, length), static (blocks, target) =>
            {
                Draw(blocks, target.length, target.own);
                return true;
            });
            own.CopyTo(picture);
            return true;
        }

        lock (Gate)
        {
            ReplicationPeer? found = _open.Find(other => other.Key == peer.Value);
            if (found is null)
                return false;
            Draw(found.Remote.Blocks, Math.Max(length, found.Remote.Length), picture);
            return true;
        }
    }

    private static void Draw(SparseBitfield blocks, ulong length, Span<byte> picture)
    {
        picture.Clear();
        for (int i = 0; i < picture.Length && length > 0; i++)
        {
            ulong start = (ulong)((UInt128)length * (ulong)i / (ulong)picture.Length);
            ulong end = (ulong)((UInt128)length * (ulong)(i + 1) / (ulong)picture.Length);
            end = Math.Max(end, start + 1);
            ulong set = blocks.CountSet(start, end - start);

            // Any block at all is seen, and only all of them are full.
            picture[i] = set == 0 ? (byte)0 : (byte)Math.Max(1, (ulong)((UInt128)set * 255 / (end - start)));
        }
    }

    private static ReplicationStatistics Add(in ReplicationStatistics sum, PeerCounters counters) => sum with
    {
        BlocksReceived = sum.BlocksReceived + Volatile.Read(ref counters.BlocksReceived),
        BytesReceived = sum.BytesReceived + Volatile.Read(ref counters.BytesReceived),
        BlocksSent = sum.BlocksSent + Volatile.Read(ref counters.BlocksSent),
        BytesSent = sum.BytesSent + Volatile.Read(ref counters.BytesSent),
        HotSwaps = sum.HotSwaps + Volatile.Read(ref counters.HotSwaps),
        InvalidAnswers = sum.InvalidAnswers + Volatile.Read(ref counters.InvalidData),
    };

    private static PeerStatistics Describe(ReplicationPeer peer) => new()
    {
        PublicKey = peer.Key,
        IsInitiator = peer.Mux.IsInitiator,
        Length = peer.Remote.Length,
        Fork = peer.Remote.Fork,
        Blocks = peer.Remote.Blocks.CountSet(0, peer.Remote.Length),
        ContiguousLength = Math.Min(peer.Remote.Blocks.FirstUnset(0), peer.Remote.Length),
        IsDownloading = peer.Remote.IsDownloading,
        IsUploading = peer.Remote.IsUploading,
        IsPaused = peer.IsPaused,
        RoundTrip = peer.Download.Window.RoundTrip,
        RequestsInFlight = (peer.Download.InFlight.Count, peer.Download.Window.Limit),
        RequestsWaiting = peer.Server.Waiting,
        Received = (peer.Counters.BlocksReceived, peer.Counters.BytesReceived),
        Sent = (peer.Counters.BlocksSent, peer.Counters.BytesSent),
    };
}
