namespace Samtala.Hypercore.Replication;

/// <summary>Fixed limits on what a stranger can make a replicator do. Source: docs/protocol/replication.md.</summary>
internal static class ReplicationLimits
{
    /// <summary>Request slots of one peer; ids stay below 16 times as many.</summary>
    public const int RequestSlotsMax = 1_024;

    /// <summary>Requests in flight to a peer that nothing is known about yet.</summary>
    public const int RequestsInFlightMin = 16;

    /// <summary>Invalid requests of one peer before its connection ends, as in the original.</summary>
    public const int InvalidRequestsMax = 64;

    /// <summary>Answers "not available" of one peer before it is left alone for a while.</summary>
    public const int NoDataMax = 32;

    /// <summary>Answers that did not fit the tree in a row before the connection ends. A few are honest
    /// races.</summary>
    public const int MisfitsMax = 256;

    /// <summary>Conflict proofs nobody asked for that are verified per channel; each costs a signature check.</summary>
    public const int UnaskedProofsMax = 8;

    /// <summary>Regions one side may want of the other, as in the original.</summary>
    public const int WantsMax = 512;

    /// <summary>Wants for any block of a region, as in the original.</summary>
    public const int AnyWantsMax = 16;

    /// <summary>Different region sizes kept per peer, as in the original.</summary>
    public const int WantSizesMax = 4;

    /// <summary>Blocks of the region that we want, and the largest that is taken.</summary>
    public const ulong WantRegion = 2_097_152;

    /// <summary>The smallest region.</summary>
    public const ulong WantRegionMin = 32;

    /// <summary>Ranges within so many blocks of the end are announced by a sparse log to everybody.</summary>
    public const ulong RecentBlocks = 256;

    /// <summary>Consecutive blocks kept with one peer, so that most of them need few hashes.</summary>
    public const ulong ClaimBlocks = 128;

    /// <summary>Peers that are waited for before an update answers "nothing newer".</summary>
    public const int UpdatePeersMax = 3;

    /// <summary>The longest name of an extension, in bytes.</summary>
    public const int ExtensionNameSizeMax = 256;

    /// <summary>Steps of a reorganisation; each halves a range, so an honest one never needs more.</summary>
    public const int ReorgStepsMax = 128;

    /// <summary>Answers that wait for the disk on one channel hold at most so many bytes before the peer is cut off.
    /// It can only send what was asked, so this is met by lies alone.</summary>
    public const long PendingBytesMax = 512L * 1024 * 1024;

    /// <summary>How many answers may wait so: as many as there are ids of requests. Small ones cost more than their
    /// bytes.</summary>
    public const int PendingAnswersMax = 16 * RequestSlotsMax;

    /// <summary>How long a peer may take to prove or deny that it holds another log under the same signature.</summary>
    public static readonly TimeSpan ConflictTimeout = TimeSpan.FromSeconds(10);

    /// <summary>How long a peer that had nothing of what it promised is left alone.</summary>
    public static readonly TimeSpan NoDataPause = TimeSpan.FromSeconds(5);

    /// <summary>How long one peer may take to prove a longer head before another is asked.</summary>
    public static readonly TimeSpan HeadPatience = TimeSpan.FromSeconds(2);

    /// <summary>How often slow requests are looked at while any are in flight.</summary>
    public static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(250);

    /// <summary>How long invalid requests delay the next answer, as in the original.</summary>
    public static TimeSpan BackOff(int invalidRequests) => invalidRequests switch
    {
        < 2 => TimeSpan.FromMilliseconds(200),
        < 5 => TimeSpan.FromMilliseconds(500),
        < 40 => TimeSpan.FromSeconds(1),
        _ => TimeSpan.FromSeconds(5),
    };
}
