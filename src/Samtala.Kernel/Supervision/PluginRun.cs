using Microsoft.Extensions.Logging;
using Samtala.Grpc.Server;
using Samtala.PluginPackages;

namespace Samtala.Kernel;

/// <summary>One life of a plugin, from load to unload. Everything that refers to its code hangs on this
/// object.</summary>
internal sealed class PluginRun
{
    private static readonly TimeSpan s_drain = TimeSpan.FromSeconds(1);
    private PluginLoadContext? _context;
    private readonly RawEndpoint _endpoint;
    private readonly PluginSetup _setup;
    private PluginInstance? _instance;
    private ServiceRegistration? _registration;

    private PluginRun(PluginLoadContext context, RawEndpoint endpoint, PluginSetup setup)
    {
        _context = context;
        _endpoint = endpoint;
        _setup = setup;
        StartedAt = setup.Time.GetTimestamp();
    }

    public long StartedAt { get; }

    public Task Crashed => _instance?.Crashed ?? Task.CompletedTask;

    /// <summary>Loads, starts and opens the doors; on failure nothing is left behind.</summary>
    public static async Task<PluginRun> StartAsync(
        string folder, PluginSetup setup, RawEndpoint endpoint, ServiceRegistry services,
            CancellationToken cancellationToken)
    {
        var path = Path.Combine(folder, setup.Manifest.Assembly);
        if (!File.Exists(path))
        {
            throw new PluginException(
                PluginFailure.Invalid, "SAM0203",
                    $"{path} is missing; plugin.json names it. Install the plugin again.");
        }

        var context = new PluginLoadContext(setup.Manifest.Id, path);
        var run = new PluginRun(context, endpoint, setup);
        try
        {
            var assembly = context.LoadFile(path);
            run._instance = await PluginInstance.StartAsync(setup with { Assembly = assembly }, cancellationToken);
            run._registration = services.Add(setup.Manifest.Id, [.. run._instance.Services]);
            if (run._instance.RawHandler is { } raw)
                endpoint.Open(raw);
            return run;
        }
        catch
        {
            await run.StopAsync();
            throw;
        }
    }

    /// <summary>Closes the doors, stops the plugin, and lets its code go.</summary>
    /// <returns>Dead once the code is really gone.</returns>
    public async Task<WeakReference> StopAsync()
    {
        var raw = _endpoint.CloseAsync(s_drain, _setup.Time);
        var calls = _registration?.RemoveAsync(s_drain, _setup.Time) ?? Task.FromResult(true);
        if (!await raw | !await calls)
        {
            _setup.Logs.CreateLogger("Supervision")
                .LogWarning(
                    "Some requests did not heed their cancellation; the old code stays in memory until they end");
        }

        if (_instance is { } instance)
            await instance.DisposeAsync();
        (_setup.Node as IDisposable)?.Dispose();
        _instance = null;
        _registration = null;
        var gone = new WeakReference(_context);
        _context?.Unload();
        _context = null;
        return gone;
    }
}
