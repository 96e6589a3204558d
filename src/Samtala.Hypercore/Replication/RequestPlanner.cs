using Samtala.Encodings;

namespace Samtala.Hypercore.Replication;

/// <summary>Chooses what to ask a peer next. Called with the lock of the replicator held.</summary>
/// <remarks>In this order: steps of a reorganisation, the manifest, blocks that somebody waits for, ranges by priority,
/// a longer head, and, when nothing else is left, blocks that another peer owes for too long. Neighbouring blocks
/// stay with one peer as long as there are others to give, because then most need no more than one hash.</remarks>
internal sealed class RequestPlanner(LogReplicator owner)
{
    private const int WaitsScannedMax = 4_096;
    private const int RegionsWantedMax = 4;
    private const int HotSwapsMax = 16;

    /// <returns>How many requests were put into the batch; their slots and blocks are taken.</returns>
    public int Plan(ReplicationPeer peer, Span<PlannedRequest> batch)
    {
        if (owner.Log.IsFrozen || !peer.Remote.IsSynced || !peer.Remote.IsUploading)
            return 0;
        PeerDownload download = peer.Download;
        int room = Math.Min(batch.Length, download.Window.Limit - download.InFlight.Count);
        Draft draft = new(owner, peer, batch[..Math.Max(room, 0)]);
        owner.Reorgs.Plan(ref draft);
        PlanManifest(ref draft);
        if (peer.Remote.IsSameTree(owner.Local))
        {
            PlanWaits(ref draft);
            PlanRanges(ref draft);
            PlanUpgrade(ref draft);
            if (draft.Count == 0)
                PlanHotSwaps(ref draft);
        }

        download.IsSated = !draft.IsFull;
        return draft.Count;
    }

    private void PlanManifest(ref Draft draft)
    {
        if (owner.Log.Manifest is not null || owner.ManifestPeer is not null || !draft.Peer.Remote.HasManifest
            || draft.Peer.Remote.Length > 0 || draft.Peer.IsSilent || !owner.IsDownloading)
        {
            return;
        }

        PlannedRequest request = new() { Kind = RequestKind.Manifest, Fork = owner.Local.Fork, Manifest = true };
        if (draft.TryAdd(request))
            owner.ManifestPeer = draft.Peer;
    }

    private void PlanWaits(ref Draft draft)
    {
        int scanned = 0;
        for (LinkedListNode<ulong>? node = owner.Waits.FirstUnasked; node is not null && !draft.IsFull;)
        {
            ulong index = node.Value;
            node = node.Next;
            if (++scanned > WaitsScannedMax)
                return;
            if (owner.Local.Taken.Get(index))
                owner.Waits.OnAsked(index);
            else if (draft.TryAddBlock(index, priority: 1))
                owner.Waits.OnAsked(index);
            else
                Want(draft.Peer, index);
        }
    }

    private void PlanRanges(ref Draft draft)
    {
        foreach (DownloadRange range in owner.Ranges)
        {
            if (draft.IsFull)
                return;
            ulong next = range.Advance(owner.Local);
            ulong end = Math.Min(range.End, Math.Min(owner.Local.Length, draft.Peer.Remote.Length));
            while (!draft.IsFull && TryNext(draft.Peer, next, end, out ulong index))
                draft.TryAddBlock(index, priority: 0);
            if (draft.IsFull)
                return;
            if (range.End > owner.Local.Length && next <= owner.Local.Length)
                draft.TryAddBlock(Math.Max(owner.Local.Length, next), priority: 0);
            WantRange(draft.Peer, next, end);
        }
    }

    private void PlanUpgrade(ref Draft draft)
    {
        if (owner.IsDownloading && draft.CanUpgrade)
            draft.TryAddUpgrade(new PlannedRequest { Kind = RequestKind.Upgrade, Fork = owner.Local.Fork });
    }

    /// <summary>The next block of a range to ask of a peer: the neighbour of the last, else the first that nobody works
    /// on, else, near the end, any.</summary>
    private bool TryNext(ReplicationPeer peer, ulong from, ulong end, out ulong index)
    {
        SparseBitfield remote = peer.Remote.Blocks;
        SparseBitfield taken = owner.Local.Taken;
        (ulong next, ulong claimEnd) = peer.Download.Claim;
        if (next >= from && next < end)
        {
            index = remote.FirstSetExcept(taken, next, Math.Min(claimEnd, end));
            if (index < end)
            {
                peer.Download.Claim = (index + 1, claimEnd);
                return true;
            }
        }

        ulong first = remote.FirstSetExcept(taken, from, end);
        index = first;
        while (index < end && FindClaim(peer, index) is { } other)
            index = remote.FirstSetExcept(taken, other, end);
        if (index >= end)
            index = first;
        if (index >= end)
            return false;
        ulong alignedEnd = (index + ReplicationLimits.ClaimBlocks) / ReplicationLimits.ClaimBlocks
            * ReplicationLimits.ClaimBlocks;
        peer.Download.Claim = (index + 1, alignedEnd);
        return true;
    }

    /// <returns>Where another peer's claim that holds the block ends; null when there is none.</returns>
    private ulong? FindClaim(ReplicationPeer peer, ulong index)
    {
        foreach (ReplicationPeer other in owner.Peers)
        {
            (ulong next, ulong end) = other.Download.Claim;
            if (other != peer && !other.IsPaused && next <= index && index < end)
                return end;
        }

        return null;
    }

