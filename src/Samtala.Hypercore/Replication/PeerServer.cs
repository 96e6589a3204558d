using Samtala.Encodings;
using Samtala.Hypercore.Logs;
using Samtala.Hypercore.Messages;
using Samtala.Hypercore.Proofs;
using Samtala.Hypercore.Tree;

namespace Samtala.Hypercore.Replication;

/// <summary>Answers the requests of one peer, one after the other, as fast as the connection takes them.</summary>
internal sealed class PeerServer
{
    private readonly Lock _gate = new();
    private readonly ReplicationPeer _peer;
    private readonly LogReplicator _owner;
    private readonly IReplicatedLog _log;
    private readonly RequestLine _line;

    // Used by the one who is busy only.
    private readonly MerkleNode[] _nodes = new MerkleNode[ProofLimits.NodeCountMax];
    private int _invalidRequests;
    private bool _isBusy;

    public PeerServer(ReplicationPeer peer, LogReplicator owner)
    {
        _peer = peer;
        _owner = owner;
        _log = owner.Log;
        _line = new RequestLine(owner.Options.RequestsQueuedMax);
    }

    public int Waiting
    {
        get
        {
            lock (_gate)
                return _line.Count;
        }
    }

    public void OnRequest(ReadOnlyMemory<byte> payload)
    {
        if (BlockRequest.TryDecode(payload.Span, out BlockRequest block))
            Add(new PeerRequest(block, null, null));
        else if (RequestMessage.TryDecode(payload, out RequestMessage message))
            Add(new PeerRequest(default, message, null));
        else
            _peer.Destroy("The peer sent a malformed request.");
    }

    public void OnWant(in WantMessage want) => Add(new PeerRequest(default, null, want));

    public void OnCancel(ulong id)
    {
        lock (_gate)
            _line.Cancel(id);
    }

    /// <summary>The connection takes more again.</summary>
    public void OnDrain()
    {
        lock (_gate)
        {
            if (_isBusy || _line.Count == 0)
                return;
            _isBusy = true;
        }

        _peer.Channel.Mux.Cork();
        try
        {
            _peer.Observe(RunAsync());
        }
        finally
        {
            _peer.Channel.Mux.Uncork();
        }
    }

    public void Close()
    {
        lock (_gate)
            _line.Clear();
    }

    private void Add(in PeerRequest request)
    {
        bool isTooMuch;
        lock (_gate)
        {
            isTooMuch = !_line.TryAdd(request);
            if (!isTooMuch && _isBusy)
                return;
            _isBusy = true;
        }

        if (isTooMuch)
        {
            _peer.Destroy($"The peer has more than {_owner.Options.RequestsQueuedMax} requests waiting.");
            return;
        }

        ValueTask run = RunAsync();
        if (!run.IsCompletedSuccessfully)
            _peer.Observe(run);
    }

    private async ValueTask RunAsync()
    {
        while (true)
        {
            PeerRequest request;
            lock (_gate)
            {
                if (!_peer.Channel.IsWritable || !_line.TryTake(out request))
                {
                    _isBusy = false;
                    return;
                }
            }

            if (request.Want is { } want)
                _owner.AnswerWant(_peer, want);
            else if (request.Other is { } other)
                await AnswerAsync(other);
            else
                await AnswerBlockAsync(request.Block);
        }
    }

    private async ValueTask AnswerBlockAsync(BlockRequest request)
    {
        _peer.Counters.RequestsReceived++;
        LogHead head = _log.Head;
        if (request.Fork != head.Fork || request.Index >= head.Length || !_log.Has(request.Index) || _log.IsFrozen)
        {
            SendNoData(request.Id, NoDataReason.NotAvailable);
            return;
        }

        ulong node = request.Index * 2;
        int count = 0;
        for (; (ulong)count < request.Nodes; count++)
        {
            ulong sibling = FlatTree.Sibling(node);
            if (count == _nodes.Length || Math.Max(FlatTree.RightSpan(sibling), node) >= head.Length * 2)
            {
                await OnInvalidAsync(request.Id);
                return;
            }

            ValueTask<MerkleNode?> read = _log.ReadNodeAsync(sibling, _peer.Closed);
            if ((read.IsCompletedSuccessfully ? read.Result : await read) is not { } found)
            {
                SendNoData(request.Id, NoDataReason.NotAvailable);
                return;
            }

            _nodes[count] = found;
            node = FlatTree.Parent(node);
        }

        ValueTask<ReadOnlyMemory<byte>?> reading = _log.ReadStoredAsync(request.Index, _peer.Closed);
        if ((reading.IsCompletedSuccessfully ? reading.Result : await reading) is not { } value)
        {
            SendNoData(request.Id, NoDataReason.NotAvailable);
            return;
        }

        if (_owner.Throttle.IsLimited)
            await WaitForTurnAsync(value.Length);
        SendBlock(request, value.Span, _nodes.AsSpan(0, count));
    }

