using Samtala.Abstractions;
using Samtala.Crypto;
using Samtala.Hypercore;
using Samtala.Hypercore.Bees;
using Samtala.Hypercore.Logs;

namespace Samtala.Kernel;

/// <summary>Why a plugin's map or blob cannot be had; docs/errors.md explains the codes.</summary>
internal static class MapErrors
{
    public static MapException NoLogs() => new(
        MapFailure.NotHere, "SAM0212: logs — this node — it was started without a place for them — update the node");

    public static MapException NotHere(MapId id) => new(
        MapFailure.NotHere, $"SAM0213: map {Short(id)} — this plugin — it is neither its own nor followed — follow it");

    public static MapException NotOwn(MapId id) => new(
        MapFailure.NotHere, $"SAM0213: map {Short(id)} — this plugin — it is not its own — only its writer changes it");

    public static MapException Taken(Hash32 key) => new(
        MapFailure.NotHere,
        $"SAM0213: log {key.ToString()[..8]} — this node — it is kept for something else already — end that first");

    public static MapException Unreachable(string why) => new(
        MapFailure.Unreachable, $"SAM0214: what was asked for is not here — {why} — start that node, or name another");

    public static MapException TimedOut(TimeSpan patience) => new(
        MapFailure.TimedOut,
        $"SAM0215: what was asked for is not here — the connected node did not send it within "
        + $"{patience.TotalSeconds:0} s — try again");

    public static MapException NotShared(MapId id) => new(
        MapFailure.Missing,
        $"SAM0216: map {Short(id)} — the connected node — it does not share it — check the key, or ask its owner");

    public static MapException Refused(string why, Exception inner) => new(
        MapFailure.Refused, $"SAM0217: what arrived was refused — the other node — {why} — follow another one", inner);

    /// <summary>What reading a map can meet.</summary>
    public static bool IsKnown(Exception e) =>
        e is BeeCorruptException or BlockMissingException or LogException or InvalidOperationException;

    public static MapException Of(Exception e) => e switch
    {
        BeeCorruptException => Refused(e.Message, e),
        LogException { Problem: LogProblem.Frozen } => Refused(e.Message, e),
        BlockMissingException => new MapException(
            MapFailure.Missing, $"SAM0216: a part of the map — the connected nodes — {e.Message}", e),
        _ => new MapException(MapFailure.Missing, $"SAM0216: the map — this node — {e.Message} — try again", e),
    };

    private static string Short(MapId id) => id.ToString()[..8];
}
