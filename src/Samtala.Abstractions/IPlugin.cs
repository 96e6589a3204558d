using Microsoft.Extensions.DependencyInjection;

namespace Samtala.Abstractions;

/// <summary>An app in the node. The node makes one instance with the parameterless constructor.</summary>
public interface IPlugin
{
    /// <summary>Registers the plugin's own services. <see cref="INode"/>, <see cref="TimeProvider"/>,
    /// <c>RandomNumberGenerator</c> and logging are registered already; gRPC services, the <see cref="IRawHandler"/>
    /// and
    /// <see cref="IWorker"/>s are found by scanning and are singletons.</summary>
    /// <param name="services">The plugin's own container.</param>
    void Configure(IServiceCollection services);

    /// <summary>Begins work. Requests arrive after this returned.</summary>
    /// <param name="services">The container built from <see cref="Configure"/>; owned by the node.</param>
    /// <param name="cancellationToken">The node is stopping or waited too long.</param>
    Task StartAsync(IServiceProvider services, CancellationToken cancellationToken);

    /// <summary>Ends work. No requests arrive any more; the container is disposed afterwards.</summary>
    /// <param name="cancellationToken">The node will not wait longer.</param>
    Task StopAsync(CancellationToken cancellationToken);
}
