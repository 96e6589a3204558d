using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Samtala.Abstractions;
using Samtala.Registry.V1;
using Wire = Samtala.Registry.V1.Sharing;

namespace Samtala.Plugins.Registry.Sharing;

/// <summary>The gRPC service of shared and followed mirrors: translates only.</summary>
internal sealed class SharingApi(MirrorSet mirrors) : SharingService.SharingServiceBase
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    public override async Task<Wire> Share(ShareRequest request, ServerCallContext context)
    {
        await mirrors.Publication.ShareAsync(s_patience, context.CancellationToken);
        return await DescribeAsync(context.CancellationToken);
    }

    public override Task<Wire> GetSharing(GetSharingRequest request, ServerCallContext context) =>
        DescribeAsync(context.CancellationToken);

    public override async Task<Wire> Unshare(UnshareRequest request, ServerCallContext context)
    {
        await mirrors.Publication.UnshareAsync(context.CancellationToken);
        return await DescribeAsync(context.CancellationToken);
    }

    public override async Task<FollowedMirror> Follow(FollowRequest request, ServerCallContext context)
    {
        var id = Read(request.Key);
        if ((await mirrors.Publication.ViewAsync(context.CancellationToken)).Map?.Id == id)
            throw Invalid($"key {Followed.Short(id)}… — it is this node's own — give the key another node printed");
        var known = (await mirrors.Followed.ListAsync(context.CancellationToken)).FirstOrDefault(m => m.Id == id);
        IReadOnlyList<string> peers = request.Peers.Count > 0 || known is null
            ? [.. request.Peers] : [.. known.Peers.Select(p => p.Address)];
        try
        {
            return Describe(await mirrors.Followed.AddAsync(id, peers, context.CancellationToken));
        }
        catch (ArgumentException e)
        {
            // .NET adds the parameter's name, which is nobody's business here.
            throw Invalid($"--peer — samtala registry follow — {e.Message.Split(" (Parameter ", 2)[0]}");
        }
    }

    public override async Task<UnfollowResponse> Unfollow(UnfollowRequest request, ServerCallContext context)
    {
        var id = Read(request.Key);
        return await mirrors.Followed.RemoveAsync(id, context.CancellationToken) ? new UnfollowResponse()
            : throw new RpcException(new Status(
                StatusCode.NotFound,
                $"SAM0617: mirror {Followed.Short(id)}… — this node — it is not followed — "
                + "list those that are: samtala registry followed"));
    }

    public override async Task<ListFollowedResponse> ListFollowed(
        ListFollowedRequest request, ServerCallContext context)
    {
        ListFollowedResponse response = new();
        response.Followed.AddRange((await mirrors.Followed.ListAsync(context.CancellationToken)).Select(Describe));
        return response;
    }

    private async Task<Wire> DescribeAsync(CancellationToken cancellationToken)
    {
        var view = await mirrors.Publication.ViewAsync(cancellationToken);
        return view.Map is not { } map ? new Wire() : new Wire
        {
            Key = map.Id.ToString(),
            Peer = view.Peer,
            Length = map.Length,
            Pending = view.Pending,
            Complete = view.IsInStep,
            Error = view.Error,
        };
    }

    private static FollowedMirror Describe(MapInfo map)
    {
        var isTried = map.Peers.Any(p => p.Since is not null);
        FollowedMirror mirror = new()
        {
            Key = map.Id.ToString(),
            Length = map.Length,
            State = map.Error.Length > 0 ? FollowedMirror.Types.State.Broken
                : map.IsConnected ? FollowedMirror.Types.State.Connected
                : isTried ? FollowedMirror.Types.State.Away
                : FollowedMirror.Types.State.Connecting,
            Error = map.Error.Length > 0 ? map.Error
                : map.IsConnected ? "" : map.Peers.Select(p => p.Error).FirstOrDefault(e => e.Length > 0) ?? "",
        };
        mirror.Peers.AddRange(map.Peers.Select(p => new FollowedPeer
        {
            Address = p.Address,
            Connected = p.IsConnected,
            SinceTime = p.Since?.ToTimestamp(),
            Error = p.Error,
        }));
        return mirror;
    }

    private static MapId Read(string key) => MapId.TryParse(key.Trim(), out var id) ? id
        : throw Invalid(
            "the key — samtala registry — it is not 64 hexadecimal digits — copy it from samtala registry share");

    private static RpcException Invalid(string message) =>
        new(new Status(StatusCode.InvalidArgument, $"SAM0616: {message}"));
}
