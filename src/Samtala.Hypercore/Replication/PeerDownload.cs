using System.Numerics;
using Samtala.Hypercore.Logs;
using Samtala.Hypercore.Messages;
using Samtala.Hypercore.Proofs;
using Samtala.Protocol;

namespace Samtala.Hypercore.Replication;

/// <summary>Asks one peer for what is wanted, and takes its answers.</summary>
internal sealed class PeerDownload
{
    private const int BatchMax = 256;
    private const int KeptSizeMax = 256 * 1024;

    private readonly ReplicationPeer _peer;
    private readonly LogReplicator _owner;
    private readonly IReplicatedLog _log;
    private readonly PlannedRequest[] _batch = new PlannedRequest[BatchMax];

    // Answers that came while the log could not take more; copies, handled in order.
    private readonly Queue<byte[]> _pending = new();

    // The answer that is being taken, while none are pending.
    private byte[] _kept = [];
    private long _pendingBytes;
    private bool _isTaking;
    private bool _isPumping;
    private bool _pumpAgain;

    public PeerDownload(ReplicationPeer peer, LogReplicator owner)
    {
        _peer = peer;
        _owner = owner;
        _log = owner.Log;
        Window = new RequestWindow(owner.Options, owner.Time.GetTimestamp());
    }

    /// <summary>Guarded by the lock of the replicator, as all below.</summary>
    public InFlightRequests InFlight { get; } = new();

    public RequestWindow Window { get; }

    public Chain Chain { get; } = new();

    /// <summary>Whether nothing was left to ask; until something changes there is no use in looking again.</summary>
    public bool IsSated { get; set; }

    /// <summary>Answers in a row that did not fit.</summary>
    public int Misfits { get; set; }

    /// <summary>Answers "not available" since the last block.</summary>
    public int NoDataInARow { get; set; }

    /// <summary>The blocks it is working on, so that neighbours come from one peer: first, and end.</summary>
    public (ulong Next, ulong End) Claim { get; set; }

    /// <summary>Asks for as much as the window allows.</summary>
    public void Pump()
    {
        lock (_owner.Gate)
        {
            if (_isPumping)
            {
                _pumpAgain = true;
                return;
            }

            if (!_peer.IsOpen || !ShouldPump())
                return;
            _isPumping = true;
        }

        _peer.Observe(PumpAsync());
    }

    public void OnData(ReadOnlyMemory<byte> payload)
    {
        lock (_pending)
        {
            if (_isTaking)
            {
                Postpone(payload);
                return;
            }
        }

        // Whoever waits for the disk looks at the bytes again, and the connection may end or read on meanwhile.
        ValueTask taking = TakeAsync(Keep(payload));
        if (taking.IsCompletedSuccessfully)
            return;
        lock (_pending)
            _isTaking = true;
        _peer.Mux.HoldInput();
        _peer.Observe(TakePendingAsync(taking));
    }

    public void OnNoData(in NoDataMessage message)
    {
        _peer.Counters.NoDataReceived++;
        lock (_owner.Gate)
        {
            int position = InFlight.Find(message.Request);
            if (position < 0)
                return;
            InFlightRequest request = InFlight.At(position);
            InFlight.Remove(position);
            _peer.IsSilent = false;
            Chain.Break();

            // When the peer has another fork by now, the answer says nothing about that one.
            if (request.Kind is RequestKind.Block && message.Reason != NoDataReason.InvalidRequest
                && request.Fork == _peer.Remote.Fork)
            {
                _peer.Remote.Blocks.Clear(request.Index);
            }

            _owner.Release(_peer, request);
            IsSated = false;
            if (++NoDataInARow >= ReplicationLimits.NoDataMax)
                _owner.Pause(_peer, ReplicationLimits.NoDataPause);
        }

        _owner.PumpAll();
    }

    /// <summary>A head that one peer was asked for and does not give is asked of another; blocks are looked after by
    /// the planner. With the lock held.</summary>
    public void CheckSilence(long now)
    {
        for (int i = 0; i < InFlight.Capacity; i++)
        {
            InFlightRequest request = InFlight.At(i);
            bool isAlone = request.HasUpgrade
                || request.Kind is RequestKind.Manifest or RequestKind.ReorgHead or RequestKind.ReorgStep;
            if (request.Kind == RequestKind.Free || !isAlone
                || _owner.Time.GetElapsedTime(request.SentAt, now) < ReplicationLimits.HeadPatience)
            {
                continue;
            }

            // The slot stays: should the answer come after all, it is welcome.
            _peer.IsSilent = true;
            _owner.Release(_peer, request);
        }
    }

    /// <summary>Few and large batches of requests: waits until a quarter of the window is free.</summary>
    private bool ShouldPump()
    {
        int free = Window.Limit - InFlight.Count;
        return free > 0 && !IsSated && !_peer.IsPaused && _peer.Channel.IsWritable
            && (free >= Window.Limit / 4 || InFlight.Count < ReplicationLimits.RequestsInFlightMin);
    }

    private async ValueTask PumpAsync()
    {
        while (true)
        {
            int count;
            lock (_owner.Gate)
            {
                count = _peer.IsOpen && ShouldPump() ? _owner.Planner.Plan(_peer, _batch) : 0;
                if (count == 0)
                {
                    if (!_pumpAgain)
                    {
                        _isPumping = false;
                        return;
                    }

                    _pumpAgain = false;
                    continue;
                }

                _owner.Tick();
            }

            try
            {
                for (int i = 0; i < count; i++)
                {
                    if (_batch[i].NeedsNodeCount)
                        _batch[i].Nodes = await CountNodesAsync(_batch[i].Index);
                }
            }
            catch
            {
                lock (_owner.Gate)
                    _isPumping = false;
                throw;
            }

            Send(_batch.AsSpan(0, count));
        }
    }

