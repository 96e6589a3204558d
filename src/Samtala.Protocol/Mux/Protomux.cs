using Samtala.Crypto;
using Samtala.Encodings;

namespace Samtala.Protocol;

/// <summary>Many channels over one stream of frames. Socketless: driven by the frames it is given.</summary>
/// <remarks>
/// Thread-safe; frames are given by one thread at a time. One lock, that of the output, guards everything; handlers are
/// called without it, one at a time. A frame given while handlers run is kept and handled before that call returns.
/// Wire: docs/protocol/protomux.md.
/// </remarks>
public sealed class Protomux
{
    /// <summary>Longest payload of a message in bytes.</summary>
    public const int PayloadSizeMax = SecretStreamOptions.MessageSizeMax - 32;

    private readonly IFrameOutput _output;
    private readonly StreamIdentity _identity;
    private readonly FrameBatch _batch;
    private readonly MuxReceiver _receiver;
    private readonly Dictionary<string, Func<ReadOnlyMemory<byte>, ValueTask>> _callbacks = new(StringComparer.Ordinal);
    private int _holds;
    private string? _reason;

    /// <summary>Begins without channels.</summary>
    /// <param name="output">Where frames go; its lock becomes that of the mux.</param>
    /// <param name="identity">What the handshake proved.</param>
    /// <param name="options">What the peer may cost.</param>
    public Protomux(IFrameOutput output, StreamIdentity identity, ProtomuxOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(identity);
        options ??= new ProtomuxOptions();
        _output = output;
        _identity = identity;
        _batch = new FrameBatch(output);
        Table = new ChannelTable(options.ChannelsMax);
        _receiver = new MuxReceiver(this, options);
    }

    /// <summary>Whether this side spoke first in the handshake.</summary>
    public bool IsInitiator => _identity.IsInitiator;

    /// <summary>Who the other side is.</summary>
    public PublicKey RemotePublicKey => _identity.RemotePublicKey;

    /// <summary>64 bytes that name the stream, the same on both sides.</summary>
    public ReadOnlyMemory<byte> HandshakeHash => _identity.HandshakeHash;

    /// <summary>Whether the mux was destroyed; nothing is sent or delivered any more.</summary>
    public bool IsDestroyed => Reason is not null;

    /// <summary>Why it was destroyed; null while alive.</summary>
    public string? Reason => Volatile.Read(ref _reason);

    /// <summary>What a handler threw, when that destroyed the mux: a defect on this side.</summary>
    public Exception? Fault => _receiver.Fault;

    /// <summary>False while so much waits to be sent that producing should pause.</summary>
    public bool IsWritable => !_output.IsCongested && !IsDestroyed;

    /// <summary>Whether whoever reads the stream should pause: this side cannot take more for now.</summary>
    public bool IsInputHeld => Volatile.Read(ref _holds) > 0 || _receiver.IsOverfull;

    /// <summary>Called, from any thread, when <see cref="IsInputHeld"/> may have become false. Must not call back.
    /// </summary>
    public Action? InputReleased { get; set; }

    internal Lock Gate => _output.Gate;

    internal ChannelTable Table { get; }

