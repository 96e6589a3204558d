using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Samtala.Crypto;

namespace Samtala.Protocol;

/// <summary>The encrypted stream of messages between two peers. Socketless: bytes in, bytes out.</summary>
/// <remarks>
/// Sending is thread-safe. Input is given by one thread at a time, output is taken by one thread at a time. The owner
/// looks at <see cref="CloseReason"/> after input and when told of output; nothing is delivered after it is set.
/// Wire: docs/protocol/secret-stream.md.
/// </remarks>
[SuppressMessage("Naming", "CA1711", Justification = "The protocol has this name.")]
public sealed class SecretStream : IFrameOutput, IDisposable
{
    private const int HeadSize = ProtocolNumbers.LengthSize + 1;
    private const int TailSize = SecretStreamCipher.OverheadSize - 1;

    private readonly ISecretStreamHandler _handler;
    private readonly SecretStreamOptions _options;
    private readonly RandomNumberGenerator _random;
    private readonly OutputPieces _output;
    private readonly InputBuffer _input;
    private readonly StreamClock _clock;
    private readonly StreamOpening _opening;
    private SecretStreamCipher? _sender;
    private SecretStreamCipher? _receiver;
    private StreamIdentity? _identity;
    private string? _reason;
    private bool _isCongested;
    private bool _isDisposed;

    /// <summary>Begins with a handshake on the stream itself. Nothing happens before <see cref="Start"/>.</summary>
    /// <param name="handshake">A new one; the stream disposes it.</param>
    /// <param name="handler">Who uses the stream.</param>
    /// <param name="options">Sizes and times.</param>
    /// <param name="time">The clock of the timeouts.</param>
    /// <param name="random">Where the header of the cipher comes from.</param>
    public SecretStream(
        NoiseHandshake handshake,
        ISecretStreamHandler handler,
        SecretStreamOptions options,
        TimeProvider time,
        RandomNumberGenerator random)
        : this(new StreamOpening(handshake, keys: null), handler, options, time, random) =>
        ArgumentNullException.ThrowIfNull(handshake);

    /// <summary>Begins with a handshake that was made elsewhere. Nothing happens before <see cref="Start"/>.</summary>
    /// <param name="keys">Its result; the stream disposes it.</param>
    /// <param name="handler">Who uses the stream.</param>
    /// <param name="options">Sizes and times.</param>
    /// <param name="time">The clock of the timeouts.</param>
    /// <param name="random">Where the header of the cipher comes from.</param>
    public SecretStream(
        NoiseKeys keys,
        ISecretStreamHandler handler,
        SecretStreamOptions options,
        TimeProvider time,
        RandomNumberGenerator random)
        : this(new StreamOpening(handshake: null, keys), handler, options, time, random) =>
        ArgumentNullException.ThrowIfNull(keys);

    private SecretStream(
        StreamOpening opening,
        ISecretStreamHandler handler,
        SecretStreamOptions options,
        TimeProvider time,
        RandomNumberGenerator random)
    {
        ArgumentNullException.ThrowIfNull(handler);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(random);
        _opening = opening;
        _handler = handler;
        _options = options;
        _random = random;
        _output = new OutputPieces(options.OutputPieceSize);
        _input = new InputBuffer(options.InputSize);
        _clock = new StreamClock(this, options, time);
    }

    /// <summary>Guards the sending half.</summary>
    public Lock Gate { get; } = new();

    /// <summary>What the handshake proved; null before it is complete.</summary>
    public StreamIdentity? Identity => Volatile.Read(ref _identity);

    /// <summary>Why the stream has closed; null while it lives.</summary>
    public string? CloseReason => Volatile.Read(ref _reason);

    /// <summary>Whether so much waits to be sent that producing should pause.</summary>
    public bool IsCongested => Volatile.Read(ref _isCongested);

    /// <summary>How many bytes wait to be sent.</summary>
    public long UnsentBytes
    {
        get
        {
            lock (Gate)
                return _output.UnsentBytes;
        }
    }

