using System.Diagnostics.CodeAnalysis;
using Samtala.Encodings;

namespace Samtala.Protocol;

/// <summary>Opens, rejects and closes of the other side, and what it said before a channel was decided.</summary>
internal sealed class PairingDesk(Protomux mux, MuxReceiver receiver, ProtomuxOptions options)
{
    private readonly Queue<RemoteSlot> _ready = new();
    private int _undecided;
    private int _deciding;

    /// <summary>Handles a control message. Only by the deliverer, without the lock.</summary>
    internal void TakeControl(ulong type, ReadOnlyMemory<byte> payload)
    {
        switch (type)
        {
            case ProtocolNumbers.ControlOpen:
                TakeOpen(payload);
                break;
            case ProtocolNumbers.ControlReject:
                TakeReject(payload);
                break;
            case ProtocolNumbers.ControlClose:
                TakeClose(payload);
                break;
            default:
                // A newer protocol; unknown types are ignored everywhere.
                break;
        }
    }

    /// <summary>Gives a new channel of this side the oldest undecided open of the other. With the lock held.</summary>
    internal bool TryPair(Channel channel)
    {
        if (channel.Entry.Incoming.Count == 0)
            return false;
        int remoteId = channel.Entry.Incoming[0];
        channel.Entry.Incoming.RemoveAt(0);
        _undecided--;
        RemoteSlot slot = mux.Table.FindRemote((ulong)remoteId)!;
        slot.Channel = channel;
        channel.RemoteId = remoteId;
        _ready.Enqueue(slot);
        return true;
    }

    /// <summary>Takes a channel out of all tables. With the lock held.</summary>
    /// <returns>False when it had closed.</returns>
    internal bool TryDetach(Channel channel)
    {
        if (channel.IsClosed)
            return false;
        channel.IsClosed = true;
        channel.Entry.Opened = null;
        if (channel.RemoteId > 0)
            Drop(channel.RemoteId);
        if (mux.Table.FindLocal((ulong)channel.LocalId) is { } slot)
        {
            // Without the other side's answer the id stays taken: the answer would be mistaken for another's.
            slot.Channel = null;
            mux.Table.CollectLocal(channel.LocalId);
        }

        mux.Table.Collect(channel.Entry);
        return true;
    }

    internal bool TryTakeReady([NotNullWhen(true)] out RemoteSlot? slot) => _ready.TryDequeue(out slot);

    /// <summary>Tells a handler that its channel is open, and what came before. Only by the deliverer, without the
    /// lock.</summary>
    internal void Deliver(RemoteSlot slot)
    {
        Channel channel = slot.Channel!;
        try
        {
            if (!channel.IsClosed)
                channel.Handler.OnOpen(channel, slot.Handshake);
            while (slot.Pending is { Count: > 0 } pending && !channel.IsClosed && !mux.IsDestroyed)
            {
                (ulong type, byte[] payload) = pending.Dequeue();
                channel.Handler.OnMessage(channel, type, payload);
            }
        }
        catch (Exception e)
        {
            receiver.Fail(e);
        }

        lock (mux.Gate)
        {
            Forget(slot);
            slot.Live = channel;
        }
    }

    /// <summary>Keeps a message of a channel that is not decided. Only by the deliverer, without the lock.</summary>
    internal void Keep(RemoteSlot slot, ulong type, ReadOnlyMemory<byte> payload)
    {
        lock (mux.Gate)
        {
            // Rejected or closed by another thread meanwhile: nobody would ever take back what it cost.
            if (slot.IsDropped)
                return;
            long cost = payload.Length + ProtomuxOptions.MessageCostBytes;
            if (!receiver.TryKeep(cost))
            {
                receiver.TryKeep(-cost);
                mux.Destroy("Too many bytes were sent before a channel was accepted.");
                return;
            }

            slot.Cost += cost;
            (slot.Pending ??= new Queue<(ulong, byte[])>()).Enqueue((type, payload.ToArray()));
        }
    }

    private void TakeOpen(ReadOnlyMemory<byte> payload)
    {
        CompactReader reader = new(payload.Span);
        if (!reader.TryReadUInt(out ulong remoteId)
            || !reader.TryReadBuffer(out ReadOnlySpan<byte> protocol)
            || !reader.TryReadBuffer(out ReadOnlySpan<byte> id)
            || protocol.Length > options.ProtocolSizeMax
            || id.Length > options.IdSizeMax
            || reader.RemainingBytes > options.HandshakeSizeMax)
        {
            mux.Destroy("Invalid open message.");
            return;
        }

        ReadOnlyMemory<byte> handshake = payload[reader.Position..];
        string name = System.Text.Encoding.UTF8.GetString(protocol);
        byte[] idCopy = id.ToArray();
        if (Claim(remoteId, name, idCopy, handshake, out Channel? opened) is { } undecided)
            Decide(undecided, name, idCopy);
        else if (opened is not null)
            opened.Handler.OnOpen(opened, handshake);
    }

