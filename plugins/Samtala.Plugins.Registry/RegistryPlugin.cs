using Microsoft.Extensions.DependencyInjection;
using Samtala.Abstractions;

namespace Samtala.Plugins.Registry;

/// <summary>Pull-through mirrors of package registries.</summary>
public sealed class RegistryPlugin : IPlugin
{
    private MirrorSet? _mirrors;

    /// <inheritdoc/>
    public void Configure(IServiceCollection services) =>
        services.AddSingleton<MirrorSet>().AddSingleton<Inventory>();

    /// <inheritdoc/>
    public Task StartAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        _mirrors = services.GetRequiredService<MirrorSet>();
        return _mirrors.StartAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) =>
        _mirrors?.StopAsync(cancellationToken) ?? Task.CompletedTask;
}
