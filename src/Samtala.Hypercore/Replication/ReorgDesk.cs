using Samtala.Hypercore.Logs;
using Samtala.Hypercore.Proofs;

namespace Samtala.Hypercore.Replication;

/// <summary>Follows a log that its writer cut back: one peer is asked at a time, step by step, and nothing changes
/// before all of it is proven. Members but <see cref="OnDataAsync"/> are called with the lock of the replicator held.
/// </summary>
internal sealed class ReorgDesk(LogReplicator owner)
{
    private ReorgSearch? _search;
    private ReplicationPeer? _asked;
    private bool _isTaking;
    private int _steps;

    /// <summary>Whether an answer is awaited or looked at, or a result adopted.</summary>
    public bool IsBusy => _asked is not null || _isTaking;

    /// <summary>Whether a peer has a newer fork that may be followed.</summary>
    public bool IsWanted(ReplicationPeer peer) =>
        owner.Forks is not null && owner.Log.ForkPolicy == ForkPolicy.Allow && !owner.Log.IsFrozen
        && peer.Remote.IsSynced && peer.Remote.Fork > owner.Local.Fork && peer.Remote.Length > 0 && owner.IsDownloading;

    public void Plan(ref RequestPlanner.Draft draft)
    {
        ReplicationPeer peer = draft.Peer;
        if (IsBusy || peer.IsSilent || !IsWanted(peer))
            return;
        if (_search is { } search && search.Fork == peer.Remote.Fork && IsCurrent(search))
        {
            ulong block = peer.Remote.Blocks.FirstSet(search.WantStart);
            if (block >= search.WantEnd)
                block = search.WantStart;
            NodeRequest hash = search.NextRequest(block).Hash!.Value;
            PlannedRequest step = new()
            {
                Kind = RequestKind.ReorgStep,
                Fork = search.Fork,
                Index = hash.Index,
                Nodes = hash.Nodes,
            };
            if (draft.TryAdd(step))
                _asked = peer;
            return;
        }

        PlannedRequest first = new()
        {
            Kind = RequestKind.ReorgHead,
            Fork = peer.Remote.Fork,
            UpgradeLength = peer.Remote.Length,
            Manifest = owner.Log.Manifest is null && peer.Remote.HasManifest,
        };
        if (!draft.TryAdd(first))
            return;
        _search = null;
        _steps = 0;
        _asked = peer;
    }

    public void OnPeerClose(ReplicationPeer peer) => OnFailed(peer);

    public void OnFailed(ReplicationPeer peer)
    {
        if (_asked == peer)
            _asked = null;
    }

    /// <summary>Takes an answer; called without the lock.</summary>
    public async ValueTask OnDataAsync(ReplicationPeer peer, InFlightRequest request, Proof proof)
    {
        ReorgSearch? search;
        lock (owner.Gate)
        {
            // One that comes late is welcome as long as nobody else was asked: a search takes one at a time.
            if (_isTaking || (_asked is not null && _asked != peer))
                return;
            _isTaking = true;
            search = _search;
        }

        try
        {
            await TakeAsync(peer, request, proof, search);
        }
        finally
        {
            lock (owner.Gate)
            {
                OnFailed(peer);
                _isTaking = false;
                owner.Wake();
                owner.CheckUpdates();
            }
        }

        owner.PumpAll();
    }

    private async ValueTask TakeAsync(
        ReplicationPeer peer, InFlightRequest request, Proof proof, ReorgSearch? search)
    {
        ProofError error;
        if (request.Kind == RequestKind.ReorgHead)
        {
            (search, error) = await ReorgSearch.BeginAsync(
                owner.Forks!.Authority, owner.Log.AcceptedHead, owner.Log, proof, peer.Closed);
        }
        else
        {
            error = search is null
                ? ProofError.OtherFork
                : await search.TakeAsync(owner.Log, proof, peer.Closed);
        }

        if (search is { NewHead.Length: > LogLimits.DownloadLengthMax })
            error = ProofError.InvalidProof;
        if (error is ProofError.InvalidChecksum or ProofError.InvalidSignature or ProofError.InvalidProof)
        {
            peer.Counters.InvalidData++;
            peer.Destroy($"The peer's proof of fork {proof.Fork} is not valid ({error}).");
        }

        VerifiedReorg? result;
        lock (owner.Gate)
        {
            if (error != ProofError.None)
                peer.Download.CountMisfit();
            if (error != ProofError.None || ++_steps > ReplicationLimits.ReorgStepsMax)
                search = null;
            _search = search;
            result = search?.Result;
        }

        if (result is not null)
            await AdoptAsync(result);
    }

    private bool IsCurrent(ReorgSearch search) => search.WantEnd > search.WantStart && search.Fork > owner.Local.Fork;

    private async ValueTask AdoptAsync(VerifiedReorg result)
    {
        try
        {
            await owner.Forks!.ReorgAsync(result, CancellationToken.None);
        }
        finally
        {
            lock (owner.Gate)
            {
                _search = null;
                owner.OnCutBack();
            }
        }
    }
}
