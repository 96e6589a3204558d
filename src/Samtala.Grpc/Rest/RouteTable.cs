namespace Samtala.Grpc.Rest;

internal sealed class RouteTable
{
    public RouteTable(IEnumerable<Server.RpcMethod> methods) => Count = methods.Count();

    public int Count { get; }
}
