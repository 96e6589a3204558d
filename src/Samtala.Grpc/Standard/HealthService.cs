using Grpc.Core;
using Grpc.Health.V1;
using Samtala.Grpc.Server;

namespace Samtala.Grpc.Standard;

/// <summary>gRPC health over a registry: a service that is there is SERVING.</summary>
public sealed class HealthService : Health.HealthBase
{
    private readonly ServiceRegistry _registry;

    /// <summary>Tells of the services of <paramref name="registry"/>.</summary>
    public HealthService(ServiceRegistry registry)
    {
        ArgumentNullException.ThrowIfNull(registry);
        _registry = registry;
    }

    /// <inheritdoc />
    public override Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context)
    {
        ArgumentNullException.ThrowIfNull(request);
        return IsThere(_registry.Current, request.Service)
            ? Task.FromResult(new HealthCheckResponse { Status = HealthCheckResponse.Types.ServingStatus.Serving })
            : throw new RpcException(
                new Status(StatusCode.NotFound, $"There is no service \"{request.Service}\" here."));
    }

    /// <inheritdoc />
    public override async Task Watch(
        HealthCheckRequest request, IServerStreamWriter<HealthCheckResponse> responseStream, ServerCallContext context)
    {
        ArgumentNullException.ThrowIfNull(request);
        bool? told = null;
        while (true)
        {
            var snapshot = _registry.Current;
            var isThere = IsThere(snapshot, request.Service);
            if (isThere != told)
            {
                var status = isThere
                    ? HealthCheckResponse.Types.ServingStatus.Serving
                    : HealthCheckResponse.Types.ServingStatus.ServiceUnknown;
                await responseStream.WriteAsync(new HealthCheckResponse { Status = status }, context.CancellationToken);
                told = isThere;
            }

            await snapshot.Replaced.WaitAsync(context.CancellationToken);
        }
    }

    private static bool IsThere(ServiceSnapshot snapshot, string service) =>
        service.Length == 0 || snapshot.Services.Contains(service, StringComparer.Ordinal);
}
