using Samtala.Hypercore.Logs;

namespace Samtala.Hypercore.Replication;

/// <content>What is wanted, and what became of requests.</content>
internal sealed partial class LogReplicator : IBlockFetcher
{
    /// <inheritdoc/>
    public async ValueTask FetchAsync(ulong index, CancellationToken cancellationToken)
    {
        Task wait;
        lock (Gate)
        {
            ObjectDisposedException.ThrowIf(_isClosed, this);
            if (Local.Has(index))
                return;
            wait = Waits.AddAsync(index);
            OnDemand();
        }

        PumpAll();
        try
        {
            await wait.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (!wait.IsCompleted)
        {
            lock (Gate)
            {
                if (Waits.Remove(index))
                    CancelRequests(index, except: null);
                OnDemand();
            }

            // A range may want it still.
            PumpAll();
            throw;
        }
    }

    /// <inheritdoc/>
    public ValueTask<bool> UpdateAsync(CancellationToken cancellationToken) =>
        UpdateAsync(wait: false, cancellationToken);

    /// <param name="wait">With nobody to ask, waits for a first peer.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Whether the log grew or was rewritten.</returns>
    public async ValueTask<bool> UpdateAsync(bool wait, CancellationToken cancellationToken)
    {
        TaskCompletionSource<bool> done;
        lock (Gate)
        {
            ObjectDisposedException.ThrowIf(_isClosed, this);
            done = Updates.Add(Local, wait);
            OnDemand();
            CheckUpdates();
        }

        PumpAll();
        try
        {
            bool hasGrown = await done.Task.WaitAsync(cancellationToken);

            // Whoever asked looks at the log next, and it shows only what is durable.
            if (Log.Head.Length != Log.AcceptedHead.Length || Log.Head.Fork != Log.AcceptedHead.Fork)
                await Log.FlushAsync(cancellationToken);
            return hasGrown;
        }
        finally
        {
            lock (Gate)
            {
                Updates.Remove(done);
                OnDemand();
            }
        }
    }

    /// <summary>Downloads a range; completes when all of it is here.</summary>
    public async ValueTask DownloadAsync(ulong start, ulong end, int priority, CancellationToken cancellationToken)
    {
        DownloadRange range = new(start, end, priority);
        lock (Gate)
        {
            ObjectDisposedException.ThrowIf(_isClosed, this);
            if (range.TryComplete(Local))
                return;
            int position = Ranges.FindIndex(other => other.Priority < priority);
            Ranges.Insert(position < 0 ? Ranges.Count : position, range);
            OnDemand();
        }

        PumpAll();
        try
        {
            await range.Done.WaitAsync(cancellationToken);
        }
        finally
        {
            lock (Gate)
            {
                Ranges.Remove(range);
                OnDemand();
            }
        }
    }

    /// <summary>Somebody follows the log, or no longer does.</summary>
    public void AddLive(int change)
    {
        lock (Gate)
        {
            _live += change;
            OnDemand();
        }

        PumpAll();
    }

    /// <summary>Says so when there is something to download now, or, later, when there is nothing. With the lock held.
    /// </summary>
    private void OnDemand()
    {
        if (_isClosed)
            return;
        Wake();
        if (!IsDownloading)
        {
            if (SaysDownloading)
                _idleTimer.Change(Options.IdleLinger, Timeout.InfiniteTimeSpan);
            return;
        }

        _idleTimer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        if (SaysDownloading && !_hasLost)
            return;
        _hasLost = false;
        if (!SaysDownloading)
        {
            SaysDownloading = true;
            foreach (ReplicationPeer peer in _open)
                peer.SendSync();
        }

        foreach (Protocol.Protomux mux in Context.Muxes())
            OpenOn(mux);
    }

    /// <summary>Answers those who wait for a newer head, when it came or cannot come. With the lock held.</summary>
    public void CheckUpdates()
    {
        if (Updates.Count > 0)
            Updates.Check(Local, IsHopeless(), !_open.Exists(static peer => peer.Remote.IsSynced));
    }

    /// <summary>A proof was taken. With the lock held.</summary>
    /// <returns>Whether other peers may have something to do now.</returns>
    public bool OnTaken(ReplicationPeer peer, in InFlightRequest request, int size)
    {
        bool isShared = false;
        if (request.HasUpgrade)
        {
            if (UpgradePeer == peer)
                UpgradePeer = null;
            isShared = true;
            Wake();
            CheckUpdates();
        }

        if (request.Kind == RequestKind.Manifest)
        {
            ManifestPeer = null;
            isShared = true;
            Wake();
        }

        if (request.Kind != RequestKind.Block)
            return isShared;
        peer.Counters.AddReceived(size);
        Local.Taken.Set(request.Index);
        OnBlock(request.Index);
        if (Doubled.Count > 0 && Doubled.Remove(request.Index))
            CancelRequests(request.Index, except: peer);
        return isShared;
    }

    /// <summary>A request came to nothing: what it asked for is free again. With the lock held.</summary>
    public void Release(ReplicationPeer peer, in InFlightRequest request)
    {
        if (request.HasUpgrade && UpgradePeer == peer)
            UpgradePeer = null;
        if (request.Kind == RequestKind.Manifest && ManifestPeer == peer)
            ManifestPeer = null;
        if (request.Kind is RequestKind.ReorgHead or RequestKind.ReorgStep)
            Reorgs.OnFailed(peer);
        if (request.Kind == RequestKind.Block && !TakeDouble(request.Index) && !Local.Has(request.Index))
        {
            Local.Taken.Clear(request.Index);
            Waits.OnFailed(request.Index);
        }

        Wake();
        CheckUpdates();
    }

    /// <summary>Blocks are here that no request brought. With the lock held.</summary>
    public void OnBlocksHere()
    {
        Waits.CompleteWhere(Local.Has);
        for (int i = Ranges.Count - 1; i >= 0; i--)
        {
            if (Ranges[i].TryComplete(Local))
                Ranges.RemoveAt(i);
        }
    }

    private void OnBlock(ulong index)
    {
        Waits.Complete(index);
        for (int i = Ranges.Count - 1; i >= 0; i--)
        {
            if (Ranges[i].Next == index && Ranges[i].TryComplete(Local))
                Ranges.RemoveAt(i);
        }
    }

    /// <returns>Whether another peer still owes the block.</returns>
    private bool TakeDouble(ulong index)
    {
        if (!Doubled.Remove(index, out (int Extra, long AskedAt) doubled))
            return false;
        if (doubled.Extra > 1)
            Doubled.Add(index, doubled with { Extra = doubled.Extra - 1 });
        return true;
    }

    private void ReleaseAll(ReplicationPeer peer)
    {
        InFlightRequests requests = peer.Download.InFlight;
        for (int i = 0; i < requests.Capacity && requests.Count > 0; i++)
        {
            if (requests.At(i).Kind == RequestKind.Free)
                continue;
            InFlightRequest request = requests.At(i);
            requests.Remove(i);
            Release(peer, request);
        }
    }

    private void CancelRequests(ulong index, ReplicationPeer? except)
    {
        foreach (ReplicationPeer peer in _open)
        {
            InFlightRequests requests = peer.Download.InFlight;
            for (int i = 0; peer != except && i < requests.Capacity; i++)
            {
                if (requests.At(i).Kind != RequestKind.Block || requests.At(i).Index != index
                    || requests.At(i).HasUpgrade)
                {
                    continue;
                }

                InFlightRequest request = requests.At(i);
                peer.SendCancel(requests.IdOf(i));
                requests.Remove(i);
                peer.Download.Chain.Break();
                if (!Local.Has(index))
                    Release(peer, request);
            }
        }
    }

    /// <summary>Whether no peer that is known can make the log longer now.</summary>
    private bool IsHopeless()
    {
        if (UpgradePeer is not null || Reorgs.IsBusy)
            return false;
        if (_opening.Count > 0 && _open.Count < ReplicationLimits.UpdatePeersMax)
            return false;
        for (int i = 0; i < _open.Count; i++)
        {
            ReplicationPeer peer = _open[i];
            if (!peer.Remote.IsSynced)
            {
                if (i < ReplicationLimits.UpdatePeersMax)
                    return false;
                continue;
            }

            if (!peer.IsPaused && !peer.IsSilent && (Reorgs.IsWanted(peer) || IsAhead(peer.Remote)))
                return false;
        }

        return true;
    }

    /// <summary>Whether a peer is longer, and did not say, knowing our length, that it cannot prove it.</summary>
    private bool IsAhead(RemoteState remote) =>
        remote.Fork == Local.Fork && remote.Length > Local.Length
        && (remote.CanUpgrade(Local) || remote.Acknowledged != Log.Head.Length);
}
