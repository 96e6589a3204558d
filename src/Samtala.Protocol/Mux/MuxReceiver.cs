using Samtala.Encodings;

namespace Samtala.Protocol;

/// <summary>The receiving half of a <see cref="Protomux"/>: takes frames apart and calls handlers, one at a time.
/// </summary>
/// <remarks>Whoever finds nobody delivering delivers, until nothing is left. Others, and calls from inside a handler,
/// leave a copy of their frame in the inbox.</remarks>
internal sealed class MuxReceiver
{
    private readonly Protomux _mux;
    private readonly PairingDesk _desk;
    private readonly ProtomuxOptions _options;
    private readonly Queue<byte[]> _inbox = new();
    private bool _isDelivering;
    private bool _isFinished;
    private long _inboxBytes;
    private long _keptBytes;

    internal MuxReceiver(Protomux mux, ProtomuxOptions options)
    {
        _mux = mux;
        _options = options;
        _desk = new PairingDesk(mux, this, options);
    }

    /// <summary>What a handler threw.</summary>
    internal Exception? Fault { get; private set; }

    internal bool IsOverfull =>
        Volatile.Read(ref _keptBytes) + Volatile.Read(ref _inboxBytes) > _options.BufferedBytesPause;

    internal void Receive(ReadOnlyMemory<byte> frame)
    {
        lock (_mux.Gate)
        {
            if (_mux.IsDestroyed)
                return;
            if (_isDelivering)
            {
                _inbox.Enqueue(frame.ToArray());
                Volatile.Write(ref _inboxBytes, _inboxBytes + frame.Length + ProtomuxOptions.MessageCostBytes);
                if (_inboxBytes > _options.BufferedBytesMax + (long)SecretStreamOptions.MessageSizeMax)
                    _mux.Destroy("Frames come faster than they are handled.");
                return;
            }

            _isDelivering = true;
        }

        TakeApart(frame);
        DeliverRest();
    }

    /// <summary>Delivers what waits, unless somebody is at it.</summary>
    internal void Finish()
    {
        lock (_mux.Gate)
        {
            if (_isDelivering)
                return;
            _isDelivering = true;
        }

        DeliverRest();
    }

    /// <summary>Calls a handler; what escapes it destroys the mux.</summary>
    internal void Guard<T>(T state, Action<T> call)
    {
        try
        {
            call(state);
        }
        catch (Exception e)
        {
            Fail(e);
        }
    }

    internal void Fail(Exception e)
    {
        Fault ??= e;
        _mux.Destroy($"A handler failed: {e.Message}");
    }

    /// <summary>Changes what is kept for undecided channels. With the lock held.</summary>
    /// <returns>False when it is too much.</returns>
    internal bool TryKeep(long bytes)
    {
        bool wasOverfull = IsOverfull;
        Volatile.Write(ref _keptBytes, _keptBytes + bytes);
        if (wasOverfull && !IsOverfull)
            _mux.InputReleased?.Invoke();
        return _keptBytes <= _options.BufferedBytesMax;
    }

    internal bool TryPair(Channel channel) => _desk.TryPair(channel);

    internal bool TryDetach(Channel channel) => _desk.TryDetach(channel);

    private void DeliverRest()
    {
        while (true)
        {
            RemoteSlot? ready = null;
            byte[]? frame = null;
            Channel[] orphans = [];
            lock (_mux.Gate)
            {
                if (_mux.IsDestroyed && !_isFinished)
                {
                    _isFinished = true;
                    _inbox.Clear();
                    orphans = _mux.Table.Open();
                }
                else if (!_isFinished && _desk.TryTakeReady(out ready))
                {
                    // Delivered below.
                }
                else if (!_inbox.TryDequeue(out frame))
                {
                    _isDelivering = false;
                    return;
                }
                else
                {
                    LeaveInbox(frame.Length);
                }
            }

            foreach (Channel channel in orphans)
                CloseRemotely(channel);
            if (ready is not null)
                _desk.Deliver(ready);
            if (frame is not null)
                TakeApart(frame);
        }
    }

    private void LeaveInbox(int size)
    {
        bool wasOverfull = IsOverfull;
        Volatile.Write(ref _inboxBytes, _inboxBytes - size - ProtomuxOptions.MessageCostBytes);
        if (wasOverfull && !IsOverfull)
            _mux.InputReleased?.Invoke();
    }

    internal void CloseRemotely(Channel channel)
    {
        lock (_mux.Gate)
        {
            if (!_desk.TryDetach(channel))
                return;
        }

        Guard(channel, static c => c.Handler.OnClose(c, byRemote: true));
    }

    private void TakeApart(ReadOnlyMemory<byte> frame)
    {
        if (frame.IsEmpty)
            return;
        CompactReader reader = new(frame.Span);
        if (!reader.TryReadUInt(out ulong channel) || !reader.TryReadUInt(out ulong type))
        {
            _mux.Destroy("Invalid frame: it ends inside its head.");
            return;
        }

        try
        {
            if (channel == ProtocolNumbers.ControlChannel && type == ProtocolNumbers.ControlBatch)
                TakeBatch(frame, reader.Position);
            else
                TakeMessage(channel, type, frame[reader.Position..]);
        }
        catch (Exception e)
        {
            Fail(e);
        }
    }

    private void TakeBatch(ReadOnlyMemory<byte> frame, int position)
    {
        bool isCorked = false;
        try
        {
            CompactReader reader = new(frame.Span[position..]);
            if (!reader.TryReadUInt(out ulong channel))
            {
                _mux.Destroy("Invalid batch: it names no channel.");
                return;
            }

            while (!reader.IsAtEnd && !_mux.IsDestroyed)
            {
                if (!reader.TryReadBuffer(out ReadOnlySpan<byte> entry)
                    || (entry.IsEmpty && !reader.TryReadUInt(out channel)))
                {
                    _mux.Destroy("Invalid batch: an entry is longer than the rest.");
                    return;
                }

                if (entry.IsEmpty)
                    continue;
                if (!isCorked && !reader.IsAtEnd)
                {
                    // Several messages: the answers go out together as well.
                    isCorked = true;
                    _mux.Cork();
                }

                int end = position + reader.Position;
                TakeEntry(channel, frame[(end - entry.Length)..end]);
            }
        }
        finally
        {
            if (isCorked)
                _mux.Uncork();
        }
    }

    private void TakeEntry(ulong channel, ReadOnlyMemory<byte> entry)
    {
        CompactReader reader = new(entry.Span);
        if (!reader.TryReadUInt(out ulong type))
            _mux.Destroy("Invalid batch: a message has no type.");
        else if (channel == ProtocolNumbers.ControlChannel && type == ProtocolNumbers.ControlBatch)
            _mux.Destroy("Invalid batch: a batch inside a batch.");
        else
            TakeMessage(channel, type, entry[reader.Position..]);
    }

    private void TakeMessage(ulong channel, ulong type, ReadOnlyMemory<byte> payload)
    {
        if (channel == ProtocolNumbers.ControlChannel)
        {
            _desk.TakeControl(type, payload);
            return;
        }

        // Messages of channels that have closed may still be on their way.
        if (_mux.Table.FindRemote(channel) is not { } slot)
            return;
        if (slot.Live is not { } live)
            _desk.Keep(slot, type, payload);
        else if (!live.IsClosed)
            live.Handler.OnMessage(live, type, payload);
    }
}
