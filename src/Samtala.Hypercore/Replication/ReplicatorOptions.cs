using System.ComponentModel.DataAnnotations;

namespace Samtala.Hypercore.Replication;

/// <summary>How a replicator spends memory, bandwidth and patience.</summary>
public sealed record ReplicatorOptions
{
    /// <summary>Unanswered requests to one peer for one log, at most.</summary>
    /// <value>Default 768. Valid 16 to 1,024.</value>
    [Range(16, ReplicationLimits.RequestSlotsMax)]
    public int RequestsInFlightMax { get; init; } = 768;

    /// <summary>Bytes of blocks asked of one peer for one log and not yet here, at most, judged by the blocks before.
    /// One request is always allowed.</summary>
    /// <value>Default 8 MiB. Valid 64 KiB to 256 MiB.</value>
    [Range(64 * 1024, 256 * 1024 * 1024)]
    public int BytesInFlightMax { get; init; } = 8 * 1024 * 1024;

    /// <summary>How much is asked of one peer ahead, as the time it would need to answer it all. A slow peer thus
    /// holds few blocks back from faster ones.</summary>
    /// <value>Default 2 seconds. Valid 100 ms to 1 minute.</value>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00")]
    public TimeSpan RequestHorizon { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Requests of one peer for one log that wait for their answer; one more ends the connection.</summary>
    /// <value>Default 4,096 (JavaScript asks at most 512 ahead). Valid 512 to 65,536.</value>
    [Range(512, 65_536)]
    public int RequestsQueuedMax { get; init; } = 4_096;

    /// <summary>Entries kept of what one peer says it has of one log, about 1 KiB each for scattered blocks and next
    /// to nothing for runs.</summary>
    /// <value>Default 1,024. Valid 16 to 1,048,576.</value>
    [Range(16, 1_048_576)]
    public int RemotePagesMax { get; init; } = 1_024;

    /// <summary>Bytes of blocks per second given to all peers together; 0 is no limit.</summary>
    /// <value>Default 0. Valid 0 or from 4,096.</value>
    [Range(0, long.MaxValue)]
    public long UploadBytesPerSecond { get; init; }

    /// <summary>How long a channel on which neither side downloads stays open.</summary>
    /// <value>Default 20 seconds. Valid 1 second to 1 hour.</value>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan IdleLinger { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How old an unanswered request must be before a block is asked of a second peer that is idle.</summary>
    /// <value>Default 500 ms. Valid 10 ms to 1 minute.</value>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan HotSwapAge { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Whether logs of the store that nobody started are opened and served when a peer asks.</summary>
    /// <value>Default true.</value>
    public bool ServeStoredLogs { get; init; } = true;
}
