using System.Runtime.CompilerServices;
using Google.Protobuf;
using Grpc.Core;
using Samtala.Abstractions;
using Wire = Samtala.Host.V1;

namespace Samtala.Testing.Loopback;

/// <summary>The node's maps as a plugin sees them from another process.</summary>
internal sealed class RemoteMaps(CallInvoker invoker) : IMaps
{
    private readonly Wire.MapHost.MapHostClient _maps = new(invoker);

    public ValueTask<MapInfo> CreateAsync(string name, CancellationToken cancellationToken) =>
        HostErrors.CallAsync(async () => MapWire.FromWire(await _maps.CreateAsync(
            new Wire.MapCreateRequest { Name = name ?? "" }, cancellationToken: cancellationToken)), cancellationToken);

    public async ValueTask ShareAsync(MapId id, bool isShared, CancellationToken cancellationToken) =>
        await HostErrors.CallAsync(
            () => _maps.ShareAsync(
                new Wire.MapShareRequest { Id = MapWire.ToWire(id), Shared = isShared },
                cancellationToken: cancellationToken).ResponseAsync,
            cancellationToken);

    public ValueTask<MapInfo> FollowAsync(
        MapId id, IReadOnlyList<string> peers, CancellationToken cancellationToken) =>
        HostErrors.CallAsync(async () => MapWire.FromWire(await _maps.FollowAsync(
            new Wire.MapFollowRequest { Id = MapWire.ToWire(id), Peers = { peers } },
            cancellationToken: cancellationToken)), cancellationToken);

    public async ValueTask UnfollowAsync(MapId id, CancellationToken cancellationToken) =>
        await HostErrors.CallAsync(
            () => _maps.UnfollowAsync(
                new Wire.MapUnfollowRequest { Id = MapWire.ToWire(id) },
                cancellationToken: cancellationToken).ResponseAsync,
            cancellationToken);

    public ValueTask<IReadOnlyList<MapInfo>> ListAsync(CancellationToken cancellationToken) =>
        HostErrors.CallAsync<IReadOnlyList<MapInfo>>(async () =>
        {
            var reply = await _maps.ListAsync(new Wire.MapListRequest(), cancellationToken: cancellationToken);
            return [.. reply.Maps.Select(MapWire.FromWire)];
        }, cancellationToken);

    public ValueTask<IReadOnlyList<MapEntry?>> GetAsync(
        MapId id, IReadOnlyList<ReadOnlyMemory<byte>> keys, CancellationToken cancellationToken) =>
        HostErrors.CallAsync<IReadOnlyList<MapEntry?>>(async () =>
        {
            var request = new Wire.MapGetRequest { Id = MapWire.ToWire(id) };
            request.Keys.AddRange(keys.Select(k => ByteString.CopyFrom(k.Span)));
            var reply = await _maps.GetAsync(request, cancellationToken: cancellationToken);
            return [.. reply.Found.Select(f => f.Entry is { } entry ? MapWire.FromWire(entry) : null)];
        }, cancellationToken);

    public ValueTask<IReadOnlyList<MapEntry>> ScanAsync(
        MapId id, MapRange range, CancellationToken cancellationToken) =>
        HostErrors.CallAsync<IReadOnlyList<MapEntry>>(async () =>
        {
            var request = new Wire.MapScanRequest
            {
                Id = MapWire.ToWire(id),
                From = ByteString.CopyFrom(range.From.Span),
                To = ByteString.CopyFrom(range.To.Span),
                Limit = range.Limit,
                Descending = range.IsDescending,
            };
            var reply = await _maps.ScanAsync(request, cancellationToken: cancellationToken);
            return [.. reply.Entries.Select(MapWire.FromWire)];
        }, cancellationToken);

    public ValueTask<bool> CommitAsync(
        MapId id, IReadOnlyList<MapWrite> writes, CancellationToken cancellationToken) =>
        HostErrors.CallAsync(async () =>
        {
            var request = new Wire.MapCommitRequest { Id = MapWire.ToWire(id) };
            request.Writes.AddRange(writes.Select(MapWire.ToWire));
            return (await _maps.CommitAsync(request, cancellationToken: cancellationToken)).Committed;
        }, cancellationToken);

    public async IAsyncEnumerable<MapInfo> WatchAsync(
        MapId id, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var call = _maps.Watch(
            new Wire.MapWatchRequest { Id = MapWire.ToWire(id) }, cancellationToken: cancellationToken);
        while (await HostErrors.CallAsync(() => call.ResponseStream.MoveNext(cancellationToken), cancellationToken))
            yield return MapWire.FromWire(call.ResponseStream.Current);
    }
}
