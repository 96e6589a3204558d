using Samtala.Crypto;
using Samtala.Encodings;
using Samtala.Hypercore.Messages;
using Samtala.Protocol;

namespace Samtala.Hypercore.Replication;

/// <summary>One channel of one log: takes a peer's messages apart and hands them to who deals with them.</summary>
internal sealed class ReplicationPeer : IChannelHandler, IDisposable
{
    private readonly LogReplicator _owner;
    private readonly CancellationTokenSource _closed = new();
    private string _extensionReceived = "";
    private string _extensionSent = "";
    private Channel? _channel;

    public ReplicationPeer(LogReplicator owner, Protomux mux)
    {
        _owner = owner;
        Mux = mux;
        Remote = new RemoteState(owner.Options.RemotePagesMax);
        Server = new PeerServer(this, owner);
        Download = new PeerDownload(this, owner);
        CanProve = owner.Log.Head.Fork == 0;
        Closed = _closed.Token;
    }

    public Protomux Mux { get; }

    public Channel Channel => _channel ?? throw new InvalidOperationException("The channel is not open yet.");

    /// <summary>What it told. Guarded by the lock of the replicator, as all below.</summary>
    public RemoteState Remote { get; }

    public RemoteWants RemoteWants { get; } = new();

    public LocalWants LocalWants { get; } = new();

    /// <summary>Whether our tree can prove an upgrade from the peer's length.</summary>
    public bool CanProve { get; set; }

    /// <summary>The full length we have announced.</summary>
    public ulong FullLengthAnnounced { get; set; }

    /// <summary>Whether both sides have opened.</summary>
    public bool IsOpen { get; set; }

    /// <summary>Nothing is asked while true.</summary>
    public bool IsPaused { get; set; }

    /// <summary>It was asked for a head and does not answer: others are asked until it does.</summary>
    public bool IsSilent { get; set; }

    /// <summary>Timestamp of the clock at which the pause ends.</summary>
    public long PausedUntil { get; set; }

    /// <summary>Proofs it sent that nobody asked for.</summary>
    public int UnaskedProofs { get; set; }

    public PeerServer Server { get; }

    public PeerDownload Download { get; }

    public PeerCounters Counters { get; } = new();

    public long OpenedAt { get; private set; }

    /// <summary>Fires when the channel has closed.</summary>
    public CancellationToken Closed { get; }

    public PublicKey Key => Mux.RemotePublicKey;

    /// <returns>False when the channel is open already, or the connection is gone.</returns>
    public bool TryOpen()
    {
        HandshakeMessage handshake = new(
            true, ReplicationCapability.Create(Mux.IsInitiator, _owner.Log.Key, Mux.HandshakeHash.Span));
        byte[] bytes = new byte[HandshakeMessage.Size];
        handshake.Write(bytes);
        ChannelOptions options = new()
        {
            Protocol = ReplicationProtocol.Name,
            Aliases = [ReplicationProtocol.Alias],
            Id = _owner.Log.DiscoveryKey.Bytes.ToArray(),
            Handshake = bytes,
        };
        OpenedAt = _owner.Time.GetTimestamp();
        _channel = Mux.Open(options, this);
        return _channel is not null;
    }

    public void OnOpen(Channel channel, ReadOnlyMemory<byte> handshake)
    {
        _channel = channel;
        if (!HandshakeMessage.TryDecode(handshake.Span, out HandshakeMessage message)
            || message.Capability
                != ReplicationCapability.Create(!Mux.IsInitiator, _owner.Log.Key, Mux.HandshakeHash.Span))
        {
            Destroy("The peer does not know the key of the log whose channel it opened.");
            return;
        }

        _owner.OnPeerOpen(this);
    }

