using Grpc.Core;
using Samtala.Abstractions;
using Wire = Samtala.Host.V1;

namespace Samtala.Testing.Loopback;

/// <summary>The service of maps over an <see cref="INode"/>: the node's side.</summary>
internal sealed class MapHost(INode node) : Wire.MapHost.MapHostBase
{
    public override Task<Wire.MapInfo> Create(Wire.MapCreateRequest request, ServerCallContext context) =>
        HostErrors.ServeAsync(async () =>
            MapWire.ToWire(await node.Maps.CreateAsync(request.Name, context.CancellationToken)));

    public override Task<Wire.MapShareResponse> Share(Wire.MapShareRequest request, ServerCallContext context) =>
        HostErrors.ServeAsync(async () =>
        {
            await node.Maps.ShareAsync(new MapId(request.Id.Span), request.Shared, context.CancellationToken);
            return new Wire.MapShareResponse();
        });

    public override Task<Wire.MapInfo> Follow(Wire.MapFollowRequest request, ServerCallContext context) =>
        HostErrors.ServeAsync(async () => MapWire.ToWire(await node.Maps.FollowAsync(
            new MapId(request.Id.Span), [.. request.Peers], context.CancellationToken)));

    public override Task<Wire.MapUnfollowResponse> Unfollow(
        Wire.MapUnfollowRequest request, ServerCallContext context) => HostErrors.ServeAsync(async () =>
        {
            await node.Maps.UnfollowAsync(new MapId(request.Id.Span), context.CancellationToken);
            return new Wire.MapUnfollowResponse();
        });

    public override Task<Wire.MapListResponse> List(Wire.MapListRequest request, ServerCallContext context) =>
        HostErrors.ServeAsync(async () => new Wire.MapListResponse
        {
            Maps = { (await node.Maps.ListAsync(context.CancellationToken)).Select(MapWire.ToWire) },
        });

    public override Task<Wire.MapGetResponse> Get(Wire.MapGetRequest request, ServerCallContext context) =>
        HostErrors.ServeAsync(async () =>
        {
            var entries = await node.Maps.GetAsync(
                new MapId(request.Id.Span), [.. request.Keys.Select(k => k.Memory)], context.CancellationToken);
            return new Wire.MapGetResponse
            {
                Found =
                {
                    entries.Select(e => new Wire.MapGetResponse.Types.Found
                    {
                        Entry = e is null ? null : MapWire.ToWire(e),
                    }),
                },
            };
        });

    public override Task<Wire.MapScanResponse> Scan(Wire.MapScanRequest request, ServerCallContext context) =>
        HostErrors.ServeAsync(async () => new Wire.MapScanResponse
        {
            Entries =
            {
                (await node.Maps.ScanAsync(
                    new MapId(request.Id.Span),
                    new MapRange(request.From.Memory, request.To.Memory, request.Limit, request.Descending),
                    context.CancellationToken)).Select(MapWire.ToWire),
            },
        });

    public override Task<Wire.MapCommitResponse> Commit(Wire.MapCommitRequest request, ServerCallContext context) =>
        HostErrors.ServeAsync(async () => new Wire.MapCommitResponse
        {
            Committed = await node.Maps.CommitAsync(
                new MapId(request.Id.Span), [.. request.Writes.Select(MapWire.FromWire)], context.CancellationToken),
        });

    public override Task Watch(
        Wire.MapWatchRequest request, IServerStreamWriter<Wire.MapInfo> responseStream, ServerCallContext context) =>
        HostErrors.ServeAsync(async () =>
        {
            var changes = node.Maps.WatchAsync(new MapId(request.Id.Span), context.CancellationToken);
            await foreach (var map in changes)
                await responseStream.WriteAsync(MapWire.ToWire(map), context.CancellationToken);
            return true;
        });
}
