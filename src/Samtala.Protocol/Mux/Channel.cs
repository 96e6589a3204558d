namespace Samtala.Protocol;

/// <summary>One conversation on a <see cref="Protomux"/>.</summary>
/// <remarks>Thread-safe. Messages may be sent at once, before the other side has opened: it keeps them for a while.
/// What is sent to a closed channel goes nowhere.</remarks>
public sealed class Channel
{
    private bool _isClosed;

    internal Channel(
        Protomux mux, ChannelOptions options, IChannelHandler handler, int localId, ChannelEntry entry)
    {
        Mux = mux;
        Protocol = options.Protocol;
        Id = options.Id.ToArray();
        Handler = handler;
        LocalId = localId;
        Entry = entry;
    }

    /// <summary>The mux it is on.</summary>
    public Protomux Mux { get; }

    /// <summary>The protocol spoken, as this side names it.</summary>
    public string Protocol { get; }

    /// <summary>What tells channels of one protocol apart; may be empty.</summary>
    public ReadOnlyMemory<byte> Id { get; }

    /// <summary>Whether the channel has closed.</summary>
    public bool IsClosed
    {
        get => Volatile.Read(ref _isClosed);
        internal set => Volatile.Write(ref _isClosed, value);
    }

    /// <summary>False while so much waits to be sent that producing should stop until
    /// <see cref="IChannelHandler.OnDrain"/>, and once closed.</summary>
    public bool IsWritable => !IsClosed && Mux.IsWritable;

    internal IChannelHandler Handler { get; }

    internal int LocalId { get; }

    /// <summary>The other side's id, 0 until paired.</summary>
    internal int RemoteId { get; set; }

    /// <summary>Where the channel is found while it is open.</summary>
    internal ChannelEntry Entry { get; }

    /// <summary>Reserves a message in the outgoing batch, to be filled in place. The mux is locked until the writer is
    /// disposed.</summary>
    /// <param name="type">What the message is, to the protocol; not negative.</param>
    /// <param name="size">Bytes of the payload, 0 to <see cref="Protomux.PayloadSizeMax"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is outside.</exception>
    /// <exception cref="InvalidOperationException">The message before on this thread is not disposed.</exception>
    public MessageWriter Begin(int type, int size) => Mux.BeginMessage(this, type, size);

    /// <summary>Sends a message.</summary>
    /// <param name="type">What the message is, to the protocol; not negative.</param>
    /// <param name="payload">Copied; at most <see cref="Protomux.PayloadSizeMax"/> bytes.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is outside.</exception>
    public void Send(int type, ReadOnlySpan<byte> payload)
    {
        using MessageWriter writer = Begin(type, payload.Length);
        payload.CopyTo(writer.Payload);
    }

    /// <summary>Closes on both sides. <see cref="IChannelHandler.OnClose"/> is called before this returns; a message
    /// that another thread is delivering may still arrive.</summary>
    public void Close() => Mux.CloseLocally(this);
}
