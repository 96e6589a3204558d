namespace Samtala.Hypercore.Messages;

/// <summary>The numbers of the messages on a replication channel. Source: docs/protocol/replication-messages.md.
/// </summary>
public enum MessageType
{
    /// <summary><see cref="SyncMessage"/>.</summary>
    Sync = 0,

    /// <summary><see cref="RequestMessage"/>.</summary>
    Request = 1,

    /// <summary><see cref="CancelMessage"/>.</summary>
    Cancel = 2,

    /// <summary><see cref="DataMessage"/>.</summary>
    Data = 3,

    /// <summary><see cref="NoDataMessage"/>.</summary>
    NoData = 4,

    /// <summary><see cref="WantMessage"/>.</summary>
    Want = 5,

    /// <summary><see cref="WantMessage"/> again: what is not wanted any more.</summary>
    Unwant = 6,

    /// <summary><see cref="BitfieldMessage"/>.</summary>
    Bitfield = 7,

    /// <summary><see cref="RangeMessage"/>.</summary>
    Range = 8,

    /// <summary><see cref="ExtensionMessage"/>.</summary>
    Extension = 9,
}

/// <summary>The names and limits of the replication channel.</summary>
public static class ReplicationProtocol
{
    /// <summary>The name under which channels are opened; the id is the discovery key.</summary>
    public const string Name = "hypercore/alpha";

    /// <summary>The name of older peers.</summary>
    public const string Alias = "hypercore";

    /// <summary>Most words of 32 blocks in one <see cref="BitfieldMessage"/>: a region of 2,097,152 blocks.</summary>
    public const int BitfieldWordsMax = 65_536;

    /// <summary>Longest name of an extension in bytes; our limit.</summary>
    public const int ExtensionNameSizeMax = 1024;
}
