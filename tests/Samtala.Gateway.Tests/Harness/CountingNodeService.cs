using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Samtala.Node.V1;

namespace Samtala.Gateway.Tests.Harness;

/// <summary>A real service of the node that only counts.</summary>
internal sealed class CountingNodeService : NodeService.NodeServiceBase
{
    private int _calls;

    public int Calls => Volatile.Read(ref _calls);

    public string? Principal { get; private set; }

    public override Task<NodeStatus> GetStatus(GetStatusRequest request, ServerCallContext context)
    {
        Interlocked.Increment(ref _calls);
        Principal = context.AuthContext.PeerIdentity.FirstOrDefault()?.Value;
        return Task.FromResult(new NodeStatus { Version = "1.0.0" });
    }

    public override Task<Empty> Shutdown(ShutdownRequest request, ServerCallContext context)
    {
        Interlocked.Increment(ref _calls);
        return Task.FromResult(new Empty());
    }
}
