using Samtala.Crypto;

namespace Samtala.Hypercore.Replication;

/// <summary>What went over the channels of one log, all peers since the start, those that left included.</summary>
/// <param name="Peers">Peers with an open channel.</param>
/// <param name="BlocksReceived">Blocks taken.</param>
/// <param name="BytesReceived">Their bytes.</param>
/// <param name="BlocksSent">Blocks given.</param>
/// <param name="BytesSent">Their bytes.</param>
/// <param name="RequestsInFlight">Requests of ours that wait for an answer.</param>
/// <param name="RequestsWaiting">Requests of peers that wait for ours.</param>
/// <param name="HotSwaps">Blocks asked of a second peer because the first was slow.</param>
/// <param name="InvalidAnswers">Answers that did not belong to the log.</param>
public readonly record struct ReplicationStatistics(
    int Peers,
    long BlocksReceived,
    long BytesReceived,
    long BlocksSent,
    long BytesSent,
    int RequestsInFlight,
    int RequestsWaiting,
    long HotSwaps,
    long InvalidAnswers);

/// <summary>How one peer stands with one log.</summary>
public sealed record PeerStatistics
{
    /// <summary>Who it is.</summary>
    public required PublicKey PublicKey { get; init; }

    /// <summary>Whether we dialled.</summary>
    public required bool IsInitiator { get; init; }

    /// <summary>Its length in blocks, as it says.</summary>
    public required ulong Length { get; init; }

    /// <summary>Its fork, as it says.</summary>
    public required ulong Fork { get; init; }

    /// <summary>How many blocks it says it has.</summary>
    public required ulong Blocks { get; init; }

    /// <summary>Blocks from the beginning that it says it has without a gap.</summary>
    public required ulong ContiguousLength { get; init; }

    /// <summary>Whether it downloads.</summary>
    public required bool IsDownloading { get; init; }

    /// <summary>Whether it gives.</summary>
    public required bool IsUploading { get; init; }

    /// <summary>Whether it is left alone for now, because it broke promises.</summary>
    public required bool IsPaused { get; init; }

    /// <summary>Time from a request to its answer, smoothed; zero before the first.</summary>
    public required TimeSpan RoundTrip { get; init; }

    /// <summary>Requests of ours that wait for an answer, and how many may.</summary>
    public required (int Count, int Max) RequestsInFlight { get; init; }

    /// <summary>Requests of the peer that wait for ours.</summary>
    public required int RequestsWaiting { get; init; }

    /// <summary>Blocks and bytes taken from it.</summary>
    public required (long Blocks, long Bytes) Received { get; init; }

    /// <summary>Blocks and bytes given to it.</summary>
    public required (long Blocks, long Bytes) Sent { get; init; }
}