    private ValueTask<ulong> CountNodesAsync(ulong block) =>
        MissingNodes.CountAsync(_log.AcceptedHead, _log, block * 2, _peer.Closed);

    private void Send(ReadOnlySpan<PlannedRequest> batch)
    {
        Channel channel = _peer.Channel;
        _peer.Mux.Cork();
        try
        {
            foreach (ref readonly PlannedRequest planned in batch)
                planned.Send(channel);
        }
        finally
        {
            _peer.Mux.Uncork();
        }

        _peer.Counters.RequestsSent += batch.Length;
    }

    private ReadOnlyMemory<byte> Keep(ReadOnlyMemory<byte> payload)
    {
        if (payload.Length > KeptSizeMax)
            return payload.ToArray();
        if (_kept.Length < payload.Length)
            _kept = new byte[BitOperations.RoundUpToPowerOf2((uint)payload.Length)];
        payload.CopyTo(_kept);
        return _kept.AsMemory(0, payload.Length);
    }

    private void Postpone(ReadOnlyMemory<byte> payload)
    {
        _pendingBytes += payload.Length;
        if (_pendingBytes > ReplicationLimits.PendingBytesMax
            || _pending.Count >= ReplicationLimits.PendingAnswersMax)
        {
            _peer.Destroy("The peer sent more than was asked for.");
            return;
        }

        _pending.Enqueue(payload.ToArray());
    }

    private async ValueTask TakePendingAsync(ValueTask taking)
    {
        try
        {
            await taking;
            while (true)
            {
                byte[]? payload;
                lock (_pending)
                {
                    if (!_pending.TryDequeue(out payload))
                    {
                        _isTaking = false;
                        return;
                    }

                    _pendingBytes -= payload.Length;
                }

                await TakeAsync(payload);
            }
        }
        finally
        {
            _peer.Mux.ReleaseInput();
        }
    }

    private ValueTask TakeAsync(ReadOnlyMemory<byte> payload)
    {
        if (!DataMessage.TryDecode(payload, out DataMessage message))
        {
            _peer.Destroy($"The peer sent a malformed answer of {payload.Length} bytes.");
            return default;
        }

        Proof proof = message.Proof;
        if (message.Request == 0)
            return _owner.Conflicts.OnProofAsync(_peer, payload);
        InFlightRequest request;
        bool fits;
        lock (_owner.Gate)
        {
            int position = InFlight.Find(message.Request);
            if (position < 0 || !_peer.IsOpen)
            {
                // Cancelled in the meantime, or never asked: costs nothing but its way here.
                _peer.Counters.Unasked++;
                return default;
            }

            request = InFlight.At(position);
            InFlight.Remove(position);
            _peer.IsSilent = false;
            fits = PlannedRequest.IsAnsweredBy(request, proof);
            if (!fits)
                OnMisfit(request);
        }

        if (!fits)
        {
            _owner.PumpAll();
            return default;
        }

        if (request.Kind is RequestKind.ReorgHead or RequestKind.ReorgStep)
            return _owner.Reorgs.OnDataAsync(_peer, request, proof);
        ValueTask<ProofError> accepting = _log.AcceptAsync(proof, _peer.Closed);
        if (!accepting.IsCompletedSuccessfully)
            return FinishAsync(accepting, request, proof.Block?.Value.Length ?? 0);
        OnAccepted(request, proof.Block?.Value.Length ?? 0, accepting.Result);
        return default;
    }

    private async ValueTask FinishAsync(ValueTask<ProofError> accepting, InFlightRequest request, int size)
    {
        ProofError error;
        try
        {
            error = await accepting;
        }
        catch
        {
            lock (_owner.Gate)
                _owner.Release(_peer, request);
            throw;
        }

        OnAccepted(request, size, error);
    }

    private void OnAccepted(in InFlightRequest request, int size, ProofError error)
    {
        bool isShared = false;
        lock (_owner.Gate)
        {
            // A channel at rest keeps no buffer: there may be thousands.
            if (InFlight.Count == 0)
                _kept = [];
            if (error == ProofError.None)
            {
                Misfits = 0;
                NoDataInARow = 0;
                long now = _owner.Time.GetTimestamp();
                Window.OnAnswer(size, _owner.Time.GetElapsedTime(request.SentAt, now), now, _owner.Time);
                isShared = _owner.OnTaken(_peer, request, size);
            }
            else if (error is ProofError.InvalidOperation or ProofError.OtherFork)
            {
                OnMisfit(request);
            }
            else
            {
                _peer.Counters.InvalidData++;
                _owner.Release(_peer, request);
                IsSated = false;
            }
        }

        if (error is ProofError.InvalidChecksum or ProofError.InvalidSignature or ProofError.InvalidProof)
            _owner.Conflicts.Suspect(_peer, error);
        if (isShared || error != ProofError.None)
            _owner.PumpAll();
        else
            Pump();
    }

    /// <summary>An answer that does not fit the tree, or the question: mostly a race, so it is asked again.</summary>
    private void OnMisfit(in InFlightRequest request)
    {
        Chain.OnMisfit(request.IsChained);
        _owner.Release(_peer, request);
        IsSated = false;
        CountMisfit();
    }

    /// <summary>So many in a row are no race. With the lock held.</summary>
    public void CountMisfit()
    {
        _peer.Counters.Misfits++;
        if (++Misfits >= ReplicationLimits.MisfitsMax)
            _peer.Destroy($"The peer's last {Misfits} answers fit neither the questions nor the log.");
    }
}