    public void OnMessage(Channel channel, ulong type, ReadOnlyMemory<byte> payload)
    {
        if (!IsOpen)
            return;
        bool understood = true;
        switch ((MessageType)type)
        {
            case MessageType.Data:
                Download.OnData(payload);
                break;
            case MessageType.Request:
                Server.OnRequest(payload);
                break;
            case MessageType.Sync:
                if (understood = SyncMessage.TryDecode(payload, out SyncMessage sync))
                    _owner.OnSync(this, sync);
                break;
            case MessageType.Cancel:
                if (understood = CancelMessage.TryDecode(payload, out CancelMessage cancel))
                    Server.OnCancel(cancel.Request);
                break;
            case MessageType.NoData:
                if (understood = NoDataMessage.TryDecode(payload, out NoDataMessage noData))
                    Download.OnNoData(noData);
                break;
            case MessageType.Want or MessageType.Unwant:
                if (understood = WantMessage.TryDecode(payload, out WantMessage want))
                    OnWant(want, (MessageType)type == MessageType.Want);
                break;
            case MessageType.Bitfield:
                if (understood = BitfieldMessage.TryDecode(payload, out BitfieldMessage bitfield))
                    _owner.OnBitfield(this, bitfield);
                break;
            case MessageType.Range:
                if (understood = RangeMessage.TryDecode(payload, out RangeMessage range))
                    _owner.OnRange(this, range);
                break;
            case MessageType.Extension:
                if (understood = ExtensionMessage.TryDecode(payload, out ExtensionMessage extension))
                    OnExtension(extension);
                break;
        }

        if (!understood)
            Destroy($"The peer sent a malformed {(MessageType)type} message of {payload.Length} bytes.");
    }

    public void OnClose(Channel channel, bool byRemote)
    {
        _closed.Cancel();
        Server.Close();
        _owner.OnPeerClose(this, byRemote);
        Dispose();
    }

    public void Dispose() => _closed.Dispose();

    public void OnDrain(Channel channel)
    {
        Server.OnDrain();
        Download.Pump();
    }

    public void Destroy(string reason) => Mux.Destroy($"{reason} (log {_owner.Log.DiscoveryKey})");

    /// <summary>Looks after work that goes on by itself; a defect in it ends the connection, not the process.</summary>
    public void Observe(ValueTask work)
    {
        if (!work.IsCompletedSuccessfully)
            _ = ObserveAsync(work);
    }

    public void SendSync()
    {
        SyncMessage message = _owner.MakeSync(this);
        using MessageWriter writer = Channel.Begin((int)MessageType.Sync, message.Size);
        message.Write(writer.Payload);
    }

    public void SendRange(bool drop, ulong start, ulong length)
    {
        RangeMessage message = new(drop, start, length);
        using MessageWriter writer = Channel.Begin((int)MessageType.Range, message.Size);
        message.Write(writer.Payload);
    }

    public void SendWant(bool isWanted, ulong start)
    {
        WantMessage message = new(start, ReplicationLimits.WantRegion, Any: false);
        int type = (int)(isWanted ? MessageType.Want : MessageType.Unwant);
        using MessageWriter writer = Channel.Begin(type, message.Size);
        message.Write(writer.Payload);
    }

    public void SendCancel(ulong id)
    {
        CancelMessage message = new(id);
        using MessageWriter writer = Channel.Begin((int)MessageType.Cancel, message.Size);
        message.Write(writer.Payload);
    }

    /// <summary>Sends a message of an extension; its name goes along only when it differs from the one before.
    /// </summary>
    public void SendExtension(string name, ReadOnlyMemory<byte> payload)
    {
        ExtensionMessage message = new(name == _extensionSent ? "" : name, payload);
        _extensionSent = name;
        using MessageWriter writer = Channel.Begin((int)MessageType.Extension, message.Size);
        message.Write(writer.Payload);
    }

    private void OnWant(in WantMessage want, bool isWanted)
    {
        bool answer = false;
        lock (_owner.Gate)
        {
            if (!isWanted)
                RemoteWants.Remove(want.Start, want.Length, want.Any);
            else if (want.Length is > 0 and <= SparseBitfield.BitsMax && want.Start < SparseBitfield.BitsMax)
                answer = RemoteWants.Add(want.Start, want.Length, want.Any);
        }

        if (answer)
            Server.OnWant(want);
    }

    private void OnExtension(in ExtensionMessage message)
    {
        if (message.Name.Length > 0)
            _extensionReceived = message.Name;
        _owner.OnExtension(this, _extensionReceived, message.Payload);
    }

    private async Task ObserveAsync(ValueTask work)
    {
        try
        {
            await work;
        }
        catch (OperationCanceledException) when (Closed.IsCancellationRequested)
        {
            // The peer left.
        }
        catch (Exception e)
        {
            Destroy($"Replication failed: {e.Message}");
        }
    }
}