    /// <summary>Opens a channel, or answers the other side's open of it.</summary>
    /// <param name="options">What names it.</param>
    /// <param name="handler">Who uses it.</param>
    /// <returns>Null when that protocol and id are open on this side already, when as many channels are open as are
    /// allowed, or when the mux was destroyed.</returns>
    public Channel? Open(ChannelOptions options, IChannelHandler handler)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(handler);
        lock (Gate)
        {
            if (IsDestroyed)
                return null;
            ChannelEntry entry = Table.GetOrAdd(options.Protocol, options.Id.ToArray(), options.Aliases);
            if (entry.Opened is not null || !Table.TryAddLocal(out LocalSlot? slot, out int id))
            {
                Table.Collect(entry);
                return null;
            }

            Channel channel = new(this, options, handler, id, entry);
            slot.Channel = entry.Opened = channel;
            if (!_receiver.TryPair(channel))
            {
                slot.Awaiting = entry;
                entry.Outgoing.Add(id);
            }

            WriteOpen(id, options);
            return channel;
        }
    }

    /// <summary>Tells who decides about the other side's opens of a protocol: the callback may call
    /// <see cref="Open"/>; otherwise they are rejected. The last one told decides.</summary>
    /// <param name="protocol">The name as the other side says it; aliases are told on their own.</param>
    /// <param name="idOpened">Called with the id, valid during the call only.</param>
    public void OnRemoteOpen(string protocol, Action<ReadOnlyMemory<byte>> idOpened)
    {
        ArgumentNullException.ThrowIfNull(idOpened);
        OnRemoteOpenDeferred(protocol, id =>
        {
            idOpened(id);
            return ValueTask.CompletedTask;
        });
    }

    /// <summary>As <see cref="OnRemoteOpen"/>, for one who must look something up: messages of the channel are kept
    /// until the task ends. Then the channel's handler is called on the thread that ended it.</summary>
    /// <param name="protocol">The name as the other side says it; aliases are told on their own.</param>
    /// <param name="idOpened">Called with a copy of the id. An exception destroys the mux.</param>
    public void OnRemoteOpenDeferred(string protocol, Func<ReadOnlyMemory<byte>, ValueTask> idOpened)
    {
        ArgumentNullException.ThrowIfNull(protocol);
        ArgumentNullException.ThrowIfNull(idOpened);
        lock (Gate)
            _callbacks[protocol] = idOpened;
    }

    /// <summary>Takes one decrypted message of the stream.</summary>
    /// <param name="frame">A stranger's bytes; read during the call only.</param>
    public void Receive(ReadOnlyMemory<byte> frame) => _receiver.Receive(frame);

    /// <summary>Everything sent from now on goes out together. Nested.</summary>
    public void Cork()
    {
        lock (Gate)
            _batch.Cork();
    }

    /// <summary>Ends a <see cref="Cork"/>; the last one sends.</summary>
    /// <exception cref="InvalidOperationException">There was no cork.</exception>
    public void Uncork()
    {
        lock (Gate)
            _batch.Uncork();
    }

    /// <summary>Asks the reader of the stream to pause until <see cref="ReleaseInput"/>. Counted.</summary>
    public void HoldInput() => Interlocked.Increment(ref _holds);

    /// <summary>Takes one <see cref="HoldInput"/> back.</summary>
    public void ReleaseInput()
    {
        if (Interlocked.Decrement(ref _holds) == 0)
            InputReleased?.Invoke();
    }

    /// <summary>Ends the stream at once. Handlers are told at the end of the current <see cref="Receive"/>, otherwise
    /// when the owner of the stream calls <see cref="Shutdown"/>: never from inside this call.</summary>
    /// <param name="reason">What happened, for people.</param>
    public void Destroy(string reason)
    {
        ArgumentNullException.ThrowIfNull(reason);
        lock (Gate)
        {
            if (IsDestroyed)
                return;
            Volatile.Write(ref _reason, reason);
            _output.Abort(reason);
        }
    }

    /// <summary>For the owner of the stream, once it has ended: tells every channel. Idempotent.</summary>
    /// <param name="reason">What happened, for people.</param>
    public void Shutdown(string reason)
    {
        Destroy(reason);
        _receiver.Finish();
    }

    /// <summary>For the owner of the stream, when the output is no longer congested: tells every channel.</summary>
    public void Drained()
    {
        Channel[] open;
        lock (Gate)
            open = Table.Open();
        foreach (Channel channel in open)
        {
            if (!channel.IsClosed)
                _receiver.Guard(channel, static c => c.Handler.OnDrain(c));
        }
    }

    internal MessageWriter BeginMessage(Channel channel, int type, int size)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(type);
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        if (Gate.IsHeldByCurrentThread)
            throw new InvalidOperationException("A message is being filled: dispose its writer first.");
        Gate.Enter();
        bool isHanded = false;
        try
        {
            if (channel.IsClosed || IsDestroyed)
                return MessageWriter.Discard(size);
            Span<byte> payload = _batch.Append((ulong)channel.LocalId, (ulong)type, size);
            isHanded = true;
            return new MessageWriter(this, payload);
        }
        finally
        {
            if (!isHanded)
                Gate.Exit();
        }
    }

    internal void CompleteMessage()
    {
        try
        {
            _batch.Complete();
        }
        finally
        {
            Gate.Exit();
        }
    }

    internal void CloseLocally(Channel channel)
    {
        lock (Gate)
        {
            if (!_receiver.TryDetach(channel))
                return;
            WriteControl(ProtocolNumbers.ControlClose, (ulong)channel.LocalId);
        }

        _receiver.Guard(channel, static c => c.Handler.OnClose(c, byRemote: false));
    }

    internal Func<ReadOnlyMemory<byte>, ValueTask>? CallbackOf(string protocol) =>
        _callbacks.GetValueOrDefault(protocol);

    internal void WriteReject(int remoteId) => WriteControl(ProtocolNumbers.ControlReject, (ulong)remoteId);

    private void WriteOpen(int id, ChannelOptions options)
    {
        int size = CompactSize.OfUInt((ulong)id) + CompactSize.OfString(options.Protocol)
            + CompactSize.OfBuffer(options.Id.Length) + options.Handshake.Length;
        CompactWriter writer =
            new(_batch.Append(ProtocolNumbers.ControlChannel, ProtocolNumbers.ControlOpen, size));
        writer.WriteUInt((ulong)id);
        writer.WriteString(options.Protocol);
        writer.WriteBuffer(options.Id.Span);
        writer.WriteFixed(options.Handshake.Span);
        _batch.Complete();
    }

    private void WriteControl(ulong type, ulong id)
    {
        // The room of an open batch went back to the pool when the stream ended.
        if (IsDestroyed)
            return;
        CompactWriter writer =
            new(_batch.Append(ProtocolNumbers.ControlChannel, type, CompactSize.OfUInt(id)));
        writer.WriteUInt(id);
        _batch.Complete();
    }
}