    /// <summary>Notes an open of the other side.</summary>
    /// <returns>Where it is to be decided, or null when it answers an open of this side or is refused.</returns>
    private ChannelEntry? Claim(
        ulong remoteId, string protocol, byte[] id, ReadOnlyMemory<byte> handshake, out Channel? opened)
    {
        opened = null;
        lock (mux.Gate)
        {
            if (!mux.Table.TryClaimRemote(remoteId))
            {
                mux.Destroy("Invalid open message: its channel id is taken or too large.");
                return null;
            }

            ChannelEntry entry = mux.Table.GetOrAdd(protocol, id, []);
            if (entry.Outgoing.Count > 0)
            {
                opened = Match(entry, (int)remoteId);
                return null;
            }

            long cost = handshake.Length + ProtomuxOptions.MessageCostBytes;
            RemoteSlot slot = new() { Entry = entry, Handshake = handshake.ToArray(), Cost = cost };
            // Also the callbacks that are deciding: an open that is closed again does not end its own.
            if (!receiver.TryKeep(cost) || ++_undecided > options.BacklogMax || ++_deciding > options.BacklogMax)
            {
                mux.Destroy("Too many channels were opened at once.");
                return null;
            }

            mux.Table.SetRemote((int)remoteId, slot);
            entry.Incoming.Add((int)remoteId);
            entry.Deciding++;
            return entry;
        }
    }

    private Channel? Match(ChannelEntry entry, int remoteId)
    {
        int localId = entry.Outgoing[0];
        entry.Outgoing.RemoveAt(0);
        LocalSlot local = mux.Table.FindLocal((ulong)localId)!;
        local.Awaiting = null;
        Channel? channel = local.Channel;
        if (channel is null)
        {
            // Closed meanwhile; the other side learns it from the close that is on its way.
            mux.Table.CollectLocal(localId);
            mux.Table.Collect(entry);
            return null;
        }

        channel.RemoteId = remoteId;
        mux.Table.SetRemote(remoteId, new RemoteSlot { Entry = entry, Channel = channel, Live = channel });
        return channel;
    }

    private void Decide(ChannelEntry entry, string protocol, byte[] id)
    {
        Func<ReadOnlyMemory<byte>, ValueTask>? callback;
        lock (mux.Gate)
            callback = mux.CallbackOf(protocol);
        ValueTask decision = callback is null ? ValueTask.CompletedTask : callback(id);
        if (decision.IsCompletedSuccessfully)
        {
            Decided(entry);
            while (TryTakeReadyLocked(out RemoteSlot? slot))
                Deliver(slot);
        }
        else
        {
            // Observed inside: it never throws.
            _ = DecideLaterAsync(entry, decision);
        }
    }

    private async Task DecideLaterAsync(ChannelEntry entry, ValueTask decision)
    {
        try
        {
            await decision;
        }
        catch (Exception e)
        {
            receiver.Fail(e);
        }

        Decided(entry);
        receiver.Finish();
    }

    private bool TryTakeReadyLocked([NotNullWhen(true)] out RemoteSlot? slot)
    {
        lock (mux.Gate)
            return TryTakeReady(out slot);
    }

    private void Decided(ChannelEntry entry)
    {
        lock (mux.Gate)
        {
            _deciding--;
            if (--entry.Deciding > 0)
                return;
            foreach (int remoteId in entry.Incoming)
            {
                _undecided--;
                Drop(remoteId);
                mux.WriteReject(remoteId);
            }

            entry.Incoming.Clear();
            mux.Table.Collect(entry);
        }
    }

    private void TakeReject(ReadOnlyMemory<byte> payload)
    {
        CompactReader reader = new(payload.Span);
        Channel? rejected;
        lock (mux.Gate)
        {
            if (!reader.TryReadUInt(out ulong localId)
                || mux.Table.FindLocal(localId) is not { Awaiting: { } entry } slot)
            {
                mux.Destroy("Invalid reject message.");
                return;
            }

            entry.Outgoing.Remove((int)localId);
            slot.Awaiting = null;
            rejected = slot.Channel;
            mux.Table.CollectLocal((int)localId);
            mux.Table.Collect(entry);
        }

        if (rejected is not null)
            receiver.CloseRemotely(rejected);
    }

    private void TakeClose(ReadOnlyMemory<byte> payload)
    {
        CompactReader reader = new(payload.Span);
        if (!reader.TryReadUInt(out ulong remoteId))
        {
            mux.Destroy("Invalid close message.");
            return;
        }

        Channel? closed;
        lock (mux.Gate)
        {
            // Also for channels that this side closed at the same time.
            if (mux.Table.FindRemote(remoteId) is not { } slot)
                return;
            closed = slot.Channel;
            if (closed is null)
            {
                // It changed its mind before the decision. The answer it waits for is a rejection.
                slot.Entry.Incoming.Remove((int)remoteId);
                _undecided--;
                Drop((int)remoteId);
                mux.WriteReject((int)remoteId);
            }
        }

        if (closed is not null)
            receiver.CloseRemotely(closed);
    }

    private void Drop(int remoteId)
    {
        if (mux.Table.FindRemote((ulong)remoteId) is { } slot)
        {
            slot.IsDropped = true;
            Forget(slot);
        }

        mux.Table.SetRemote(remoteId, null);
    }

    private void Forget(RemoteSlot slot)
    {
        slot.Pending = null;
        slot.Handshake = [];
        long cost = slot.Cost;
        slot.Cost = 0;
        receiver.TryKeep(-cost);
    }
}
