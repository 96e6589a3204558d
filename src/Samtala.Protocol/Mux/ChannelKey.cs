namespace Samtala.Protocol;

/// <summary>What a channel is found by: its protocol and id.</summary>
internal readonly struct ChannelKey(string protocol, ReadOnlyMemory<byte> id) : IEquatable<ChannelKey>
{
    private readonly ReadOnlyMemory<byte> _id = id;
    private readonly string _protocol = protocol;

    public bool Equals(ChannelKey other) =>
        string.Equals(_protocol, other._protocol, StringComparison.Ordinal) && _id.Span.SequenceEqual(other._id.Span);

    public override bool Equals(object? obj) => obj is ChannelKey other && Equals(other);

    public override int GetHashCode()
    {
        // Seeded per process, so that a stranger cannot choose collisions.
        HashCode hash = default;
        hash.Add(_protocol, StringComparer.Ordinal);
        hash.AddBytes(_id.Span);
        return hash.ToHashCode();
    }
}

/// <summary>Everything both sides said about one (protocol, id).</summary>
internal sealed class ChannelEntry
{
    /// <summary>The names under which it is found.</summary>
    internal List<ChannelKey> Keys { get; } = [];

    /// <summary>This side's open channel.</summary>
    internal Channel? Opened { get; set; }

    /// <summary>Ids of the other side's opens that this side has not answered, oldest first.</summary>
    internal List<int> Incoming { get; } = [];

    /// <summary>Ids of this side's opens that the other side has not answered, oldest first.</summary>
    internal List<int> Outgoing { get; } = [];

    /// <summary>How many callbacks are deciding.</summary>
    internal int Deciding { get; set; }

    internal bool IsUnused => Opened is null && Incoming.Count == 0 && Outgoing.Count == 0 && Deciding == 0;
}

/// <summary>One id of this side.</summary>
internal sealed class LocalSlot
{
    /// <summary>Null once closed.</summary>
    internal Channel? Channel { get; set; }

    /// <summary>Where the other side's answer is awaited; null once it came.</summary>
    internal ChannelEntry? Awaiting { get; set; }
}

/// <summary>One id of the other side.</summary>
internal sealed class RemoteSlot
{
    private Channel? _live;

    internal required ChannelEntry Entry { get; init; }

    /// <summary>The channel it was paired with, or null while undecided.</summary>
    internal Channel? Channel { get; set; }

    /// <summary>The channel once messages go straight to it; read without the lock.</summary>
    internal Channel? Live
    {
        get => Volatile.Read(ref _live);
        set => Volatile.Write(ref _live, value);
    }

    /// <summary>Whether the id means nothing any more; a late message must not be kept here.</summary>
    internal bool IsDropped { get; set; }

    /// <summary>What came with the open; kept only until it is delivered.</summary>
    internal byte[] Handshake { get; set; } = [];

    /// <summary>Messages that came before the pairing was decided.</summary>
    internal Queue<(ulong Type, byte[] Payload)>? Pending { get; set; }

    /// <summary>What handshake and pending messages count, in bytes.</summary>
    internal long Cost { get; set; }
}
