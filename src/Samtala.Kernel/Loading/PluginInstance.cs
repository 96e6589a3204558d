using System.Reflection;
using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Samtala.Abstractions;
using Samtala.Grpc.Server;
using Samtala.PluginPackages;
using Scrutor;

namespace Samtala.Kernel;

/// <summary>What a plugin is started from.</summary>
public sealed record PluginSetup
{
    /// <summary>plugin.json.</summary>
    public required PluginManifest Manifest { get; init; }

    /// <summary>The assembly with its one <see cref="IPlugin"/>.</summary>
    public required Assembly Assembly { get; init; }

    /// <summary>What it sees of the node.</summary>
    public required INode Node { get; init; }

    /// <summary>Its clock.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>Its randomness.</summary>
    public required RandomNumberGenerator Random { get; init; }

    /// <summary>Its log.</summary>
    public required ILoggerFactory Logs { get; init; }
}

/// <summary>A running plugin: its object, its container, its services and workers. Dispose stops it.</summary>
public sealed class PluginInstance : IAsyncDisposable
{
    /// <summary>How long a plugin may take to stop before the node goes on without waiting.</summary>
    public static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(3);

    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _crashed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ServiceProvider _container;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private IPlugin? _plugin;
    private Task _workers = Task.CompletedTask;

    private PluginInstance(ServiceProvider container, PluginSetup setup)
    {
        _container = container;
        _time = setup.Time;
        _log = setup.Logs.CreateLogger("Samtala.Plugin");
    }

    /// <summary>Its gRPC services, ready for a registry.</summary>
    public IReadOnlyList<BoundService> Services { get; private set; } = [];

    /// <summary>Serves <c>/{id}/</c>; null when it has none.</summary>
    public IRawHandler? RawHandler { get; private set; }

    /// <summary>Faults when a worker threw.</summary>
    public Task Crashed => _crashed.Task;

    /// <summary>Builds the container, starts the plugin, then its workers.</summary>
    /// <param name="setup">What to start.</param>
    /// <param name="cancellationToken">Gives up; what was started is stopped.</param>
    /// <exception cref="PluginException">The assembly is not what plugin.json says.</exception>
    public static async Task<PluginInstance> StartAsync(PluginSetup setup, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(setup);
        var types = new PluginTypes(setup.Manifest, setup.Assembly);
        var plugin = (IPlugin)Activator.CreateInstance(types.Plugin)!;
        var services = new ServiceCollection()
            .AddSingleton(setup.Node)
            .AddSingleton(setup.Time)
            .AddSingleton(setup.Random)
            .AddSingleton(setup.Logs)
            .AddSingleton(typeof(ILogger<>), typeof(Logger<>));
        services.AddSingleton(setup.Logs.CreateLogger(types.Plugin.FullName ?? setup.Manifest.Id));
        plugin.Configure(services);
        services.Scan(scan => scan.FromAssemblies(setup.Assembly)
            .AddClasses(c => c.Where(types.IsFound), publicOnly: false)
            .UsingRegistrationStrategy(RegistrationStrategy.Skip)
            .AsSelf()
            .WithSingletonLifetime());

        var instance = new PluginInstance(services.BuildServiceProvider(), setup);
        try
        {
            await instance.BeginAsync(plugin, types, cancellationToken);
            return instance;
        }
        catch
        {
            await instance.DisposeAsync();
            throw;
        }
    }

    /// <summary>Stops the workers and the plugin and disposes its container.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stopping.IsCancellationRequested)
            return;
        await _stopping.CancelAsync();
        await WithinAsync("workers", _ => _workers);
        if (_plugin is { } plugin)
            await WithinAsync("StopAsync", plugin.StopAsync);
        await WithinAsync("container", _ => _container.DisposeAsync().AsTask());
        _plugin = null;
        RawHandler = null;
        Services = [];
        _workers = Task.CompletedTask;
        _stopping.Dispose();
    }

    private async Task BeginAsync(IPlugin plugin, PluginTypes types, CancellationToken cancellationToken)
    {
        // Bound first: a wrong service is found before the plugin begins to work.
        Services = [.. types.Services.Select(t => BoundService.From(_container.GetRequiredService(t)))];
        types.CheckServices(Services);
        RawHandler = types.RawHandler is { } raw ? (IRawHandler)_container.GetRequiredService(raw) : null;
        _plugin = plugin;
        await plugin.StartAsync(_container, cancellationToken).WaitAsync(cancellationToken);
        _workers = Task.WhenAll(types.Workers.Select(t => RunAsync((IWorker)_container.GetRequiredService(t))));
    }

    private async Task RunAsync(IWorker worker)
    {
        try
        {
            await Task.Yield();
            await worker.RunAsync(_stopping.Token);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // Asked to.
        }
        catch (Exception e)
        {
            _log.LogError(e, "Worker {Worker} failed", worker.GetType().Name);
            // Only text: the exception's type may be the plugin's own and would keep its code alive.
            _crashed.TrySetException(new InvalidOperationException($"{worker.GetType().Name}: {e.Message}"));
        }
    }

    private async Task WithinAsync(string what, Func<CancellationToken, Task> stop)
    {
        using var limit = new CancellationTokenSource(StopTimeout, _time);
        try
        {
            await stop(limit.Token).WaitAsync(StopTimeout, _time, CancellationToken.None);
        }
        catch (Exception e)
        {
            _log.LogWarning("Stopping: {What}: {Message}", what, e.Message);
        }
    }
}
