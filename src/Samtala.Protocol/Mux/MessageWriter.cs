using System.Buffers;

namespace Samtala.Protocol;

/// <summary>The place of one message in the outgoing batch, to be filled at once.</summary>
/// <remarks>The mux is locked until <see cref="Dispose"/>, which sends the message: fill the payload, do nothing else,
/// and dispose, all on one thread.</remarks>
public readonly ref struct MessageWriter
{
    private readonly Protomux? _mux;
    private readonly byte[]? _discarded;

    internal MessageWriter(Protomux mux, Span<byte> payload)
    {
        _mux = mux;
        Payload = payload;
    }

    private MessageWriter(byte[] discarded, int size)
    {
        _discarded = discarded;
        Payload = discarded.AsSpan(0, size);
    }

    /// <summary>Exactly the bytes asked for; their content is undefined until filled.</summary>
    public Span<byte> Payload { get; }

    /// <summary>Whether the channel had closed, so that the message goes nowhere.</summary>
    public bool IsDiscarded => _discarded is not null;

    /// <summary>Sends the message.</summary>
    public void Dispose()
    {
        if (_discarded is not null)
            ArrayPool<byte>.Shared.Return(_discarded);
        else
            _mux?.CompleteMessage();
    }

    internal static MessageWriter Discard(int size) => new(ArrayPool<byte>.Shared.Rent(size), size);
}
