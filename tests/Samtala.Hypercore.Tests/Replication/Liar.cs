using Samtala.Hypercore.Messages;
using Samtala.Hypercore.Proofs;
using Samtala.Protocol;

namespace Samtala.Hypercore.Tests.Replication;

/// <summary>A peer that knows the key, speaks the protocol and lies as a test wants.</summary>
internal sealed class Liar : IChannelHandler
{
    private readonly MemoryLog _log;
    private readonly Protomux _mux;

    public Liar(MemoryLog log, Protomux mux, bool knowsKey = true)
    {
        _log = log;
        _mux = mux;
        HandshakeMessage handshake = new(
            true,
            ReplicationCapability.Create(mux.IsInitiator, knowsKey ? log.Key : default, mux.HandshakeHash.Span));
        byte[] bytes = new byte[HandshakeMessage.Size];
        handshake.Write(bytes);
        Channel = mux.Open(
            new ChannelOptions
            {
                Protocol = "hypercore/alpha",
                Id = log.DiscoveryKey.Bytes.ToArray(),
                Handshake = bytes,
            },
            this)!;
    }

    public Channel Channel { get; }

    /// <summary>What it says its length is.</summary>
    public ulong? Length { get; init; }

    /// <summary>What it says its fork is.</summary>
    public ulong? Fork { get; init; }

    /// <summary>What it answers without looking at a log.</summary>
    public Func<RequestMessage, Proof>? Invent { get; init; }

    /// <summary>What it answers to a request instead of the truth; null for nothing.</summary>
    public Func<RequestMessage, Proof, Proof?> Answer { get; init; } = (_, proof) => proof;

    public bool SaysNoData { get; init; }

    /// <summary>What else it does once the channel is open.</summary>
    public Action<Liar>? Opened { get; init; }

    public int Requests { get; private set; }

    public void OnOpen(Channel channel, ReadOnlyMemory<byte> handshake)
    {
        ulong length = Length ?? _log.Head.Length;
        const SyncAbilities All = SyncAbilities.CanUpgrade | SyncAbilities.Uploading | SyncAbilities.Downloading
            | SyncAbilities.HasManifest;
        SyncMessage sync = new(All, Fork ?? _log.Head.Fork, length, 0);
        byte[] bytes = new byte[sync.Size];
        sync.Write(bytes);
        channel.Send((int)MessageType.Sync, bytes);
        SendRange(drop: false, 0, length);
        Opened?.Invoke(this);
    }

    public void SendRange(bool drop, ulong start, ulong length)
    {
        RangeMessage range = new(drop, start, length);
        byte[] bytes = new byte[range.Size];
        range.Write(bytes);
        Channel.Send((int)MessageType.Range, bytes);
    }

    public void OnMessage(Channel channel, ulong type, ReadOnlyMemory<byte> payload)
    {
        if ((MessageType)type != MessageType.Request || !RequestMessage.TryDecode(payload, out RequestMessage request))
            return;
        Requests++;
        if (SaysNoData)
        {
            NoDataMessage none = new(request.Id, NoDataReason.NotAvailable);
            byte[] bytes = new byte[none.Size];
            none.Write(bytes);
            channel.Send((int)MessageType.NoData, bytes);
            return;
        }

        if (Invent is { } invent)
        {
            SendData(request.Id, invent(request));
            return;
        }

        ValueTask<ProverResult> proving = Prover.CreateAsync(
            _log.Head, _log, request.Request, _log.Manifest, CancellationToken.None);
        ProverResult result = proving.IsCompletedSuccessfully ? proving.Result : default;
        if (result.Proof is not { } proof)
            return;
        if (proof.Block is { } block)
            proof = proof.WithBlockValue(_log.Block(block.Index));
        if (Answer(request, proof) is { } lie)
            SendData(request.Id, lie);
    }

    public void SendData(ulong id, Proof proof)
    {
        DataMessage data = new(id, proof);
        byte[] bytes = new byte[data.Size];
        data.Write(bytes);
        Channel.Send((int)MessageType.Data, bytes);
    }

    public void OnClose(Channel channel, bool byRemote)
    {
        // The test looks at the mux.
    }

    public void OnDrain(Channel channel)
    {
        // It never waits.
    }
}