    /// <summary>Sends the first message if it is this side's turn, and starts the clock.</summary>
    public void Start()
    {
        _clock.Start();
        if (!_opening.IsHandshaking)
            OpenStream();
        else if (_opening.IsWriteNext)
            WriteHandshake();
    }

    /// <summary>Where the next bytes from the other side are to be put, to be followed by <see cref="Received"/>.
    /// </summary>
    public Memory<byte> GetReceiveBuffer() => _input.GetRoom();

    /// <summary>Handles bytes that were put into the buffer; messages are delivered before this returns.</summary>
    /// <param name="count">How many.</param>
    public void Received(int count)
    {
        _input.Add(count);
        _clock.Read();
        while (CloseReason is null)
        {
            int sizeMax = _receiver is null
                ? _opening.FrameSizeMax : _options.ReceiveSizeMax + SecretStreamCipher.OverheadSize;
            switch (_input.TryTake(sizeMax, out Memory<byte> body))
            {
                case FrameResult.Incomplete:
                    return;
                case FrameResult.TooLong:
                    Close($"The other side announced a frame longer than {sizeMax} bytes.");
                    return;
                default:
                    TakeFrame(body);
                    break;
            }
        }
    }

    /// <summary>Handles bytes from the other side.</summary>
    /// <param name="bytes">Any piece of the stream; copied.</param>
    public void Receive(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty && CloseReason is null)
        {
            Span<byte> room = GetReceiveBuffer().Span;
            int count = Math.Min(room.Length, bytes.Length);
            bytes[..count].CopyTo(room);
            Received(count);
            bytes = bytes[count..];
        }
    }

    /// <summary>Looks at the oldest bytes to be sent.</summary>
    /// <param name="bytes">Valid until <see cref="AdvanceOutput"/>.</param>
    /// <returns>False when there are none.</returns>
    public bool TryReadOutput(out ReadOnlyMemory<byte> bytes)
    {
        lock (Gate)
            return _output.TryPeek(out bytes);
    }

    /// <summary>Bytes looked at were sent.</summary>
    /// <param name="count">How many of them.</param>
    public void AdvanceOutput(int count)
    {
        bool isDrained;
        lock (Gate)
        {
            _output.Advance(count);
            isDrained = _isCongested && _output.UnsentBytes <= _options.DrainedBytes;
            if (isDrained)
                Volatile.Write(ref _isCongested, false);
        }

        if (isDrained)
            _handler.OnDrain(this);
    }

    /// <summary>Sends a message.</summary>
    /// <param name="message">At most <see cref="SecretStreamOptions.MessageSizeMax"/> bytes; copied.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is longer.</exception>
    /// <exception cref="InvalidOperationException">The handshake is not complete, or a batch of a mux is being filled.
    /// </exception>
    public void Send(ReadOnlySpan<byte> message)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(
            message.Length, SecretStreamOptions.MessageSizeMax, nameof(message));
        lock (Gate)
        {
            if (CloseReason is not null)
                return;
            if (_output.IsReserved || _sender is null)
                throw new InvalidOperationException("The stream is not ready for a message.");
            message.CopyTo(BeginFrame(message.Length).Span);
            EndFrame(message.Length);
        }
    }

    /// <summary>Ends the stream: nothing more is delivered, and nothing more is taken to be sent.</summary>
    /// <param name="reason">What happened, for people.</param>
    public void Close(string reason)
    {
        ArgumentNullException.ThrowIfNull(reason);
        lock (Gate)
        {
            if (CloseReason is not null)
                return;
            Volatile.Write(ref _reason, reason);
            _handler.OnOutput(this);
        }
    }

    /// <summary>Ends the stream and wipes its keys. Only once nobody reads output any more.</summary>
    public void Dispose()
    {
        Close("The stream was disposed.");
        _clock.Dispose();
        lock (Gate)
        {
            _isDisposed = true;
            _output.Clear();
            _sender?.Dispose();
        }

        _input.Dispose();
        _receiver?.Dispose();
        _opening.Dispose();
    }

    /// <inheritdoc/>
    public Memory<byte> BeginFrame(int sizeMin)
    {
        if (_isDisposed)
            return new byte[sizeMin];
        Memory<byte> room = _output.Reserve(HeadSize + sizeMin + TailSize);
        return room.Slice(HeadSize, Math.Min(room.Length - HeadSize - TailSize, SecretStreamOptions.MessageSizeMax));
    }

    /// <inheritdoc/>
    public void EndFrame(int size)
    {
        if (CloseReason is not null || _sender is null)
            return;
        Span<byte> frame = _output.Reserve(HeadSize + size + TailSize).Span;
        int bodySize = size + SecretStreamCipher.OverheadSize;
        WriteLength(frame, bodySize);

        // In place: the tag goes before the message, the authenticator behind it.
        _sender.Push(frame.Slice(HeadSize, size), frame.Slice(ProtocolNumbers.LengthSize, bodySize));
        Commit(ProtocolNumbers.LengthSize + bodySize);
    }

    /// <inheritdoc/>
    public void Abort(string reason) => Close(reason);

    /// <summary>Sends an empty message unless something is being written anyway.</summary>
    internal void SendKeepAlive()
    {
        lock (Gate)
        {
            if (CloseReason is not null || _output.IsReserved || _sender is null)
                return;
            BeginFrame(0);
            EndFrame(0);
        }
    }

    private static void WriteLength(Span<byte> target, int size)
    {
        target[0] = (byte)size;
        target[1] = (byte)(size >> 8);
        target[2] = (byte)(size >> 16);
    }

    private void TakeFrame(Memory<byte> body)
    {
        if (_receiver is not null)
            TakeMessage(_receiver, body);
        else if (_opening.IsHandshaking)
            TakeHandshake(body.Span);
        else if (_opening.TryReadHeader(body.Span, out SecretStreamCipher? receiver))
            _receiver = receiver;
        else
            Close("The other side's header is not of this stream.");
    }

    private void TakeMessage(SecretStreamCipher receiver, Memory<byte> body)
    {
        int size = body.Length - SecretStreamCipher.OverheadSize;
        if (size < 0)
        {
            Close("The other side sent a frame too short to be a message.");
            return;
        }

        Memory<byte> message = body.Slice(1, size);
        if (!receiver.TryPull(body.Span, message.Span, out _))
        {
            Close("The other side sent a frame that is not authentic.");
            return;
        }

        if (size > 0 || _options.KeepAlive == TimeSpan.Zero)
            _handler.OnMessage(this, message);
    }

    private void TakeHandshake(ReadOnlySpan<byte> message)
    {
        if (!_opening.TryRead(message))
            Close("The handshake failed: the other side's message was refused.");
        else if (_opening.IsWriteNext)
            WriteHandshake();
        else if (!_opening.IsHandshaking)
            OpenStream();
    }

    private void WriteHandshake()
    {
        if (!_opening.TryWrite(out byte[] message))
        {
            Close("The handshake failed: the other side's key is not usable.");
            return;
        }

        lock (Gate)
        {
            if (CloseReason is not null)
                return;
            WritePlain(message);
        }

        if (!_opening.IsHandshaking)
            OpenStream();
    }

    private void OpenStream()
    {
        Span<byte> header = stackalloc byte[StreamOpening.HeaderSize];
        lock (Gate)
        {
            if (CloseReason is not null)
                return;
            _sender = _opening.WriteHeader(header, _random);
            WritePlain(header);
        }

        Volatile.Write(ref _identity, _opening.Identity);
        _clock.Opened();
        _handler.OnOpen(this);
    }

    private void WritePlain(ReadOnlySpan<byte> body)
    {
        Span<byte> frame = _output.Reserve(ProtocolNumbers.LengthSize + body.Length).Span;
        WriteLength(frame, body.Length);
        body.CopyTo(frame[ProtocolNumbers.LengthSize..]);
        Commit(ProtocolNumbers.LengthSize + body.Length);
    }

    private void Commit(int size)
    {
        _output.Commit(size);
        _clock.Wrote();
        if (_output.UnsentBytes > _options.UnsentBytesMax)
            Close("The other side does not read what is sent to it.");
        if (_output.UnsentBytes > _options.CongestedBytes)
            Volatile.Write(ref _isCongested, true);
        _handler.OnOutput(this);
    }
}
