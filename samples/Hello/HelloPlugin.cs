using Microsoft.Extensions.DependencyInjection;
using Samtala.Abstractions;

namespace Samtala.Plugins.Hello;

/// <summary>Registers, starts, stops; nothing else. The service and the page are found by scanning.</summary>
public sealed class HelloPlugin : IPlugin
{
    /// <inheritdoc/>
    public void Configure(IServiceCollection services) => services.AddSingleton<Greetings>();

    /// <inheritdoc/>
    public Task StartAsync(IServiceProvider services, CancellationToken cancellationToken) =>
        services.GetRequiredService<Greetings>().PublishAsync(cancellationToken);

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