    private void SendBlock(in BlockRequest request, ReadOnlySpan<byte> value, ReadOnlySpan<MerkleNode> nodes)
    {
        int size = BlockAnswer.SizeOf(request, value.Length, nodes);
        using (Protocol.MessageWriter writer = _peer.Channel.Begin((int)MessageType.Data, size))
            BlockAnswer.Write(request, value, nodes, writer.Payload);
        _peer.Counters.AddSent(value.Length);
    }

    private async ValueTask AnswerAsync(RequestMessage message)
    {
        _peer.Counters.RequestsReceived++;
        ProofRequest request = message.Request;
        LogHead head = _log.Head;
        bool isEmpty = request is { Block: null, Hash: null, Seek: null, Upgrade: null };
        if (isEmpty || request.Fork != head.Fork || _log.IsFrozen
            || (request.Block is { } block && (block.Index >= head.Length || !_log.Has(block.Index))))
        {
            SendManifestOrNoData(message, head.Fork);
            return;
        }

        ProverResult result = await Prover.CreateAsync(head, _log, request, _log.Manifest, _peer.Closed);
        if (result.Proof is not { } proof)
        {
            if (result.IsMissingNodes)
                SendNoData(message.Id, NoDataReason.NotAvailable);
            else
                await OnInvalidAsync(message.Id);
            return;
        }

        if (proof.Block is { } shown)
        {
            if (await _log.ReadStoredAsync(shown.Index, _peer.Closed) is not { } value)
            {
                SendNoData(message.Id, NoDataReason.NotAvailable);
                return;
            }

            proof = proof.WithBlockValue(value);
            await WaitForTurnAsync(value.Length);
            _peer.Counters.AddSent(value.Length);
        }

        SendData(message.Id, request.Manifest && _log.Manifest is { } manifest
            ? proof with { Manifest = manifest }
            : proof);
    }

    private void SendManifestOrNoData(in RequestMessage message, ulong fork)
    {
        if (message.Request.Manifest && _log.Manifest is { } manifest)
            SendData(message.Id, new Proof { Fork = fork, Manifest = manifest });
        else
            SendNoData(message.Id, NoDataReason.NotAvailable);
    }

    public void SendData(ulong id, Proof proof)
    {
        DataMessage data = new(id, proof);
        using Protocol.MessageWriter writer = _peer.Channel.Begin((int)MessageType.Data, data.Size);
        data.Write(writer.Payload);
    }

    private void SendNoData(ulong id, NoDataReason reason)
    {
        NoDataMessage message = new(id, reason);
        using (Protocol.MessageWriter writer = _peer.Channel.Begin((int)MessageType.NoData, message.Size))
            message.Write(writer.Payload);
        _peer.Counters.NoDataSent++;
    }

    /// <summary>Whoever asks for what cannot be waits longer every time, and is cut off in the end.</summary>
    private async ValueTask OnInvalidAsync(ulong id)
    {
        _peer.Counters.InvalidRequests++;
        if (++_invalidRequests >= ReplicationLimits.InvalidRequestsMax)
        {
            _peer.Destroy($"The peer sent {_invalidRequests} requests that no log can answer.");
            return;
        }

        await Task.Delay(ReplicationLimits.BackOff(_invalidRequests), _owner.Time, _peer.Closed);
        SendNoData(id, NoDataReason.InvalidRequest);
    }

    private async ValueTask WaitForTurnAsync(int bytes)
    {
        while (_owner.Throttle.Take(bytes) is var wait && wait > TimeSpan.Zero)
            await Task.Delay(wait, _owner.Time, _peer.Closed);
    }
}