    private void WantRange(ReplicationPeer peer, ulong from, ulong end)
    {
        for (int regions = 0; regions < RegionsWantedMax; regions++)
        {
            ulong missing = owner.Local.Taken.FirstUnset(from);
            if (missing >= end)
                return;
            if (!peer.Remote.Blocks.Get(missing))
                Want(peer, missing);
            from = ((missing / ReplicationLimits.WantRegion) + 1) * ReplicationLimits.WantRegion;
        }
    }

    private static void Want(ReplicationPeer peer, ulong index)
    {
        if (index >= peer.Remote.Length || peer.Remote.Blocks.Get(index)
            || !peer.LocalWants.TryAdd(index, out ulong want, out ulong? unwant))
        {
            return;
        }

        if (unwant is { } old)
            peer.SendWant(isWanted: false, old);
        peer.SendWant(isWanted: true, want);
    }

    private void PlanHotSwaps(ref Draft draft)
    {
        PeerDownload mine = draft.Peer.Download;
        if (owner.Peers.Count < 2 || mine.InFlight.Count >= mine.Window.Limit / 2)
            return;
        long now = owner.Time.GetTimestamp();
        TimeSpan patience = owner.Options.HotSwapAge;
        if (mine.Window.RoundTrip * 2 > patience)
            patience = mine.Window.RoundTrip * 2;
        HashSet<ulong>? own = null;
        foreach (ReplicationPeer other in owner.Peers)
        {
            InFlightRequests theirs = other.Download.InFlight;
            for (int i = 0; other != draft.Peer && i < theirs.Capacity && draft.Count < HotSwapsMax; i++)
            {
                InFlightRequest slow = theirs.At(i);
                if (slow.Kind != RequestKind.Block || slow.HasUpgrade || slow.Fork != owner.Local.Fork
                    || owner.Time.GetElapsedTime(slow.SentAt, now) < patience)
                {
                    continue;
                }

                // The second may be as slow as the first: then a third is asked, and so on.
                if (owner.Doubled.TryGetValue(slow.Index, out (int Extra, long AskedAt) doubled)
                    && (owner.Time.GetElapsedTime(doubled.AskedAt, now) < patience
                        || (own ??= mine.InFlight.Blocks()).Contains(slow.Index)))
                {
                    continue;
                }

                if (!draft.TryAddDouble(slow.Index, slow.Priority))
                    continue;
                owner.Doubled[slow.Index] = (doubled.Extra + 1, now);
                draft.Peer.Counters.HotSwaps++;
            }
        }
    }

    /// <summary>The batch that is being filled for one peer.</summary>
    internal ref struct Draft(LogReplicator owner, ReplicationPeer peer, Span<PlannedRequest> batch)
    {
        private readonly Span<PlannedRequest> _batch = batch;

        public ReplicationPeer Peer { get; } = peer;

        public int Count { get; private set; }

        public readonly bool IsFull => Count == _batch.Length;

        public readonly bool CanUpgrade =>
            owner.UpgradePeer is null && !owner.Reorgs.IsBusy && !Peer.IsSilent && Peer.Remote.CanUpgrade(owner.Local);

        /// <summary>Asks for a block that nobody was asked for; beyond the verified length together with an upgrade.
        /// </summary>
        public bool TryAddBlock(ulong index, byte priority)
        {
            if (index >= Peer.Remote.Length || !Peer.Remote.Blocks.Get(index) || owner.Local.Taken.Get(index))
                return false;
            PlannedRequest request = new()
            {
                Kind = RequestKind.Block,
                Fork = owner.Local.Fork,
                Index = index,
                Priority = priority,
            };
            if (index >= owner.Local.Length)
            {
                if (!CanUpgrade || !TryAddUpgrade(request))
                    return false;
            }
            else if (!TryAddCounted(request))
            {
                return false;
            }

            owner.Local.Taken.Set(index);
            return true;
        }

        /// <summary>Asks for a block that another peer was asked for.</summary>
        public bool TryAddDouble(ulong index, byte priority)
        {
            if (index >= Math.Min(Peer.Remote.Length, owner.Local.Length) || !Peer.Remote.Blocks.Get(index))
                return false;
            Peer.Download.Chain.Break();
            return TryAddCounted(new PlannedRequest
            {
                Kind = RequestKind.Block,
                Fork = owner.Local.Fork,
                Index = index,
                Priority = priority,
            });
        }

        public bool TryAddUpgrade(PlannedRequest request)
        {
            request.UpgradeStart = owner.Local.Length;
            request.UpgradeLength = Peer.Remote.Length - request.UpgradeStart;
            request.Manifest = owner.Log.Manifest is null && Peer.Remote.HasManifest;
            if (!TryAdd(request))
                return false;
            owner.UpgradePeer = Peer;
            return true;
        }

        public bool TryAdd(PlannedRequest request, bool isChained = false)
        {
            if (IsFull)
                return false;
            request.Id = Peer.Download.InFlight.Add(new InFlightRequest
            {
                Kind = request.Kind,
                HasUpgrade = request.UpgradeLength > 0,
                HasManifest = request.Manifest,
                IsChained = isChained,
                Priority = request.Priority,
                Index = request.Index,
                Fork = request.Fork,
                SentAt = owner.Time.GetTimestamp(),
            });
            if (request.Id == 0)
                return false;
            _batch[Count++] = request;
            return true;
        }

        private bool TryAddCounted(PlannedRequest request)
        {
            if (IsFull)
                return false;
            bool isChained = Peer.Download.Chain.TryContinue(request.Index, owner.Local.Length, out ulong nodes);
            request.Nodes = nodes;
            request.NeedsNodeCount = !isChained;
            return TryAdd(request, isChained);
        }
    }
}
