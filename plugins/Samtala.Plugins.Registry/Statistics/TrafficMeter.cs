using Samtala.Abstractions;
using Samtala.Plugins.Registry.Mirroring;

namespace Samtala.Plugins.Registry.Statistics;

/// <summary>What the door served from published answers, over all runs of the plugin.</summary>
internal sealed class TrafficMeter(INode node, Shelf shelf)
{
    private const string Key = "counters/answers";
    private TrafficRecord _kept = new(0, 0);
    private TrafficRecord _atStart = new(0, 0);

    /// <summary>Goes on from what was kept.</summary>
    public async ValueTask StartAsync(CancellationToken cancellationToken)
    {
        _kept = await shelf.FindAsync(Key, RegistryJson.Default.TrafficRecord, cancellationToken) ?? _kept;
        _atStart = await ReadDoorAsync(cancellationToken);
    }

    /// <summary>The sums now.</summary>
    public async ValueTask<TrafficRecord> ReadAsync(CancellationToken cancellationToken)
    {
        // The door counts since the node started, which may have been before the plugin did.
        var door = await ReadDoorAsync(cancellationToken);
        return new TrafficRecord(
            _kept.Hits + door.Hits - _atStart.Hits, _kept.Bytes + door.Bytes - _atStart.Bytes);
    }

    /// <summary>Writes the sums down.</summary>
    public async ValueTask KeepAsync(CancellationToken cancellationToken) => await shelf.PutAsync(
        Key, await ReadAsync(cancellationToken), RegistryJson.Default.TrafficRecord, cancellationToken);

    private async ValueTask<TrafficRecord> ReadDoorAsync(CancellationToken cancellationToken)
    {
        var traffic = await node.Answers.ReadTrafficAsync(long.MaxValue, cancellationToken);
        return new TrafficRecord(traffic.TotalHits, traffic.TotalBytes);
    }
}

/// <summary>What the door served from published answers.</summary>
/// <param name="Hits">Requests.</param>
/// <param name="Bytes">Bytes of body.</param>
internal sealed record TrafficRecord(long Hits, long Bytes);
