namespace Samtala.Protocol;

/// <summary>What names a channel, and what is said when it is opened.</summary>
public sealed record ChannelOptions
{
    /// <summary>The protocol spoken, such as hypercore/alpha.</summary>
    public required string Protocol { get; init; }

    /// <summary>Other names under which the other side may open the same channel.</summary>
    /// <value>Default none.</value>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>Tells channels of one protocol apart; copied.</summary>
    /// <value>Default empty: the protocol has one channel.</value>
    public ReadOnlyMemory<byte> Id { get; init; }

    /// <summary>Sent with the open; copied.</summary>
    /// <value>Default empty.</value>
    public ReadOnlyMemory<byte> Handshake { get; init; }
}
