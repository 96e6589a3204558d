using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Samtala.Abstractions;
using Wire = Samtala.Host.V1;

namespace Samtala.Testing.Loopback;

/// <summary>Types of maps as messages of <c>proto/samtala/host/v1</c>, and back.</summary>
internal static class MapWire
{
    public static ByteString ToWire(MapId id) => ByteString.CopyFrom(id.ToArray());

    public static Wire.MapInfo ToWire(MapInfo map) => new()
    {
        Id = ToWire(map.Id),
        Name = map.Name,
        Shared = map.IsShared,
        Length = map.Length,
        Peers = { map.Peers.Select(ToWire) },
        Error = map.Error,
    };

    public static MapInfo FromWire(Wire.MapInfo map) => new(new MapId(map.Id.Span), map.Name)
    {
        IsShared = map.Shared,
        Length = map.Length,
        Peers = [.. map.Peers.Select(FromWire)],
        Error = map.Error,
    };

    public static Wire.MapEntry ToWire(MapEntry entry) => new()
    {
        Key = ByteString.CopyFrom(entry.Key.Span),
        Value = ByteString.CopyFrom(entry.Value.Span),
        Sequence = entry.Sequence,
    };

    public static MapEntry FromWire(Wire.MapEntry entry) =>
        new(entry.Key.Memory, entry.Value.Memory, entry.Sequence);

    public static Wire.MapWrite ToWire(MapWrite write)
    {
        var wire = new Wire.MapWrite { Key = ByteString.CopyFrom(write.Key.Span) };
        if (write.Value is { } value)
            wire.Value = ByteString.CopyFrom(value.Span);
        if (write.ExpectedSequence is { } sequence)
            wire.ExpectedSequence = sequence;
        return wire;
    }

    public static MapWrite FromWire(Wire.MapWrite write) => new(
        write.Key.Memory,
        write.HasValue ? write.Value.Memory : default(ReadOnlyMemory<byte>?),
        write.HasExpectedSequence ? write.ExpectedSequence : null);

    private static Wire.MapPeer ToWire(MapPeer peer) => new()
    {
        Address = peer.Address,
        Connected = peer.IsConnected,
        Since = peer.Since is { } since ? Timestamp.FromDateTimeOffset(since) : null,
        Error = peer.Error,
    };

    private static MapPeer FromWire(Wire.MapPeer peer) =>
        new(peer.Address, peer.Connected, peer.Since?.ToDateTimeOffset(), peer.Error);
}
