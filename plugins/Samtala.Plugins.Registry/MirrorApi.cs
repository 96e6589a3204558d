using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Samtala.Abstractions;
using Samtala.Plugins.Registry.Mirroring;
using Samtala.Registry.V1;

namespace Samtala.Plugins.Registry;

/// <summary>The mirrors' gRPC service: translates only.</summary>
internal sealed class MirrorApi(MirrorSet mirrors, Inventory inventory, INode node, TimeProvider time)
    : MirrorService.MirrorServiceBase
{
    private const int PageSizeMax = 1000;
    private const int PageSizeDefault = 100;

    public override async Task<ListMirrorsResponse> ListMirrors(ListMirrorsRequest request, ServerCallContext context)
    {
        ListMirrorsResponse response = new();
        foreach (var mirror in mirrors.All)
            response.Mirrors.Add(await DescribeAsync(mirror, context.CancellationToken));
        return response;
    }

    public override Task<Mirror> GetMirror(GetMirrorRequest request, ServerCallContext context) =>
        DescribeAsync(Find(request.Mirror), context.CancellationToken);

    public override async Task<Mirror> SetUpstream(SetUpstreamRequest request, ServerCallContext context)
    {
        var mirror = Find(request.Mirror);
        try
        {
            await mirror.Upstream.Setting.SetAsync(request.Upstream, context.CancellationToken);
        }
        catch (MirrorException e)
        {
            throw Invalid(e.Message, e.Code);
        }

        mirror.Upstream.Breaker.Reset();
        return await DescribeAsync(mirror, context.CancellationToken);
    }

    public override async Task<Stats> GetStats(GetStatsRequest request, ServerCallContext context)
    {
        var door = await mirrors.Traffic.ReadAsync(context.CancellationToken);
        await mirrors.GlanceAtUpstreamsAsync(context.CancellationToken);
        Stats stats = new() { Hits = door.Hits, BytesServed = door.Bytes };
        foreach (var mirror in mirrors.All)
        {
            var counters = mirror.Upstream.Counters.Now;
            stats.Misses += counters.Misses;
            stats.BytesServed += counters.Served;
            stats.BytesFetched += counters.Bytes;
            stats.Refused += counters.Refused;
            stats.Mirrors.Add(Describe(mirror));
        }

        stats.Requests = stats.Hits + stats.Misses;
        return stats;
    }

    public override async Task<ListPackagesResponse> ListPackages(
        ListPackagesRequest request, ServerCallContext context)
    {
        var mirror = Find(request.Mirror).Upstream.Mirror;
        if (request.PageSize is < 0 or > PageSizeMax)
            throw Invalid($"page_size {request.PageSize} — it must be 0 to {PageSizeMax} — give another one");
        var size = request.PageSize == 0 ? PageSizeDefault : request.PageSize;
        var (packages, next) = await inventory.ListAsync(
            mirror, request.Prefix, request.PageToken, size, context.CancellationToken);
        ListPackagesResponse response = new() { NextPageToken = next };
        response.Packages.AddRange(packages);
        return response;
    }

    public override async Task VerifyMirror(
        VerifyMirrorRequest request, IServerStreamWriter<VerifyProgress> responseStream, ServerCallContext context)
    {
        var which = request.Mirror.Length == 0 ? mirrors.All : [Find(request.Mirror)];
        var names = which.Select(m => m.Upstream.Mirror).ToList();
        await foreach (var progress in inventory.VerifyAsync(names, context.CancellationToken))
            await responseStream.WriteAsync(progress, context.CancellationToken);
    }

    public override async Task<ForgetPackageResponse> ForgetPackage(
        ForgetPackageRequest request, ServerCallContext context)
    {
        var mirror = Find(request.Mirror).Upstream.Mirror;
        var files = await inventory.ForgetAsync(mirror, request.Package, context.CancellationToken);
        return files is { } count ? new ForgetPackageResponse { Files = count }
            : throw new RpcException(new Status(
                StatusCode.NotFound,
                $"SAM0614: package '{request.Package}' — {mirror} mirror — it is not held — "
                + $"list them: samtala registry packages {mirror}"));
    }

    public override async Task WatchDownloads(
        WatchDownloadsRequest request, IServerStreamWriter<Download> responseStream, ServerCallContext context)
    {
        await foreach (var seen in mirrors.Downloads.WatchAsync(context.CancellationToken))
        {
            var mirror = RegistryHandler.MirrorOf(seen.Path);
            if (mirror.Length == 0)
                continue;
            await responseStream.WriteAsync(
                new Download
                {
                    Time = seen.Time.ToTimestamp(),
                    Mirror = mirror,
                    Path = seen.Path[(seen.Path.IndexOf(mirror, StringComparison.Ordinal) + mirror.Length + 1)..],
                    Status = seen.Status,
                    Bytes = seen.Bytes,
                    Source = seen.IsFromDoor ? Download.Types.Source.Cache : Download.Types.Source.Mirror,
                },
                context.CancellationToken);
        }
    }

    private static RpcException Invalid(string message, string code = "SAM0609") =>
        new(new Status(StatusCode.InvalidArgument, $"{code}: {message}"));

    private IMirror Find(string name) => mirrors.Find(name) ?? throw new RpcException(new Status(
        StatusCode.NotFound, $"SAM0614: mirror '{name}' — this node — it has only 'npm' and 'nuget' — name one"));

    private async Task<Mirror> DescribeAsync(IMirror mirror, CancellationToken cancellationToken)
    {
        await mirror.Upstream.Setting.FindAsync(cancellationToken);
        return Describe(mirror);
    }

    /// <summary>A mirror as it is known now.</summary>
    private Mirror Describe(IMirror mirror)
    {
        var upstream = mirror.Upstream;
        var ecosystem = Ecosystem.All.Single(e => e.Mirror == upstream.Mirror);
        var url = upstream.Setting.Known?.Url ?? "";
        var breaker = upstream.Breaker.View;
        var counters = upstream.Counters.Now;
        Mirror description = new()
        {
            Mirror_ = upstream.Mirror,
            ClientUrl = node.Info.Authorities.Count > 0
                ? $"http://{node.Info.Authorities[0]}{ecosystem.ClientPath}" : "",
            UpstreamSetting = upstream.Setting.Known?.Setting ?? UpstreamSetting.FromClient,
            UpstreamUrl = url,
            UpstreamState = url.Length == 0 && upstream.Setting.Error.Length > 0 ? Mirror.Types.UpstreamState.None
                : breaker.IsOpen ? Mirror.Types.UpstreamState.Unreachable
                : breaker.WasAsked ? Mirror.Types.UpstreamState.Reachable
                : Mirror.Types.UpstreamState.Unknown,
            UpstreamError = url.Length == 0 ? upstream.Setting.Error : breaker.LastError,
            Counters = new MirrorCounters
            {
                Misses = counters.Misses,
                UpstreamRequests = counters.Requests,
                UpstreamBytes = counters.Bytes,
                UpstreamFailures = counters.Failures,
                Refused = counters.Refused,
                PeerFiles = counters.PeerFiles,
                PeerBytes = counters.PeerBytes,
            },
        };
        if (breaker.IsOpen)
            description.UpstreamRetryTime = (time.GetUtcNow() + breaker.RetryIn).ToTimestamp();
        return description;
    }
}
